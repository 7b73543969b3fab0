"""Short texts that all processes share for a while, such as a platform's access token."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.errors import Unavailable
from bot.mailbox.connection import unavailable_when_down

_LOCK_SECONDS = 15
_WAIT_SECONDS = 3.0
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Tokens:
    """The `connectors.tokens.TokenStore` that lies in Redis."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    @unavailable_when_down
    async def get(self, key: str) -> str | None:
        """What was put and has not expired."""
        value = await self._redis.get(f"wj:token:{key}")
        return None if value is None else value.decode()

    @unavailable_when_down
    async def put(self, key: str, value: str, lifetime: timedelta) -> None:
        """Keep `value`, in place of what was there."""
        await self._redis.set(
            f"wj:token:{key}", value, px=max(1, int(lifetime.total_seconds() * 1000))
        )

    @asynccontextmanager
    async def lock(self, key: str) -> AsyncIterator[None]:
        """Only one holder at a time; raises Unavailable after 3 seconds of waiting. A holder
        that dies, or takes longer than 15 seconds, loses it."""
        name, mine = f"wj:lock:{key}", secrets.token_hex(8)
        deadline = asyncio.get_running_loop().time() + _WAIT_SECONDS
        while not await self._acquire(name, mine):
            if asyncio.get_running_loop().time() > deadline:
                raise Unavailable(f"{key} is locked")
            await asyncio.sleep(0.05)
        try:
            yield
        finally:
            await self._release(name, mine)

    @unavailable_when_down
    async def _acquire(self, name: str, mine: str) -> bool:
        return bool(await self._redis.set(name, mine, nx=True, ex=_LOCK_SECONDS))

    @unavailable_when_down
    async def _release(self, name: str, mine: str) -> None:
        await self._redis.eval(_RELEASE, 1, name, mine)
