"""What a sender asks of the mailbox: a message to deliver, and what became of it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.events import Delivered
from bot.mailbox.connection import Connection, unavailable_when_down
from bot.messages import Outbound
from bot.settings import Settings

logger = structlog.get_logger()

OUTBOUND: TypeAdapter[Outbound] = TypeAdapter(Outbound)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The first message that waits in a conversation's outbox, and the right to send it."""

    conversation: str
    entry: str
    sender: str
    message: Outbound
    may_have_been_sent: bool
    """True when a sender died, or was given up, between `begin` and settling."""
    last_inbound_at: datetime
    """When the citizen last wrote: reply windows count from here."""
    sent_since: int
    """Messages delivered since then: reply quotas count these."""
    tries: int
    """Calls out so far."""


class Deliveries(Connection):
    """Outboxes, for one sender. Messages of a conversation leave in their order."""

    def __init__(self, redis: Any, settings: Settings) -> None:
        super().__init__(redis, settings)
        self._stale_at: dict[int, float] = {}

    @unavailable_when_down
    async def next_delivery(self, sender: str, shard: int, *, wait: float) -> Delivery | None:
        """The next message to send of one shard; None when none came within `wait` seconds.

        No other sender is given the conversation until this one settles it, or has held it
        for `reclaim_seconds`.
        """
        clock = asyncio.get_running_loop().time
        stream = self.streams("send")[shard]
        entries = []
        if clock() >= self._stale_at.get(shard, 0):
            entries = await self.stale(stream, "senders", sender, count=1)
            if not entries:  # Otherwise there may be more: a dead sender leaves many at once.
                self._stale_at[shard] = clock() + self._settings.reclaim_seconds / 4
        if not entries:
            entries = await self.read([stream], "senders", sender, count=1, wait=wait)
        for _, entry, fields in entries:
            return await self._look(fields[b"n"].decode(), entry, sender)
        return None

    async def _look(self, number: str, entry: str, sender: str) -> Delivery | None:
        keys = self.keys(number)
        row = await self.script("look", (keys.conversation, keys.out, keys.send), (entry,))
        if row is None:
            return None
        try:
            message = OUTBOUND.validate_json(row[0])
        except ValidationError:
            # Another version of this program wrote it, and a sender of that one will read it.
            logger.error("reply cannot be read", conversation=number)
            return None
        return Delivery(
            conversation=number,
            entry=entry,
            sender=sender,
            message=message,
            may_have_been_sent=row[1].decode() == message.id,
            last_inbound_at=datetime.fromtimestamp(row[2] / 1000, UTC),
            sent_since=row[3],
            tries=row[4],
        )

    @unavailable_when_down
    async def begin(self, delivery: Delivery) -> bool:
        """The last moment before the call out. False: do not send. An officer has taken over
        since the bot said it, and the message is dropped; or this sender was so slow that
        the delivery was given to another."""
        keys = self.keys(delivery.conversation)
        message = delivery.message
        answer = await self.script(
            "begin",
            (keys.conversation, keys.send),
            (message.id, message.author, message.epoch, delivery.entry, delivery.sender),
        )
        if answer == b"fenced":
            await self.dropped(delivery)
        return bool(answer == b"passes")

    async def sent(self, delivery: Delivery) -> None:
        """The platform has it."""
        await self._settle(delivery, "sent", status="sent")

    async def dropped(self, delivery: Delivery) -> None:
        """The fence held it back: an officer speaks now."""
        await self._settle(delivery, "dead", status="dropped", reason="an officer took over")

    async def later(self, delivery: Delivery, after: float) -> None:
        """It did not arrive; try again in `after` seconds."""
        due = int((datetime.now(UTC).timestamp() + after) * 1000)
        await self._settle(delivery, "later", due=due)

    async def held(self, delivery: Delivery, reason: str) -> None:
        """It waits until the citizen writes again."""
        await self._settle(delivery, "held", status="held", reason=reason)

    async def dead(
        self, delivery: Delivery, status: Literal["refused", "unknown"], reason: str
    ) -> None:
        """It is not tried again; the desk shows it with the reason."""
        await self._settle(delivery, "dead", status=status, reason=reason)

    @unavailable_when_down
    async def _settle(
        self,
        delivery: Delivery,
        outcome: str,
        *,
        due: int = 0,
        status: Literal["sent", "held", "refused", "unknown", "dropped"] | None = None,
        reason: str = "",
    ) -> None:
        keys = self.keys(delivery.conversation)
        event = ""
        if status is not None:
            event = Delivered(
                id=f"delivered:{delivery.message.id}:{delivery.entry}",
                at=datetime.now(UTC),
                conversation=delivery.conversation,
                message=delivery.message.id,
                status=status,
                reason=reason,
            ).model_dump_json()
        await self.script(
            "settle",
            (
                keys.conversation,
                keys.out,
                keys.send,
                keys.later,
                keys.journal,
                keys.room,
                keys.posted,
            ),
            (
                delivery.conversation,
                delivery.entry,
                outcome,
                due,
                event,
                self._remember,
                round(delivery.last_inbound_at.timestamp() * 1000),
            ),
        )

    @unavailable_when_down
    async def wake_due(self) -> None:
        """Give postponed messages whose time has come to the senders; call it every second
        or so, from any number of processes."""
        now = int(datetime.now(UTC).timestamp() * 1000)
        for stream in self.streams("send"):
            await self.script("wake", (stream.removesuffix("send") + "later", stream), (now,))
