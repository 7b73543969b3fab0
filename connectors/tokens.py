"""What a connector must remember between calls, shared by all processes that send."""

from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol


class TokenStore(Protocol):
    """Short texts that expire. Methods raise Unavailable when the store is down."""

    def get(self, key: str) -> Awaitable[str | None]:
        """What was put and has not expired."""

    def put(self, key: str, value: str, lifetime: timedelta) -> Awaitable[None]:
        """Keep `value`, in place of what was there."""

    def lock(self, key: str) -> AbstractAsyncContextManager[None]:
        """Only one holder at a time; the others wait, and give up with Unavailable."""
