"""Wakes the open pages when a conversation's rows have changed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol


class Signals(Protocol):
    """What the board needs of the mailbox."""

    def desk_signals(self) -> AsyncIterator[str]: ...


class Board:
    """One subscription for all pages of this process."""

    def __init__(self, mailbox: Signals) -> None:
        self._mailbox = mailbox
        self._watches: set[Watch] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hears the signals as long as the block lasts."""
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @contextmanager
    def watch(self) -> Iterator["Watch"]:
        """A page's own view of what changes as long as the block lasts."""
        watch = Watch()
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    async def _listen(self) -> None:
        async for number in self._mailbox.desk_signals():
            for watch in self._watches:
                watch.tell(number)


class Watch:
    """What has changed since a page last looked."""

    def __init__(self) -> None:
        self._changed: set[str] = set()
        self._woken = asyncio.Event()

    def tell(self, number: str) -> None:
        """This conversation has changed."""
        self._changed.add(number)
        self._woken.set()

    async def changes(self, within: float) -> set[str]:
        """The conversations that changed; empty after `within` seconds without any."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), within)
        self._woken.clear()
        changed, self._changed = self._changed, set()
        return changed
