"""What the desk asks of the mailbox: take over, speak, hand back; and what the journal reads."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from pydantic import ValidationError

from bot.errors import Conflict, NotFound
from bot.events import EVENT, Event, HandsChanged, ServiceSaid
from bot.mailbox.connection import unavailable_when_down
from bot.mailbox.delivery import OUTBOUND
from bot.mailbox.edge import ADDRESS, Edge
from bot.mailbox.work import Work
from bot.messages import Hands, Outbound, Reply
from bot.settings import Settings

logger = structlog.get_logger()


class Desk(Edge, Work):
    """Changing hands, and speaking as an officer."""

    async def take(self, conversation: str, officer: int, *, epoch: int) -> Hands:
        """The officer takes over from the bot or the queue. From now on the bot says
        nothing, and what it has said but is not under way is dropped.

        Raises Conflict when the conversation has changed hands since `epoch`.
        """
        hands = await self.hands(conversation)
        if hands.epoch != epoch or hands.holder not in ("bot", "desk"):
            raise Conflict(hands.holder)
        return await self._change(hands, conversation, officer, f"officer:{officer}", taken=True)

    async def transfer(self, conversation: str, officer: int, to: int, *, note: str = "") -> Hands:
        """The officer gives the conversation to another. Raises Conflict unless the officer
        holds it."""
        hands = await self._held_by(conversation, officer)
        return await self._change(
            hands, conversation, officer, f"officer:{to}", taken=True, note=note
        )

    async def hand_back(
        self, conversation: str, officer: int, *, note: str = "", closed: bool = False
    ) -> Hands:
        """The officer gives the conversation back to the bot; `closed` also ends the case,
        with `note` as its reason. Raises Conflict unless the officer holds it."""
        hands = await self._held_by(conversation, officer)
        return await self._change(hands, conversation, officer, "bot", note=note, closed=closed)

    async def _held_by(self, conversation: str, officer: int) -> Hands:
        hands = await self.hands(conversation)
        if hands.holder != f"officer:{officer}":
            raise Conflict(hands.holder)
        return hands

    @unavailable_when_down
    async def _change(
        self,
        hands: Hands,
        conversation: str,
        officer: int,
        holder: str,
        *,
        taken: bool = False,
        note: str = "",
        closed: bool = False,
    ) -> Hands:
        keys = self.keys(conversation)
        now = datetime.now(UTC)
        epoch = hands.next_epoch(now)
        event = HandsChanged(
            id=f"hands:{conversation}:{epoch}:{secrets.token_hex(4)}",
            at=now,
            conversation=conversation,
            holder=holder,
            previous=hands.holder,
            epoch=epoch,
            by=f"officer:{officer}",
            note=note,
            closed=closed,
        )
        done, now_holder = await self.script(
            "hands",
            (keys.conversation, keys.out, keys.room, keys.posted, keys.journal),
            (
                hands.epoch,
                epoch,
                holder,
                event.model_dump_json(),
                "1" if taken else "0",
                self._remember,
            ),
        )
        if not done:
            raise Conflict(now_holder.decode())
        return Hands(holder, epoch)

    @unavailable_when_down
    async def say(self, conversation: str, officer: int, reply: Reply) -> Outbound:
        """Send an officer's words. Raises Conflict unless the officer holds the
        conversation, NotFound when Redis no longer knows where the citizen is."""
        keys = self.keys(conversation)
        address, epoch = await self._redis.hmget(keys.conversation, "address", "epoch")
        if address is None:
            raise NotFound(conversation)
        message = Outbound(
            id=secrets.token_hex(12),
            conversation=conversation,
            address=ADDRESS.validate_json(address),
            reply=reply,
            author=f"officer:{officer}",
            epoch=int(epoch or 0),
            said_at=datetime.now(UTC),
        )
        event = ServiceSaid(
            id=message.id,
            at=message.said_at,
            conversation=conversation,
            address=message.address,
            author=message.author,
            text=reply.text,
            topic=reply.topic,
            epoch=message.epoch,
            choices=reply.choices,
            short=reply.short,
            urgent=reply.urgent,
        )
        if not await self._send(message, message.author, event):
            raise Conflict((await self.hands(conversation)).holder)
        return message

    @unavailable_when_down
    async def resend(self, message: Outbound) -> None:
        """Put a dead letter into the outbox once more, under the same id."""
        await self._send(message, "")

    async def _send(self, message: Outbound, holder: str, *events: Event) -> bool:
        """Put it into the outbox; False when it needs a holder who is no longer that."""
        keys = self.keys(message.conversation)
        said = await self.script(
            "say",
            (
                keys.conversation,
                keys.out,
                keys.send,
                keys.journal,
                keys.room,
                keys.posted,
            ),
            (
                message.conversation,
                holder,
                OUTBOUND.dump_json(message),
                self._remember,
                *(event.model_dump_json() for event in events),
            ),
        )
        return bool(said)

    async def desk_signals(self) -> AsyncIterator[str]:
        """Numbers of conversations whose rows in SQL have changed. While Redis is away
        nothing is heard: a page must also look for itself from time to time."""
        async for conversation in self._signals("wj:desk"):
            yield conversation

    @unavailable_when_down
    async def tell_desk(self, conversations: set[str]) -> None:
        """Say that these conversations' rows have changed."""
        for conversation in conversations:
            await self._redis.publish("wj:desk", conversation)


@dataclass(frozen=True, slots=True)
class EventRef:
    """Where an event stands in the journal streams."""

    stream: str
    entry: str


class Journal(Desk):
    """The events, for the journal."""

    def __init__(self, redis: Any, settings: Settings) -> None:
        super().__init__(redis, settings)
        self._look_for_stale_at = 0.0

    @unavailable_when_down
    async def events(
        self, consumer: str, *, count: int = 2000, wait: float = 1.0
    ) -> list[tuple[EventRef, Event]]:
        """New events, about `count` at most and in each shard's order; and as many that a
        dead journal read without finishing. An event may come twice."""
        clock = asyncio.get_running_loop().time
        # All are written in one transaction, and a database bears only so many values at once.
        count = max(1, count // self._settings.shards)
        entries = []
        if clock() >= self._look_for_stale_at:
            self._look_for_stale_at = clock() + self._settings.reclaim_seconds / 4
            for stream in self.streams("journal"):
                entries += await self.stale(stream, "journal", consumer, count=count)
        entries += await self.read(
            self.streams("journal"), "journal", consumer, count=count, wait=wait
        )
        events = []
        for stream, entry, fields in entries:
            try:
                event = EVENT.validate_json(fields[b"e"])
            except ValidationError:
                # Written by another version of this program; it stays in the stream, unread.
                logger.error("event cannot be read", stream=stream, entry=entry)
                continue
            events.append((EventRef(stream, entry), event))
        return events

    @unavailable_when_down
    async def events_done(self, refs: list[EventRef]) -> None:
        """These events are in SQL for good: forget them."""
        by_stream: dict[str, list[str]] = {}
        for ref in refs:
            by_stream.setdefault(ref.stream, []).append(ref.entry)
        for stream, entries in by_stream.items():
            await self._redis.xack(stream, "journal", *entries)
            await self._redis.xdel(stream, *entries)

    @unavailable_when_down
    async def unread_events(self) -> int:
        """How many events SQL does not have yet."""
        return sum([await self._redis.xlen(stream) for stream in self.streams("journal")])
