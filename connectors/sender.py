"""The sender: takes replies from the mailbox and delivers them, each as often as is right.

A message that may have arrived is not sent again, because a citizen who reads an answer twice
doubts both; only an emergency number is rather sent twice than not at all.
"""

import asyncio
import os
import random
import secrets
import socket
import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random

from bot.accounts import Account
from bot.errors import SendHeld, SendLater, SendRefused, SendUnknown, Unavailable
from bot.mailbox import Delivery, Mailbox
from bot.messages import Outbound
from bot.settings import Settings
from connectors import connect_accounts
from connectors.base import Connector, Limits
from connectors.calling import platform_client

logger = structlog.get_logger()

CALLS_AT_ONCE = 32
"""Deliveries of one channel that are under way in this process at the same time."""
POSTPONE_SECONDS = 0.5, 2.0
"""How long a conversation waits when its channel has as many under way as it may."""
WAIT_SECONDS = 1.0
FIRST_PAUSE, PAUSE_FACTOR, LONGEST_PAUSE = 2.0, 3.0, 900.0
"""Seconds: a platform that was away for an hour still gets the last of eight tries."""
LONGEST_ASKED = 3600.0
"""Seconds that a platform may ask us to wait; asked for more, we find out for ourselves."""


async def run_sender(
    settings: Settings, mailbox: Mailbox, accounts: Mapping[str, Account], stop: asyncio.Event
) -> None:
    """Deliver until `stop` is set, then end when what is under way has ended."""
    async with platform_client() as http:
        connectors = connect_accounts(accounts, settings, http, mailbox)
        await Sender(settings, mailbox, connectors).run(stop)


class Sender:
    """One process's share of the deliveries; any number may run beside it."""

    def __init__(
        self,
        settings: Settings,
        mailbox: Mailbox,
        connectors: Mapping[tuple[str, str], Connector],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._mailbox = mailbox
        self._connectors = connectors
        self._clock = clock
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        # Another sender is given the delivery after reclaim_seconds: end well before.
        self._call_seconds = settings.reclaim_seconds * 0.6
        self._free: defaultdict[str, int] = defaultdict(lambda: CALLS_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, then end when what is under way has ended."""
        async with asyncio.TaskGroup() as tasks:
            for shard in range(self._settings.shards):
                tasks.create_task(self._serve(shard, stop))
            tasks.create_task(self._wake(stop))
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._call_seconds)

    async def _serve(self, shard: int, stop: asyncio.Event) -> None:
        away = False
        while not stop.is_set():
            try:
                delivery = await self._mailbox.next_delivery(self._name, shard, wait=WAIT_SECONDS)
                if delivery is not None:
                    await self._start(delivery)
                away = False
            except Unavailable:
                if not away:  # Said once, and not every second until the disk is full.
                    logger.warning("the mailbox cannot be reached", shard=shard)
                away = True
                await _pause(stop)

    async def _wake(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(Unavailable):  # `_serve` says so.
                await self._mailbox.wake_due()
            await _pause(stop)

    async def _start(self, delivery: Delivery) -> None:
        """Deliver in the background, unless the channel has too much under way: a slow
        platform must not delay the others."""
        channel = delivery.message.address.channel
        # Postponing would forget that the message may have been sent.
        if not self._free[channel] and not delivery.may_have_been_sent:
            await self._mailbox.later(delivery, random.uniform(*POSTPONE_SECONDS))  # noqa: S311
            return
        self._free[channel] -= 1
        task = asyncio.create_task(self.deliver(delivery))
        self._under_way.add(task)
        task.add_done_callback(lambda done: self._end(channel, done))

    def _end(self, channel: str, task: asyncio.Task[None]) -> None:
        self._free[channel] += 1
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Nothing is lost: another sender is given the delivery after a while.
            logger.error("delivery not settled", channel=channel, error=type(error).__name__)

    async def deliver(self, delivery: Delivery) -> None:
        """Deliver one message and settle it. Raises Unavailable when the mailbox is away;
        then the delivery goes to another sender."""
        message = delivery.message
        connector = self._connectors.get((message.address.channel, message.address.account))
        if connector is None:
            await self._mailbox.dead(delivery, "refused", "the account has no such channel")
            return
        twice = connector.limits.idempotent or message.reply.urgent
        if delivery.may_have_been_sent and not twice:
            await self._mailbox.dead(delivery, "unknown", "a sender stopped during the call")
            return
        if reason := self._why_held(delivery, connector.limits):
            await self._mailbox.held(delivery, reason)
            return
        if not await self._mailbox.begin(delivery):
            return
        fault = await self._send(connector, message)
        logger.info(
            "delivery",
            conversation=delivery.conversation,
            message=message.id,
            channel=connector.name,
            outcome="sent" if fault is None else type(fault).__name__,
        )
        # A delivery that is not settled counts as one that may or may not have been made.
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(Unavailable),
            stop=stop_after_delay(self._settings.reclaim_seconds * 0.3),
            wait=wait_random(0.1, 1),
            reraise=True,
        ):
            with attempt:
                await self._settle(delivery, fault, twice=twice)

    def _why_held(self, delivery: Delivery, limits: Limits) -> str:
        """Why the platform would refuse the message until the citizen writes again."""
        age = self._clock() - delivery.last_inbound_at
        if limits.window is not None and age > limits.window:
            return "outside the reply window"
        if limits.quota is not None and delivery.sent_since >= limits.quota:
            return "no more replies before the citizen writes again"
        return ""

    async def _send(self, connector: Connector, message: Outbound) -> Exception | None:
        """Make the call; returns what went wrong."""
        try:
            async with asyncio.timeout(self._call_seconds):
                await connector.send(message)
        except TimeoutError:
            return SendUnknown("no answer in time")
        except (SendLater, SendHeld, SendUnknown, SendRefused) as error:
            return error
        except Exception as error:
            # One connector's bug must not stop the others. Its message may quote the citizen.
            logger.error(
                "bug in a connector",
                conversation=message.conversation,
                channel=connector.name,
                error=type(error).__name__,
                at="".join(traceback.format_tb(error.__traceback__)[-3:]),
            )
            return SendLater(f"bug: {type(error).__name__}")
        return None

    async def _settle(self, delivery: Delivery, fault: Exception | None, *, twice: bool) -> None:
        match fault:
            case None:
                await self._mailbox.sent(delivery)
            case SendHeld():
                await self._mailbox.held(delivery, str(fault))
            case SendRefused():
                await self._mailbox.dead(delivery, "refused", str(fault))
            case SendUnknown() if not twice:
                await self._mailbox.dead(delivery, "unknown", str(fault))
            case _ if delivery.tries + 1 >= self._settings.send_tries:
                await self._mailbox.dead(
                    delivery,
                    "unknown" if isinstance(fault, SendUnknown) else "refused",
                    f"{fault}, after {delivery.tries + 1} tries",
                )
            case _:
                asked = fault.after if isinstance(fault, SendLater) else None
                await self._mailbox.later(delivery, pause(delivery.tries, asked))


def pause(tries: int, asked: float | None = None) -> float:
    """Seconds until the next try: exponential with full jitter, after what the platform asked.

    Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * PAUSE_FACTOR**tries)
    return min(asked or 0, LONGEST_ASKED) + random.uniform(0, longest)  # noqa: S311 - spreads load, guards nothing


async def _pause(stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(WAIT_SECONDS):
            await stop.wait()
