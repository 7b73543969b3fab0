"""Bring a database to the current tables; the migrations ship with the package."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from bot.errors import Unavailable
from bot.store.database import make_engine

_LOCK = 7_305_111
"""Any number: who holds this PostgreSQL advisory lock migrates, others wait."""


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade the database at `url`, or go to `revision` in either direction.

    One transaction: it is done whole or not at all. Safe to call from many processes at
    once. Raises Unavailable when there is no such server.
    """
    engine = make_engine(url).execution_options(sqlite_begin="BEGIN IMMEDIATE")
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config = _config(connection)
            if revision == "head":
                command.upgrade(config, revision)
            else:
                command.downgrade(config, revision)
    except OperationalError as error:
        raise Unavailable("the database cannot be opened") from error
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether the database at `url` has the tables of this version. Raises Unavailable."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            newest = ScriptDirectory.from_config(_config(connection)).get_current_head()
            return MigrationContext.configure(connection).get_current_revision() == newest
    except OperationalError as error:
        raise Unavailable("the database cannot be opened") from error
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
