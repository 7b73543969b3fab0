"""A store on each database: SQLite in a file, PostgreSQL from the system's packages."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from bot.store import Store, migrate
from bot.store.database import make_engine
from bot.store.officers import Officer, add_officer
from tests.servers import require
from tests.store.samples import ACCOUNTS, PASSWORD, PlainCipher, mask

POSTGRES = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server of our own on loopback, without durability; ends with the session."""
    require((POSTGRES / "initdb").exists() and shutil.which("runuser") is not None, "PostgreSQL")
    # The server refuses to run as root, and its user must reach the folder.
    folder = Path(tempfile.mkdtemp(prefix="wenjing-postgres-", dir="/tmp"))
    as_postgres = []
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_postgres = ["runuser", "-u", "postgres", "--"]
    subprocess.run(
        [
            *(*as_postgres, POSTGRES / "initdb", "-D", folder / "data", "-U", "wenjing"),
            *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        cwd="/",
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = subprocess.Popen(
        [
            *(*as_postgres, POSTGRES / "postgres", "-D", folder / "data", "-p", str(port)),
            *("-h", "127.0.0.1", "-k", folder, "-F", "-c", "full_page_writes=off"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    url = f"postgresql+psycopg2://wenjing@127.0.0.1:{port}/postgres"
    try:
        _wait_until_open(port)
        yield url
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder)


def _wait_until_open(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg2.connect(
                host="127.0.0.1", port=port, user="wenjing", dbname="postgres"
            ).close()
            return
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def empty_postgres(url: str) -> str:
    """The same URL, when nothing is left in its database."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, of one kind and the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'wenjing.db'}"
    return empty_postgres(request.getfixturevalue("postgres_server"))


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    migrate(database)
    store = Store(make_engine(database), PlainCipher(), mask, ACCOUNTS)
    yield store
    store.close()


@pytest.fixture
def officer(store: Store) -> Callable[[str, str], Officer]:
    """Adds an officer: (login, place)."""

    def add(login: str, place: str = "000000") -> Officer:
        return add_officer(store, login, f"{login} 警官", PASSWORD, place)

    return add
