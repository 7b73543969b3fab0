"""Servers that some tests need; where one is missing the test skips, or fails under CI."""

import os

import pytest


def require(found: bool, what: str) -> None:
    """Skip the test unless `what` was found; fail instead when WENJING_REQUIRE_ALL is set."""
    if found:
        return
    if os.environ.get("WENJING_REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is missing, and WENJING_REQUIRE_ALL is set")
    pytest.skip(f"{what} is missing")
