"""What a worker asks of the mailbox: a conversation to handle, and the step that ends it."""

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import structlog
from pydantic import ValidationError

from bot.events import CaseOpened, Event, HandsChanged, ServiceSaid, Understood
from bot.mailbox.connection import Connection, unavailable_when_down
from bot.mailbox.delivery import OUTBOUND
from bot.mailbox.edge import ADDRESS, INBOUND
from bot.messages import Address, Hands, Inbound, Outbound, Turn
from bot.settings import Settings

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claim:
    """The first message of a conversation, and the right to answer it."""

    conversation: str
    entry: str
    """The ready stream's entry: whoever settles it first has handled the message."""
    message: Inbound
    address: Address
    hands: Hands
    tries: int
    """How often the message was opened, this time included."""
    state: bytes | None
    """The dialogue's memory; None at the first message."""
    waiting_said: int
    """When the citizen was last told to wait for an officer, in epoch seconds; 0: not yet."""


class Work(Connection):
    """Conversations to handle, for one worker."""

    def __init__(self, redis: Any, settings: Settings) -> None:
        super().__init__(redis, settings)
        self._queue: deque[tuple[float, str, str]] = deque()
        """Given to this worker and not opened yet: since when, the entry, the conversation."""
        self._reclaim_at = 0.0

    @unavailable_when_down
    async def claim(self, worker: str, *, wait: float) -> Claim | None:
        """The next conversation for `worker`; None when none came within `wait` seconds.

        The same conversation is not given to another worker until this one settles it or
        has held it for `reclaim_seconds`.
        """
        clock = asyncio.get_running_loop().time
        if clock() >= self._reclaim_at:
            self._reclaim_at = clock() + self._settings.reclaim_seconds / 4
            for stream in self.streams("ready"):
                for _, entry, fields in await self.stale(stream, "workers", worker, count=10):
                    self._queue.append((clock(), entry, fields[b"n"].decode()))
        if not self._queue:
            read = await self.read(self.streams("ready"), "workers", worker, count=1, wait=wait)
            self._queue.extend(
                (clock(), entry, fields[b"n"].decode()) for _, entry, fields in read
            )
        while self._queue:
            claimed_at, entry, number = self._queue.popleft()
            if clock() - claimed_at > self._settings.reclaim_seconds / 2:
                # Held too long while others were handled: a turn might no longer end in time.
                await self._release(number, entry, worker)
                continue
            claim = await self._open(number, entry)
            if claim is not None:
                return claim
        return None

    @unavailable_when_down
    async def release(self, worker: str) -> None:
        """Give back what `worker` was given and has not opened, because it stops."""
        while self._queue:
            _, entry, number = self._queue.popleft()
            await self._release(number, entry, worker)

    async def _release(self, number: str, entry: str, worker: str) -> None:
        await self.script("release", (self.keys(number).ready,), (entry, worker, number))

    async def _open(self, number: str, entry: str) -> Claim | None:
        keys = self.keys(number)
        row = await self.script("open", (keys.conversation, keys.box, keys.ready), (entry,))
        if row is None:
            return None
        message, tries, holder, epoch, state, address, waiting_said = row
        try:
            inbound, place = INBOUND.validate_json(message), ADDRESS.validate_json(address)
        except ValidationError:
            # Another version of this program wrote it, and a worker of that one will read it.
            logger.error("message cannot be read", conversation=number)
            return None
        return Claim(
            conversation=number,
            entry=entry,
            message=inbound,
            address=place,
            hands=Hands(holder.decode(), epoch),
            tries=tries,
            state=state or None,
            waiting_said=int(waiting_said),
        )

    @unavailable_when_down
    async def commit(
        self,
        claim: Claim,
        turn: Turn,
        state: bytes | None,
        *,
        model: str = "",
        waiting_said: int = 0,
    ) -> Literal["done", "fenced", "lost"]:
        """Make a turn true in one step: its replies, its state, its hand-over, its events.

        "fenced": the conversation changed hands meanwhile, nothing was done: claim it anew.
        "lost": another worker was faster, nothing was done.
        """
        keys = self.keys(claim.conversation)
        now = datetime.now(UTC)
        handing = turn.handover is not None and claim.hands.holder == "bot"
        epoch = claim.hands.next_epoch(now) if handing else claim.hands.epoch
        replies = [
            Outbound(
                id=secrets.token_hex(12),
                conversation=claim.conversation,
                address=claim.address,
                reply=reply,
                author="bot",
                epoch=epoch,
                said_at=now,
            )
            for reply in turn.replies
        ]
        outcome = await self.script(
            "commit",
            (
                keys.conversation,
                keys.box,
                keys.out,
                keys.ready,
                keys.send,
                keys.journal,
                keys.room,
                keys.posted,
            ),
            (
                claim.conversation,
                claim.entry,
                claim.hands.epoch,
                state or b"",
                "desk" if handing else "",
                waiting_said,
                self._remember,
                len(replies),
                epoch,
                *(OUTBOUND.dump_json(reply) for reply in replies),
                *(
                    event.model_dump_json()
                    for event in _events(claim, turn, replies, now, model, epoch, handing)
                ),
            ),
        )
        return outcome.decode()  # type: ignore[no-any-return]

    @unavailable_when_down
    async def hands(self, conversation: str) -> Hands:
        """Who speaks in the conversation now; the bot where nothing is known."""
        holder, epoch = await self._redis.hmget(
            self.keys(conversation).conversation, "holder", "epoch"
        )
        return Hands((holder or b"bot").decode(), int(epoch or 0))

    @unavailable_when_down
    async def reopen(self, claim: Claim) -> Claim | None:
        """A fenced claim as it stands now; counts as one more try."""
        return await self._open(claim.conversation, claim.entry)


def _events(
    claim: Claim,
    turn: Turn,
    replies: Sequence[Outbound],
    now: datetime,
    model: str,
    epoch: int,
    handing: bool,
) -> list[Event]:
    message = f"{claim.message.channel}:{claim.message.account}:{claim.message.message_id}"
    events: list[Event] = [
        Understood(
            id=f"understood:{message}",
            at=now,
            conversation=claim.conversation,
            message=message,
            language=turn.language,
            intent=turn.intent,
            intent_confidence=turn.intent_confidence,
            outcome=turn.outcome,
            topic=turn.topic,
            confidence=turn.confidence,
            choices=turn.choices,
            suggestions=turn.suggestions,
            model=model,
        )
    ]
    events += [
        ServiceSaid(
            id=reply.id,
            at=now,
            conversation=claim.conversation,
            address=reply.address,
            author=reply.author,
            text=reply.reply.text,
            topic=reply.reply.topic,
            epoch=reply.epoch,
            choices=reply.reply.choices,
            short=reply.reply.short,
            urgent=reply.reply.urgent,
        )
        for reply in replies
    ]
    if turn.handover is not None:
        events.append(
            CaseOpened(
                id=f"case:{message}",
                at=now,
                conversation=claim.conversation,
                handover=turn.handover,
            )
        )
    if handing:
        events.append(
            HandsChanged(
                id=f"hands:{claim.conversation}:{epoch}:{secrets.token_hex(4)}",
                at=now,
                conversation=claim.conversation,
                holder="desk",
                previous="bot",
                epoch=epoch,
                by="bot",
            )
        )
    return events
