"""A role on its own: it waits for Redis, and it stops when it is told to or left alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.installation import PROJECT

Role = "subprocess.Popen[bytes]"


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda role: role.send_signal(signal.SIGTERM), id="told to"),
        pytest.param(lambda role: role.stdin.close(), id="left alone"),
    ],
)
def test_a_role_waits_for_redis_and_stops_cleanly(tmp_path, end: Callable[[Role], None]):
    role = subprocess.Popen(
        [sys.executable, "-m", "bot", "sender", "--attached"],
        cwd=PROJECT,
        env=os.environ | {"WENJING_HOME": str(tmp_path)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with role:
        assert b"the mailbox cannot be reached" in role.stderr.readline()
        end(role)
        assert role.wait(30) == 0
        assert b"Fatal" not in role.stderr.read()
