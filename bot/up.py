"""`wenjing up`: every role in one command, each in a process of its own.

What dies is started again, the embedded Redis too. What the roles print goes to `home`/logs.
"""

import fcntl
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx
from rich.console import Console
from rich.panel import Panel

from bot.errors import Misconfigured
from bot.mailbox.embedded import is_running, start_redis, stop_left_over
from bot.settings import Settings

ROLES = ("journal", "worker", "sender", "gateway", "desk")
"""In the order in which they start."""

STOP_ORDER = ("gateway", "desk", "worker", "sender", "journal")
"""The edge first, so that nothing new comes in; the journal last, so that all is written."""

STARTED_SECONDS = 120
"""How long all roles may take to answer before we say that something is wrong."""

LONGEST_PAUSE = 30.0
"""Seconds before a role that keeps dying is started again, at most."""

STOP_SECONDS = 15.0
"""How long a role may take to end what it has begun."""

LIVED_SECONDS = 10.0
"""A role that has lived so long did not die of its start: it is started again at once."""


@dataclass
class _Role:
    name: str
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0
    started_at: float = 0
    start_at: float = 0
    log: IO[bytes] | None = field(default=None, repr=False)


class Installation:
    """All roles of one machine; without the bot all but the worker."""

    def __init__(self, settings: Settings, console: Console, *, bot: bool = True) -> None:
        self._settings = settings
        self._console = console
        self._bot = bot
        self._roles = [_Role(name) for name in ROLES if bot or name != "worker"]
        self._redis: subprocess.Popen[bytes] | None = None
        self._stop = False

    def run(self) -> int:
        """Start everything, keep it running, stop it cleanly on Ctrl-C; the exit status. Raises
        Misconfigured or Unavailable when it cannot start."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        with self._lock():
            self._check_ports()
            if self._bot:
                self._train()
            try:
                if not self._stop:
                    self._start_redis()
                    # By far the slowest to start: it need not wait for the database.
                    for role in self._roles:
                        if role.name == "worker":
                            self._start(role)
                    self._watch(self._prepare_store())
            finally:
                self._stop_all()
        return 0

    def _on_signal(self, *_: object) -> None:
        if not self._stop:
            self._console.print("Stopping …")
        self._stop = True

    def _lock(self) -> IO[str]:
        """Hold the folder, so that two installations never share it."""
        home = self._settings.home
        try:
            (home / "logs").mkdir(parents=True, exist_ok=True)
            lock = (home / "lock").open("w")
        except OSError as error:
            raise Misconfigured(
                f"cannot write {home} ({error.strerror}): make it writable or set WENJING_HOME"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Misconfigured(
                f"Wenjing is already running in {home}: stop it first, or set WENJING_HOME"
            ) from error
        return lock

    def _check_ports(self) -> None:
        ports = {name: getattr(self._settings, name) for name in ("gateway_port", "desk_port")}
        if len(set(ports.values())) < len(ports):
            raise Misconfigured("WENJING_GATEWAY_PORT and WENJING_DESK_PORT must not be the same")
        # After a start that was killed its roles may still be ending.
        deadline = time.monotonic() + (STOP_SECONDS if is_running(self._settings) else 0)
        for name, port in ports.items():
            while (reason := self._why_not_free(port)) is not None:
                if time.monotonic() > deadline:
                    raise Misconfigured(
                        f"port {port} on {self._settings.host} cannot be used ({reason}):"
                        f" stop what uses it, or set WENJING_{name.upper()} to another"
                    )
                time.sleep(0.2)

    def _why_not_free(self, port: int) -> str | None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self._settings.host, port))
            except OSError as error:
                return error.strerror or str(error)
        return None

    def _train(self) -> None:
        # In a process of its own: what training needs in memory, serving does not.
        with subprocess.Popen(_command("train")) as training:  # noqa: S603 - our own program
            while training.poll() is None:
                if self._stop:
                    training.terminate()
                time.sleep(0.1)
        if training.returncode != 0 and not self._stop:
            raise Misconfigured("there is no model: training failed, see above")

    def _start_redis(self) -> None:
        if self._settings.redis_url is None:
            # We hold the lock: a server that answers is left over from a start that was killed.
            stop_left_over(self._settings)
            self._redis = start_redis(self._settings)

    def _prepare_store(self) -> tuple[str, str] | None:
        """Bring the database up to date; the first officer's login and password, once."""
        from bot.roles import open_store
        from bot.store.officers import ensure_first_officer

        return ensure_first_officer(open_store(self._settings))

    def _watch(self, first: tuple[str, str] | None) -> None:
        with self._console.status("Starting …"):
            for role in self._roles:
                if role.process is None:
                    self._start(role)
            deadline = time.monotonic() + STARTED_SECONDS
            while not self._stop and not self._answers():
                self._restart_dead()
                if time.monotonic() > deadline:
                    self._console.print(
                        f"Not everything has started: see {self._settings.home / 'logs'}.",
                        style="yellow",
                    )
                    break
                time.sleep(0.1)
        if not self._stop:
            self._greet(first)
        while not self._stop:
            self._restart_dead()
            time.sleep(0.2)

    def _greet(self, first: tuple[str, str] | None) -> None:
        at = f"http://{self._settings.host}"
        lines = [
            f"Web chat   {at}:{self._settings.gateway_port}/",
            f"Desk       {at}:{self._settings.desk_port}/",
        ]
        if first is not None:
            login, password = first
            lines += [
                "",
                f"First officer: {login}   password: {password}",
                "The password is shown this once; `wenjing officer add` adds more.",
            ]
        if not self._bot:
            lines += ["", "Without the bot: officers answer, messages wait for them."]
        lines += ["", f"Logs are in {self._settings.home / 'logs'}. Ctrl-C stops."]
        self._console.print(Panel("\n".join(lines), title="Wenjing 问警", expand=False))

    def _answers(self) -> bool:
        """Whether citizens get answers and officers can sign in."""
        at = f"http://{self._settings.host}"
        try:
            gateway = httpx.get(
                f"{at}:{self._settings.gateway_port}/health/ready", timeout=2, trust_env=False
            ).json()
            desk = httpx.get(
                f"{at}:{self._settings.desk_port}/health/ready", timeout=2, trust_env=False
            )
        except (httpx.HTTPError, ValueError):
            return False
        return bool(gateway.get("workers") or not self._bot) and desk.is_success

    def _start(self, role: _Role) -> None:
        if role.log is None:
            role.log = (self._settings.home / "logs" / f"{role.name}.log").open("ab")
        role.process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            _command(role.name, "--attached"),
            # It closes when we go, however we go; then the role goes, too.
            stdin=subprocess.PIPE,
            stdout=role.log,
            stderr=role.log,
            # Ctrl-C in the terminal is for us; the roles are stopped in order.
            start_new_session=True,
        )
        role.started_at = time.monotonic()

    def _restart_dead(self) -> None:
        if self._redis is not None and self._redis.poll() is not None:
            ending = _ending(self._redis.returncode)
            self._console.print(f"Redis ended ({ending}) and is started again.", style="yellow")
            self._redis = start_redis(self._settings)
        now = time.monotonic()
        for role in self._roles:
            if role.process is not None and role.process.poll() is not None:
                status, role.process = role.process.returncode, None
                if now - role.started_at > LIVED_SECONDS:
                    role.deaths = 0
                pause = min(LONGEST_PAUSE, 0.5 * 2**role.deaths) if role.deaths else 0.0
                role.deaths += 1
                role.start_at = now + pause
                self._console.print(
                    f"The {role.name} ended ({_ending(status)}) and is started again"
                    f" in {pause:.0f} s; see {self._log_path(role)}.",
                    style="yellow",
                )
            if role.process is None and now >= role.start_at:
                self._start(role)

    def _log_path(self, role: _Role) -> Path:
        return self._settings.home / "logs" / f"{role.name}.log"

    def _stop_all(self) -> None:
        for role in sorted(self._roles, key=lambda role: STOP_ORDER.index(role.name)):
            if role.process is not None:
                _end(role.process, STOP_SECONDS)
            if role.log is not None:
                role.log.close()
        if self._redis is not None:
            # It writes its append-only file to the end before it goes.
            _end(self._redis, 30)
        self._console.print("Stopped. Everything is kept.")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "bot", *arguments]


def _end(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    process.terminate()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
