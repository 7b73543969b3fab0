"""The sender with a real mailbox and connectors that do what the test tells them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import SendHeld, SendLater, SendRefused, SendUnknown, Unavailable
from bot.events import Delivered
from bot.mailbox import Delivery, Mailbox
from bot.messages import Inbound, Outbound, Reply, Turn
from bot.settings import Settings
from connectors import sender as sender_module
from connectors.base import Limits, Response, Webhook
from connectors.sender import Sender, pause


class Pigeon:
    """A channel that keeps what it delivers, after `faults` have been raised one by one."""

    def __init__(self, name: str = "pigeon", limits: Limits | None = None) -> None:
        self.name = name
        self.limits = limits or Limits()
        self.delivered: list[Outbound] = []
        self.faults: list[Exception] = []
        self.tries = 0
        self.before: Callable[[], Awaitable[object]] | None = None

    @property
    def texts(self) -> list[str]:
        return [message.reply.text for message in self.delivered]

    async def send(self, message: Outbound) -> None:
        self.tries += 1
        if self.before is not None:
            await self.before()
        if self.faults:
            raise self.faults.pop(0)
        self.delivered.append(message)

    def verify(self, webhook: Webhook) -> None: ...

    def handshake(self, webhook: Webhook) -> Response | None: ...

    def parse(self, webhook: Webhook) -> list[Inbound]: ...

    def acknowledge(self, webhook: Webhook, reply: Reply | None = None) -> Response: ...


@pytest.fixture
def pigeon() -> Pigeon:
    return Pigeon()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_module, "WAIT_SECONDS", 0.02)
    monkeypatch.setattr(sender_module, "POSTPONE_SECONDS", (0.01, 0.02))


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_module, "pause", lambda tries, asked: 0.0)


@asynccontextmanager
async def running(settings: Settings, mailbox: Mailbox, *pigeons: Pigeon) -> AsyncIterator[Sender]:
    """A sender at work until the end of the block."""
    connectors = {(pigeon.name, "npd"): pigeon for pigeon in pigeons}
    sender, stop = Sender(settings, mailbox, connectors), asyncio.Event()
    task = asyncio.create_task(sender.run(stop))
    yield sender
    stop.set()
    await task


async def say(
    mailbox: Mailbox, *replies: Reply | str, citizen: str = "1", channel: str = "pigeon"
) -> str:
    """A citizen writes and the bot answers; returns the conversation."""
    await mailbox.accept(
        Inbound(channel, "npd", citizen, f"{citizen}:{replies}", "问", datetime.now(UTC))
    )
    claim = await mailbox.claim("w", wait=0.01) or await mailbox.claim("w", wait=1)
    said = tuple(Reply(reply) if isinstance(reply, str) else reply for reply in replies)
    assert await mailbox.commit(claim, Turn("answer", "zh", said), None) == "done"
    return claim.conversation


async def taken(mailbox: Mailbox, settings: Settings, name: str = "test") -> Delivery:
    """The one message that waits, taken by a sender of this name."""
    async with asyncio.timeout(5):
        while True:
            for shard in range(settings.shards):
                if delivery := await mailbox.next_delivery(name, shard, wait=0.01):
                    return delivery


async def outcomes(mailbox: Mailbox, count: int = 1) -> list[tuple[str, str]]:
    """What became of the messages: (status, reason), once there are `count`."""
    found: list[tuple[str, str]] = []
    async with asyncio.timeout(5):
        while len(found) < count:
            for _, event in await mailbox.events("test", wait=0.05):
                if isinstance(event, Delivered):
                    found.append((event.status, event.reason))
    return found


async def test_delivers_each_conversation_in_order(settings, mailbox, pigeon):
    for citizen in "abc":
        await say(mailbox, f"{citizen}1", f"{citizen}2", f"{citizen}3", citizen=citizen)
    async with running(settings, mailbox, pigeon):
        assert await outcomes(mailbox, 9) == [("sent", "")] * 9
    for citizen in "abc":
        mine = [text for text in pigeon.texts if text.startswith(citizen)]
        assert mine == [f"{citizen}1", f"{citizen}2", f"{citizen}3"]


async def test_a_busy_platform_is_tried_again_and_the_rest_waits_its_turn(
    settings, mailbox, pigeon, no_pause
):
    pigeon.faults = [SendLater("busy"), SendLater("busy", after=0)]
    await say(mailbox, "一", "二")
    async with running(settings, mailbox, pigeon):
        assert await outcomes(mailbox, 2) == [("sent", "")] * 2
    assert (pigeon.texts, pigeon.tries) == (["一", "二"], 4)


async def test_after_the_last_try_it_is_a_dead_letter_and_the_next_goes_on(
    settings, mailbox, pigeon, no_pause
):
    pigeon.faults = [SendLater("busy")] * settings.send_tries
    await say(mailbox, "一", "二")
    async with running(settings, mailbox, pigeon):
        dead, sent = await outcomes(mailbox, 2)
    assert dead == ("refused", f"busy, after {settings.send_tries} tries")
    assert sent == ("sent", "")
    assert pigeon.texts == ["二"]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (SendRefused("errcode 1"), ("refused", "errcode 1")),
        (SendUnknown("no answer"), ("unknown", "no answer")),
        (SendHeld("window"), ("held", "window")),
    ],
)
async def test_what_cannot_be_delivered_is_recorded_and_not_tried_again(
    settings, mailbox, pigeon, no_pause, fault, outcome
):
    pigeon.faults = [fault]
    await say(mailbox, "一")
    async with running(settings, mailbox, pigeon):
        assert await outcomes(mailbox) == [outcome]
    assert pigeon.tries == 1


async def test_what_was_held_is_sent_first_when_the_citizen_writes_again(
    settings, mailbox, pigeon
):
    pigeon.faults = [SendHeld("window")]
    await say(mailbox, "一")
    async with running(settings, mailbox, pigeon):
        assert (await outcomes(mailbox))[0][0] == "held"
        await say(mailbox, "二")
        await outcomes(mailbox, 2)
    assert pigeon.texts == ["一", "二"]


async def test_what_is_held_just_when_the_citizen_writes_is_sent_after_all(
    settings, mailbox, pigeon
):
    async def write() -> None:
        pigeon.before = None
        await mailbox.accept(Inbound("pigeon", "npd", "1", "m2", "二", datetime.now(UTC)))

    pigeon.before = write
    pigeon.faults = [SendHeld("window")]
    await say(mailbox, "一")
    async with running(settings, mailbox, pigeon):
        assert await outcomes(mailbox) == [("sent", "")]
    assert pigeon.tries == 2


@pytest.mark.parametrize("limits", [Limits(), Limits(idempotent=True)])
@pytest.mark.parametrize("urgent", [False, True])
async def test_what_may_have_arrived_is_sent_twice_only_where_that_is_right(
    settings, mailbox, no_pause, limits, urgent
):
    pigeon = Pigeon(limits=limits)
    pigeon.faults = [SendUnknown("no answer")]
    await say(mailbox, Reply("一", urgent=urgent))
    async with running(settings, mailbox, pigeon):
        ((status, _),) = await outcomes(mailbox)
    if urgent or limits.idempotent:
        assert (status, pigeon.tries) == ("sent", 2)
    else:
        assert (status, pigeon.tries) == ("unknown", 1)


@pytest.mark.parametrize("limits", [Limits(), Limits(idempotent=True)])
@pytest.mark.parametrize("urgent", [False, True])
async def test_what_a_dead_sender_was_sending_is_sent_again_only_where_that_is_right(
    settings, mailbox, limits, urgent
):
    settings = settings.model_copy(update={"reclaim_seconds": 0.1})
    await say(mailbox, Reply("一", urgent=urgent))
    first = Mailbox.connect(settings)
    assert await first.begin(await taken(first, settings, "dead"))
    await first.close()
    second = Mailbox.connect(settings)
    pigeon = Pigeon(limits=limits)
    async with running(settings, second, pigeon):
        ((status, _),) = await outcomes(mailbox)
    await second.close()
    right = urgent or limits.idempotent
    assert (status, pigeon.tries) == (("sent", 1) if right else ("unknown", 0))


async def test_a_sender_that_was_given_up_before_it_called_does_not_call(
    settings, mailbox, pigeon
):
    settings = settings.model_copy(update={"reclaim_seconds": 0.1})
    await say(mailbox, "一")
    slow = Mailbox.connect(settings)
    delivery = await taken(slow, settings, "slow")
    quick = Mailbox.connect(settings)
    async with running(settings, quick, pigeon):
        assert await outcomes(mailbox) == [("sent", "")]
    await Sender(settings, slow, {("pigeon", "npd"): pigeon}).deliver(delivery)
    assert pigeon.tries == 1
    await slow.close()
    await quick.close()


async def test_a_call_that_hangs_may_have_arrived(settings, mailbox, pigeon):
    pigeon.before = asyncio.Event().wait
    await say(mailbox, "一")
    async with running(settings.model_copy(update={"reclaim_seconds": 0.2}), mailbox, pigeon):
        assert await outcomes(mailbox) == [("unknown", "no answer in time")]


async def test_holds_what_comes_after_the_reply_window(settings, mailbox):
    pigeon = Pigeon(limits=Limits(window=timedelta(hours=48)))
    await say(mailbox, "一")
    delivery = await taken(mailbox, settings)
    late = datetime.now(UTC) + timedelta(hours=49)
    sender = Sender(settings, mailbox, {("pigeon", "npd"): pigeon}, clock=lambda: late)
    await sender.deliver(delivery)
    assert await outcomes(mailbox) == [("held", "outside the reply window")]
    assert pigeon.tries == 0


async def test_holds_what_is_over_the_quota(settings, mailbox):
    pigeon = Pigeon(limits=Limits(quota=2))
    await say(mailbox, "一", "二", "三")
    async with running(settings, mailbox, pigeon):
        statuses = [status for status, _ in await outcomes(mailbox, 3)]
    assert statuses == ["sent", "sent", "held"]
    assert pigeon.texts == ["一", "二"]


async def test_says_nothing_after_an_officer_took_over(settings, mailbox, pigeon):
    conversation = await say(mailbox, "一")
    hands = await mailbox.hands(conversation)
    await mailbox.take(conversation, 7, epoch=hands.epoch)
    async with running(settings, mailbox, pigeon):
        assert [status for status, _ in await outcomes(mailbox)] == ["dropped"]
    assert pigeon.tries == 0


async def test_a_slow_platform_does_not_delay_the_others(settings, mailbox, pigeon, monkeypatch):
    monkeypatch.setattr(sender_module, "CALLS_AT_ONCE", 2)
    slow, released = Pigeon("snail"), asyncio.Event()
    slow.before = released.wait
    for number in range(10):
        await say(mailbox, "慢", citizen=f"s{number}", channel="snail")
    for number in range(10):
        await say(mailbox, "快", citizen=f"p{number}")
    async with running(settings, mailbox, pigeon, slow):
        assert await outcomes(mailbox, 10) == [("sent", "")] * 10
        assert (len(pigeon.delivered), slow.tries) == (10, 2)
        released.set()
        assert await outcomes(mailbox, 10) == [("sent", "")] * 10
    assert slow.tries == 10


async def test_a_bug_in_one_connector_stops_nothing_and_counts_as_a_try(
    settings, mailbox, pigeon, no_pause
):
    broken = Pigeon("broken")
    broken.faults = [RuntimeError("身份证 of a citizen")] * settings.send_tries
    await say(mailbox, "一", channel="broken")
    await say(mailbox, "二")
    with capture_logs() as logs:
        async with running(settings, mailbox, pigeon, broken):
            results = await outcomes(mailbox, 2)
    assert ("sent", "") in results
    assert ("refused", f"bug: RuntimeError, after {settings.send_tries} tries") in results
    assert "bug in a connector" in repr(logs)
    assert "身份证" not in repr(logs)


async def test_a_channel_that_is_gone_is_a_dead_letter(settings, mailbox, pigeon):
    await say(mailbox, "一", channel="carrier")
    async with running(settings, mailbox, pigeon):
        assert await outcomes(mailbox) == [("refused", "the account has no such channel")]


async def test_a_delivery_is_settled_when_redis_was_away_for_a_moment(
    settings, mailbox, pigeon, monkeypatch
):
    away = 2
    settle = Mailbox.sent

    async def sent(self, delivery):
        nonlocal away
        if away:
            away -= 1
            raise Unavailable("away")
        await settle(self, delivery)

    monkeypatch.setattr(Mailbox, "sent", sent)
    await say(mailbox, "一")
    async with running(settings, mailbox, pigeon):
        assert await outcomes(mailbox) == [("sent", "")]
    assert pigeon.tries == 1


async def test_ends_what_is_under_way_before_it_stops(settings, mailbox, pigeon):
    calling, released = asyncio.Event(), asyncio.Event()

    async def wait():
        calling.set()
        await released.wait()

    pigeon.before = wait
    await say(mailbox, "一")
    async with running(settings, mailbox, pigeon):
        await calling.wait()
        asyncio.get_running_loop().call_later(0.05, released.set)
    assert pigeon.texts == ["一"]
    assert await outcomes(mailbox) == [("sent", "")]


def test_pauses_grow_and_respect_what_the_platform_asked():
    for tries in range(20):
        longest = min(900, 2 * 3**tries)
        waits = [pause(tries) for _ in range(200)]
        assert all(0 <= wait <= longest for wait in waits)
        assert max(waits) > longest / 2
        assert 60 <= pause(tries, 60) <= 60 + longest


def test_a_platform_cannot_make_a_citizen_wait_for_ever():
    assert pause(0, float("9" * 400)) < 2 * 3600
