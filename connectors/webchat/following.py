"""One subscription of this process to all rooms, fanned out to the pages that follow them."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot.mailbox import Mailbox, RoomItem

logger = logging.getLogger(__name__)

LOOKS_AT_ONCE = 20
"""All pages of a process share one pool of connections with those who have something to say."""


class Follower:
    """One page that follows a room."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self._typing = False

    async def wait(self, seconds: float) -> bool:
        """Return after a signal or `seconds`; True when an officer is typing."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass
        self._changed.clear()
        typing, self._typing = self._typing, False
        return typing

    def wake(self, *, typing: bool = False) -> None:
        """The room has something new, or an officer is typing in it."""
        self._typing = self._typing or typing
        self._changed.set()


class Following:
    """Who follows which room. Subscribed while at least one page follows.

    Signals that come before the subscription stands, or while Redis is away, are lost: a page
    must also look by itself.
    """

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._followers: dict[str, set[Follower]] = {}
        self._task: asyncio.Task[None] | None = None
        self._looking = asyncio.Semaphore(LOOKS_AT_ONCE)

    async def look(self, conversation: str, after: str) -> list[RoomItem]:
        """The room's items after a cursor; raises Unavailable."""
        async with self._looking:
            return await self._mailbox.room(conversation, after)

    @contextmanager
    def follow(self, conversation: str) -> Iterator[Follower]:
        """Signals of one room, for as long as the context is open."""
        follower = Follower()
        self._followers.setdefault(conversation, set()).add(follower)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
            self._task.add_done_callback(_log_failure)
        try:
            yield follower
        finally:
            self._followers[conversation].discard(follower)
            if not self._followers[conversation]:
                del self._followers[conversation]
            if not self._followers and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _listen(self) -> None:
        async for signal in self._mailbox.room_signals():
            for follower in self._followers.get(signal.conversation, ()):
                follower.wake(typing=signal.kind == "typing")


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("following the rooms stopped", exc_info=error)
