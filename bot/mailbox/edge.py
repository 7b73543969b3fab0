"""What the gateway asks of the mailbox: accept a message, follow a room."""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import TypeAdapter

from bot.errors import Unavailable
from bot.events import CitizenSaid, Rated
from bot.mailbox.connection import _DOWN, Connection, unavailable_when_down
from bot.messages import Address, Choice, Inbound, Kind, Outbound

INBOUND: TypeAdapter[Inbound] = TypeAdapter(Inbound)
ADDRESS: TypeAdapter[Address] = TypeAdapter(Address)

_ALIVE = "wj:alive"


@dataclass(frozen=True, slots=True)
class RoomItem:
    """One message as a live page shows it."""

    cursor: str
    """Where to go on from; grows with time."""
    id: str
    """The citizen's message_id, or the Outbound's id."""
    author: Literal["citizen", "bot", "officer"]
    text: str
    at: datetime
    kind: Kind = "text"
    choices: tuple[Choice, ...] = ()
    topic: str | None = None
    urgent: bool = False


_ITEM: TypeAdapter[RoomItem] = TypeAdapter(RoomItem)


@dataclass(frozen=True, slots=True)
class Signal:
    """Something happened in a room; "typing" leaves no trace in it."""

    conversation: str
    kind: Literal["new", "typing"]


class Edge(Connection):
    """Accepting messages, and the rooms of live pages."""

    @unavailable_when_down
    async def accept(
        self, inbound: Inbound, *, room: bool = False
    ) -> Literal["accepted", "duplicate"]:
        """Take a message in, once: a second call with the same (channel, account,
        message_id) changes nothing. `room` also shows it to the citizen's live page.

        Raises Unavailable when Redis is down or too much waits already: nothing was kept,
        and the platform should deliver the message again.
        """
        number = self.number(inbound.channel, inbound.account, inbound.sender)
        keys = self.keys(number)
        address = Address(inbound.channel, inbound.account, inbound.sender, inbound.public)
        now = datetime.now(UTC)
        name = f"{inbound.channel}:{inbound.account}:{inbound.message_id}"
        event = CitizenSaid(
            id=name,
            at=now,
            conversation=number,
            address=address,
            text=inbound.text,
            kind=inbound.kind,
            sent_at=inbound.sent_at,
        )
        item = RoomItem(
            cursor="",
            id=inbound.message_id,
            author="citizen",
            text=inbound.text,
            at=now,
            kind=inbound.kind,
        )
        # Ids come from outside and may be long: the key holds their hash.
        seen = f"{keys.shard}:seen:{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        outcome = await self.script(
            "accept",
            (
                keys.conversation,
                keys.box,
                keys.out,
                keys.ready,
                keys.send,
                seen,
                keys.journal,
                keys.room,
                keys.posted,
            ),
            (
                number,
                INBOUND.dump_json(inbound),
                event.model_dump_json(),
                ADDRESS.dump_json(address),
                _milliseconds(now),
                int(self._settings.seen_days * 86400),
                self._settings.mailbox_limit,
                self._settings.backlog_limit,
                _ITEM.dump_json(item) if room else "",
            ),
        )
        if outcome == b"full":
            raise Unavailable("too many messages wait")
        return "duplicate" if outcome == b"duplicate" else "accepted"

    @unavailable_when_down
    async def workers_alive(self) -> bool:
        """Whether a worker has reported within the last seconds."""
        return bool(await self._redis.exists(_ALIVE))

    @unavailable_when_down
    async def report_alive(self) -> None:
        """A worker says that it runs; to be said again within ten seconds."""
        await self._redis.set(_ALIVE, "1", ex=10)

    @unavailable_when_down
    async def rate(self, conversation: str, message: str, helpful: bool) -> None:
        """Keep a citizen's rating of an answer; the last one counts."""
        event = Rated(
            id=f"rated:{message}:{secrets.token_hex(4)}",
            at=datetime.now(UTC),
            conversation=conversation,
            message=message,
            helpful=helpful,
        )
        await self._redis.xadd(self.keys(conversation).journal, {"e": event.model_dump_json()})

    @unavailable_when_down
    async def post(self, message: Outbound) -> bool:
        """Show a message in its room, exactly once by its id; False when the fence dropped
        it, because an officer has taken over since it was said."""
        keys = self.keys(message.conversation)
        item = RoomItem(
            cursor="",
            id=message.id,
            author="bot" if message.author == "bot" else "officer",
            text=message.reply.text,
            at=message.said_at,
            choices=message.reply.choices,
            topic=message.reply.topic,
            urgent=message.reply.urgent,
        )
        shown = await self.script(
            "post",
            (keys.conversation, keys.room, keys.posted),
            (
                message.conversation,
                message.id,
                message.author,
                message.epoch,
                _ITEM.dump_json(item),
            ),
        )
        return bool(shown)

    @unavailable_when_down
    async def room(self, conversation: str, after: str = "") -> list[RoomItem]:
        """The room's messages after a cursor, oldest first. A cursor that is none reads
        from the beginning."""
        start = f"({after}" if _is_cursor(after) else "-"
        rows = await self._redis.xrange(self.keys(conversation).room, min=start, max="+")
        items = []
        for cursor, fields in rows:
            item = _ITEM.validate_json(fields[b"i"])
            items.append(
                RoomItem(
                    cursor=cursor.decode(),
                    id=item.id,
                    author=item.author,
                    text=item.text,
                    at=item.at,
                    kind=item.kind,
                    choices=item.choices,
                    topic=item.topic,
                    urgent=item.urgent,
                )
            )
        return items

    @unavailable_when_down
    async def typing(self, conversation: str) -> None:
        """Show for a moment that an officer is typing."""
        await self._redis.publish("wj:room", f"{conversation} typing")

    async def room_signals(self) -> AsyncIterator[Signal]:
        """What happens in all rooms, as it happens. While Redis is away nothing is heard:
        a page must also look for itself from time to time."""
        async for text in self._signals("wj:room"):
            conversation, _, kind = text.partition(" ")
            yield Signal(conversation, "typing" if kind == "typing" else "new")

    async def _signals(self, channel: str) -> AsyncIterator[str]:
        while True:
            try:
                redis = await self.subscriber()
                async with redis, redis.pubsub() as pubsub:
                    await pubsub.subscribe(channel)
                    while True:
                        message = await pubsub.get_message(
                            ignore_subscribe_messages=True, timeout=5
                        )
                        if message is not None:
                            yield message["data"].decode()
            except _DOWN:
                await asyncio.sleep(1)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _is_cursor(text: str) -> bool:
    head, _, tail = text.partition("-")
    with contextlib.suppress(ValueError):
        return 0 <= int(head) < 2**63 and 0 <= int(tail or 0) < 2**63 and text.isascii()
    return False
