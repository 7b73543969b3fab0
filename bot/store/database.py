"""One database: SQLite in a file, or PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from bot.accounts import Account, load_accounts
from bot.errors import Unavailable
from bot.privacy.encryption import TextCipher
from bot.privacy.masking import mask
from bot.settings import Settings
from bot.store.models import Table


class Cipher(Protocol):
    """Seals what only the holder of the installation's key may read."""

    def encrypt(self, text: str) -> bytes: ...

    def decrypt(self, sealed: bytes) -> str: ...


@dataclass(frozen=True)
class Store:
    """The database and what is needed to read and write it."""

    engine: Engine = field(repr=False)
    cipher: Cipher = field(repr=False)
    mask: Callable[[str], str]
    """Takes the personal data out of a text."""
    accounts: Mapping[str, Account] = field(repr=False)
    """The police accounts by id."""

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The installation's database; connects on first use. Raises Misconfigured."""
        return cls(
            engine=make_engine(settings.database),
            cipher=TextCipher.for_store(settings),
            mask=mask,
            accounts=load_accounts(settings.accounts_file),
        )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction for reading; raises Unavailable."""
        with self._transaction("BEGIN") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed at the end, or not at all; raises Unavailable."""
        # SQLite gives up at once, without its busy timeout, when a reader turns writer.
        with self._transaction("BEGIN IMMEDIATE") as session:
            yield session

    @contextmanager
    def _transaction(self, sqlite_begin: str) -> Iterator[Session]:
        bind = self.engine.execution_options(sqlite_begin=sqlite_begin)
        try:
            with Session(bind) as session, session.begin():
                yield session
        except (OperationalError, InterfaceError) as error:
            raise Unavailable("the database does not answer") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("the database went away") from error
            raise

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine whose errors and logs never show a value. Connects on first use."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # A server that has vanished must be noticed: seconds to connect, milliseconds to answer.
        patience = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
        return create_engine(
            parsed, hide_parameters=True, pool_pre_ping=True, connect_args=patience
        )
    engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": 10})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # Python's sqlite3 would begin too late and never for DDL: `_begin_sqlite` does it.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    options: Mapping[str, Any] = connection.get_execution_options()
    connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN"))


def add_missing(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows by column; those whose key is there already stay as they are."""
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if postgres else sqlite.insert
    if rows:
        session.execute(insert(table).on_conflict_do_nothing(), rows)
