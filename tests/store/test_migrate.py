import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from bot.errors import Unavailable
from bot.store import migrate
from bot.store.database import make_engine
from bot.store.models import Table


def test_migrations_lead_to_the_tables_of_the_models(database):
    migrate(database)
    with make_engine(database).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_migrating_twice_changes_nothing(database):
    migrate(database)
    migrate(database)
    assert "conversation" in inspect(make_engine(database)).get_table_names()


def test_migrations_go_down_and_up_again(database):
    migrate(database)
    migrate(database, "base")
    assert inspect(make_engine(database)).get_table_names() == ["alembic_version"]
    migrate(database)


@pytest.mark.parametrize("deed", ["UPDATE audit SET act = 'nothing'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_audit_book(store, officer, deed):
    officer("li")
    with (
        pytest.raises(DBAPIError, match="the audit book only grows"),
        store.engine.begin() as connection,
    ):
        connection.execute(text(deed))


def test_an_unreachable_database_is_unavailable(tmp_path):
    with pytest.raises(Unavailable):
        migrate(f"sqlite:///{tmp_path}/no/such/folder/wenjing.db")
    with pytest.raises(Unavailable):
        migrate("postgresql+psycopg2://wenjing@127.0.0.1:1/wenjing")
