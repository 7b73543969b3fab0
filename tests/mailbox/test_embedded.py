"""The embedded Redis: one server a folder, whatever was killed before."""

import os
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from bot.errors import Misconfigured
from bot.mailbox import Mailbox, embedded
from bot.mailbox.embedded import start_redis, stop_left_over
from bot.settings import Settings
from tests.mailbox.conftest import inbound


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "var", secret="x" * 32)


@pytest.fixture
def started() -> Iterator[list["Popen[bytes]"]]:
    """Servers that are ended when the test is over."""
    servers: list[Popen[bytes]] = []
    yield servers
    for server in servers:
        server.kill()
        server.wait()


async def test_a_server_that_was_killed_has_lost_nothing_when_it_starts_again(home, started):
    started.append(start_redis(home))
    mailbox = Mailbox.connect(home)
    await mailbox.accept(inbound())
    await mailbox.close()
    started[0].kill()
    started.append(start_redis(home))
    mailbox = Mailbox.connect(home)
    claimed = await mailbox.claim("w1", wait=0.1) or await mailbox.claim("w1", wait=0.1)
    assert claimed.message == inbound()
    await mailbox.close()


def test_a_second_server_in_the_same_folder_is_refused_in_one_sentence(home, started):
    started.append(start_redis(home))
    with pytest.raises(Misconfigured, match=r"^Wenjing is already running in .*WENJING_HOME$"):
        start_redis(home)
    assert started[0].poll() is None


def test_a_server_that_hangs_is_not_joined_by_a_second_one(home, started, monkeypatch):
    started.append(start_redis(home))
    monkeypatch.setattr(embedded, "_state", lambda socket: "away")
    started[0].send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(Misconfigured, match="already running"):
            start_redis(home, seconds=0.1)
    finally:
        started[0].send_signal(signal.SIGCONT)


def test_a_server_that_was_left_over_is_ended_and_its_folder_used_at_once(home, started):
    started.append(start_redis(home))
    stop_left_over(home)
    started.append(start_redis(home))
    assert started[0].wait(5) == 0
    stop_left_over(home.model_copy(update={"home": home.home / "another"}))


def test_a_long_append_only_file_is_read_in_peace(home, started, monkeypatch, tmp_path):
    slow = tmp_path / "slow-redis"
    slow.write_text(f"#!{sys.executable}\n{SLOW_REDIS}")
    slow.chmod(slow.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(embedded, "redis_binary", lambda: str(slow))
    started.append(start_redis(home, seconds=1))
    assert started[0].poll() is None


SLOW_REDIS = """
import socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[sys.argv.index("--unixsocket") + 1])
server.listen()
ready = time.monotonic() + 1.5

def answer(command):
    if command == b"HELLO":
        return b"%1\\r\\n$5\\r\\nproto\\r\\n:3\\r\\n"
    if command == b"PING" and time.monotonic() < ready:
        return b"-LOADING Redis is loading the dataset in memory\\r\\n"
    return b"+OK\\r\\n"

while True:
    client, _ = server.accept()
    while request := client.recv(4096):
        for command in (b"HELLO", b"CLIENT", b"PING"):
            for _ in range(request.count(command)):
                client.sendall(answer(command))
"""


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    home = Settings(home=tmp_path / "file", secret="x" * 32)
    with pytest.raises(Misconfigured, match=r"^cannot write .*file/redis \(Not a directory\)"):
        start_redis(home)


def test_a_broken_append_only_file_stops_the_start_and_names_the_log(home):
    folder = home.home / "redis"
    os.makedirs(folder)
    (folder / "appendonly.aof").write_bytes(b"this is no append-only file\r\n" * 10)
    with pytest.raises(Misconfigured, match=r"did not start: see .*redis\.log$"):
        start_redis(home)
