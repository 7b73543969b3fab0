"""A whole installation, started as a newcomer would start it, for the tests that need all of it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

PROJECT = Path(__file__).parent.parent

_PASSWORD = re.compile(r"First officer: (\S+)\s+password: (\S+)")

STARTS_WITHIN = 600.0
"""Seconds: on a fresh clone the model is trained first."""


@dataclass
class Running:
    """An installation that is up."""

    home: Path
    gateway_port: int
    desk_port: int
    login: str
    password: str
    process: "subprocess.Popen[str]"

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def desk(self) -> str:
        return f"http://127.0.0.1:{self.desk_port}"

    def role(self, name: str) -> psutil.Process | None:
        """The process that runs a role now; None while it is being started again."""
        for child in psutil.Process(self.process.pid).children():
            try:
                if name in child.cmdline():
                    return child
            except psutil.Error:
                continue  # It died while we looked.
        return None


@contextmanager
def running(home: Path, **settings: str) -> Iterator[Running]:
    """`wenjing up` with an empty home and free ports; stopped as by Ctrl-C at the end."""
    gateway_port, desk_port = _free_ports(2)
    environment = os.environ | {
        "WENJING_HOME": str(home),
        "WENJING_GATEWAY_PORT": str(gateway_port),
        "WENJING_DESK_PORT": str(desk_port),
        "COLUMNS": "120",
        **{f"WENJING_{name.upper()}": value for name, value in settings.items()},
    }
    home.mkdir(parents=True, exist_ok=True)
    printed = home / "printed"
    with printed.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "up"],
            cwd=PROJECT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        login, password = _wait_until_up(process, printed)
        yield Running(home, gateway_port, desk_port, login, password, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=90)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _wait_until_up(process: "subprocess.Popen[str]", printed: Path) -> tuple[str, str]:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        text = printed.read_text()
        if found := _PASSWORD.search(text):
            return found[1], found[2]
        assert process.poll() is None, f"wenjing up ended:\n{text}"
        time.sleep(0.2)
    raise AssertionError(f"wenjing up did not come up:\n{printed.read_text()}")


def _free_ports(number: int) -> list[int]:
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
