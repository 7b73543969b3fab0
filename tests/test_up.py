"""`wenjing up` with a real Redis and database, and with roles that only wait for their end."""

import fcntl
import io
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from bot import up
from bot.errors import Misconfigured
from bot.mailbox import embedded_socket
from bot.mailbox.embedded import is_running, start_redis
from bot.settings import Settings
from bot.up import Installation
from tests.installation import _free_ports

WAITS = "import os\nwhile os.read(0, 1): pass"
SLEEPS = "import time\ntime.sleep(60)"
FAILS = "raise SystemExit(1)"


@pytest.fixture
def home(tmp_path) -> Settings:
    gateway, desk = _free_ports(2)
    return Settings(
        home=tmp_path / "var", secret="x" * 32, gateway_port=gateway, desk_port=desk, shards=2
    )


@pytest.fixture(autouse=True)
def programs(monkeypatch) -> Iterator[dict[str, str]]:
    """What runs in place of a role or of training, where that is not simply to wait."""
    instead = {"train": ""}

    def command(name: str, *_: str) -> list[str]:
        return [sys.executable, "-S", "-c", instead.get(name, WAITS), name]

    monkeypatch.setattr(up, "_command", command)
    monkeypatch.setattr(Installation, "_answers", lambda self: len(roles()) == len(self._roles))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield instead
    for number, handler in handlers.items():
        signal.signal(number, handler)


def roles(parent: int | None = None) -> dict[str, psutil.Process]:
    """The roles that run now."""
    found = {}
    for child in psutil.Process(parent).children():
        with suppress(psutil.Error, IndexError):
            if child.cmdline()[-1] in up.ROLES:
                found[child.cmdline()[-1]] = child
    return found


def redis_server(settings: Settings) -> psutil.Process | None:
    """The server that runs for this installation now."""
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            # The title of a server names its socket.
            if embedded_socket(settings) in " ".join(child.cmdline()):
                return child
    return None


def ignores_sigterm(process: psutil.Process) -> bool:
    status = Path(f"/proc/{process.pid}/status").read_text()
    ignored = int(status.partition("SigIgn:")[2].split()[0], 16)
    return bool(ignored >> (signal.SIGTERM - 1) & 1)


def until(check: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def run_up(
    settings: Settings, meanwhile: Callable[[], None] = lambda: None, *, bot: bool = True
) -> str:
    """Start everything, do something when it is up, stop by Ctrl-C; what was printed."""
    printed = io.StringIO()
    installation = Installation(settings, Console(file=printed, width=120), bot=bot)

    def drive() -> None:
        try:
            until(lambda: "Ctrl-C stops" in printed.getvalue())
            meanwhile()
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    with ThreadPoolExecutor() as pool:
        driving = pool.submit(drive)
        assert installation.run() == 0
        driving.result()
    return printed.getvalue()


def test_it_starts_everything_tells_the_password_once_and_stops_everything(home):
    first = run_up(home)
    assert f"http://127.0.0.1:{home.gateway_port}/" in first
    assert "First officer" in first
    assert roles() == {}
    assert not is_running(home)
    assert "First officer" not in run_up(home)


def test_without_the_bot_there_is_no_worker_and_no_training(home, programs):
    programs["train"] = FAILS
    running: set[str] = set()
    printed = run_up(home, lambda: running.update(roles()), bot=False)
    assert running == set(up.ROLES) - {"worker"}
    assert "officers answer" in printed


def test_a_role_that_dies_is_started_again(home):
    def kill_one() -> None:
        before = roles()["sender"]
        before.kill()
        until(lambda: roles().get("sender", before) != before)

    assert "The sender ended (signal 9) and is started again" in run_up(home, kill_one)


def test_a_redis_that_dies_is_started_again(home):
    def kill_redis() -> None:
        before = redis_server(home)
        before.kill()
        until(lambda: redis_server(home) not in (None, before) and is_running(home))

    assert "Redis ended (signal 9) and is started again" in run_up(home, kill_redis)


def test_a_role_that_does_not_end_is_killed(home, programs, monkeypatch):
    programs["desk"] = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{SLEEPS}"
    monkeypatch.setattr(up, "STOP_SECONDS", 0.1)
    run_up(home, lambda: until(lambda: ignores_sigterm(roles()["desk"])))
    assert roles() == {}


def test_after_a_kill_the_roles_end_by_themselves_and_the_next_start_works(home):
    killed = multiprocessing.get_context("fork").Process(
        target=run_up, args=(home, lambda: until(lambda: False))
    )
    killed.start()
    until(lambda: len(roles(killed.pid)) == len(up.ROLES) and is_running(home))
    orphans = roles(killed.pid).values()
    killed.kill()
    killed.join()
    psutil.wait_procs(orphans, timeout=10)
    assert not any(orphan.is_running() for orphan in orphans)
    run_up(home)
    assert not is_running(home)


def test_ports_of_an_installation_that_was_killed_are_waited_for(home, monkeypatch):
    server = start_redis(home)
    held = socket.create_server(("127.0.0.1", home.gateway_port))
    monkeypatch.setattr(up.time, "sleep", lambda seconds: held.close())
    Installation(home, Console(file=io.StringIO()))._check_ports()
    server.terminate()
    server.wait()


@pytest.mark.parametrize("name", ["gateway_port", "desk_port"])
def test_a_port_in_use_is_named_with_the_setting_that_changes_it(home, name):
    port = getattr(home, name)
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(Misconfigured, match=rf"^port {port} .* in use\).* WENJING_{name.upper()} "),
    ):
        Installation(home, Console(file=io.StringIO())).run()


def test_one_port_cannot_be_both(home):
    same = home.model_copy(update={"desk_port": home.gateway_port})
    with pytest.raises(Misconfigured, match="must not be the same"):
        Installation(same, Console(file=io.StringIO())).run()


def test_a_folder_that_cannot_be_written_is_named(home, tmp_path):
    (tmp_path / "file").write_text("")
    elsewhere = home.model_copy(update={"home": tmp_path / "file" / "var"})
    with pytest.raises(Misconfigured, match=r"^cannot write .*file/var \(Not a directory\)"):
        Installation(elsewhere, Console(file=io.StringIO())).run()


def test_a_second_one_in_the_same_folder_is_refused(home):
    home.home.mkdir()
    with (home.home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Misconfigured, match=r"^Wenjing is already running in "):
            Installation(home, Console(file=io.StringIO())).run()


def test_without_a_model_nothing_starts(home, programs):
    programs["train"] = FAILS
    with pytest.raises(Misconfigured, match="training failed"):
        Installation(home, Console(file=io.StringIO())).run()
    assert not is_running(home)


def test_a_stop_during_training_is_obeyed(home, programs):
    programs["train"] = f"import os, signal\nos.kill(os.getppid(), signal.SIGTERM)\n{SLEEPS}"
    started = time.monotonic()
    assert Installation(home, Console(file=io.StringIO())).run() == 0
    assert time.monotonic() - started < 20
    assert not os.path.exists(embedded_socket(home))
