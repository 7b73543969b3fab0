"""Recorded calls of the platforms."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def recorded(request: pytest.FixtureRequest) -> Callable[[str], bytes]:
    """The body of a recorded call, by the name of its file beside the test."""
    folder = Path(request.path).parent / "fixtures"

    def read(name: str) -> bytes:
        return (folder / name).read_bytes()

    return read
