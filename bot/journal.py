"""The journal: reads what happened from the mailbox and writes it into SQL."""

import asyncio
import os
import socket
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from bot.errors import Unavailable
from bot.events import Event
from bot.mailbox import EventRef
from bot.store import Store
from bot.store.recording import bury, forget_applied, record

logger = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
"""Seconds to wait after a failure; doubles with each further one."""
AT_ONCE = 1000
"""Events of one transaction, at most: databases limit the values of one query."""
TIDY_EVERY = timedelta(hours=1)


class Events(Protocol):
    """What the journal needs of the mailbox."""

    async def events(self, consumer: str) -> list[tuple[EventRef, Event]]: ...

    async def events_done(self, refs: list[EventRef]) -> None: ...

    async def tell_desk(self, conversations: set[str]) -> None: ...


async def run_journal(mailbox: Events, store: Store, stop: asyncio.Event) -> None:
    """Write events until `stop` is set; any number of journals may run at once.

    Events are forgotten only after SQL has them, so nothing is lost while Redis or SQL is
    away; an event that comes again changes nothing. One that cannot be written goes to
    `dead_event` and does not hold up the others.
    """
    consumer = f"{socket.gethostname()}-{os.getpid()}"
    pause = FIRST_PAUSE
    tidied_at = datetime.min.replace(tzinfo=UTC)
    while not stop.is_set():
        try:
            batch = await mailbox.events(consumer)
            await _write(mailbox, store, batch)
            if datetime.now(UTC) - tidied_at > TIDY_EVERY:
                tidied_at = datetime.now(UTC)
                await asyncio.to_thread(forget_applied, store, now=tidied_at)
            pause = FIRST_PAUSE
        except Unavailable as error:
            logger.warning("journal waits", reason=str(error), seconds=pause)
            await _wait(stop, pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _write(mailbox: Events, store: Store, batch: Sequence[tuple[EventRef, Event]]) -> None:
    for start in range(0, len(batch), AT_ONCE):
        part = batch[start : start + AT_ONCE]
        events = [event for _, event in part]
        await asyncio.to_thread(_record_all, store, events)
        # Also of events that were known: the desk may not have been told of them.
        await mailbox.tell_desk({event.conversation for event in events})
        await mailbox.events_done([ref for ref, _ in part])


def _record_all(store: Store, events: list[Event]) -> None:
    """In one transaction; if there is a bad one among them, each in its own."""
    now = datetime.now(UTC)
    try:
        record(store, events, now=now)
        return
    except Unavailable:
        raise
    except Exception as error:
        logger.error("a batch cannot be written", events=len(events), **_fault(error))
    for event in events:
        try:
            record(store, [event], now=now)
        except Unavailable:
            raise
        except Exception as error:
            logger.error(
                "event is dead",
                event_type=event.type,
                conversation=event.conversation,
                **_fault(error),
            )
            bury(store, event, error, now=now)


def _fault(error: Exception) -> dict[str, str]:
    """Kind and place of a bug; its message could quote a citizen."""
    place = "".join(traceback.format_tb(error.__traceback__))
    return {"error": type(error).__name__, "place": place}


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
