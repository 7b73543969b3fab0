"""What waits lasts, what rests is forgotten, and an epoch never comes twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Unavailable
from bot.events import HandsChanged, ServiceSaid
from bot.mailbox import Mailbox
from bot.messages import Handover, Hands, Reply, Turn
from tests.mailbox.conftest import inbound, turn
from tests.mailbox.test_mailbox import claim, deliver, events, texts_sent


async def lasting(mailbox: Mailbox, conversation: str) -> set[str]:
    """The keys of the conversation that will not expire."""
    keys = mailbox.keys(conversation)
    names = ("conversation", "box", "out", "room", "posted")
    return {name for name in names if await mailbox._redis.ttl(getattr(keys, name)) == -1}


async def test_an_officers_conversation_outlives_a_reply_that_the_platform_holds(mailbox):
    await mailbox.accept(inbound())
    conversation = (await claim(mailbox)).conversation
    await mailbox.take(conversation, 7, epoch=0)
    await mailbox.say(conversation, 7, Reply("一"))
    await mailbox.held(await deliver(mailbox, conversation), "outside the reply window")
    await mailbox.say(conversation, 7, Reply("二"))
    assert {"conversation", "out"} <= await lasting(mailbox, conversation)


async def test_a_held_reply_does_not_take_a_waiting_message_with_it(mailbox):
    await mailbox.accept(inbound(id="m1"))
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn(), b"")
    await mailbox.accept(inbound(id="m2"))
    await mailbox.held(await deliver(mailbox, claimed.conversation), "quota")
    assert {"conversation", "box", "out"} <= await lasting(mailbox, claimed.conversation)


async def test_after_a_hand_back_nothing_stays_for_ever(mailbox):
    await mailbox.accept(inbound(), room=True)
    claimed = await claim(mailbox)
    await mailbox.take(claimed.conversation, 7, epoch=0)
    await mailbox.commit(await mailbox.reopen(claimed), Turn("handover", "zh", ()), b"")
    await mailbox.say(claimed.conversation, 7, Reply("一"))
    delivery = await deliver(mailbox, claimed.conversation)
    await mailbox.begin(delivery)
    await mailbox.post(delivery.message)
    await mailbox.sent(delivery)
    assert await lasting(mailbox, claimed.conversation) == {"conversation", "room", "posted"}
    await mailbox.hand_back(claimed.conversation, 7)
    assert await lasting(mailbox, claimed.conversation) == set()


async def test_a_hand_back_while_a_reply_is_held_leaves_nothing_for_ever(mailbox):
    await mailbox.accept(inbound())
    claimed = await claim(mailbox)
    await mailbox.take(claimed.conversation, 7, epoch=0)
    await mailbox.commit(await mailbox.reopen(claimed), Turn("handover", "zh", ()), b"")
    await mailbox.say(claimed.conversation, 7, Reply("一"))
    await mailbox.held(await deliver(mailbox, claimed.conversation), "quota")
    await mailbox.hand_back(claimed.conversation, 7)
    assert await lasting(mailbox, claimed.conversation) == set()
    await mailbox.accept(inbound(id="m2"))
    assert await texts_sent(mailbox, claimed.conversation) == ["一"]


async def test_epochs_go_on_growing_after_redis_has_forgotten_the_conversation(mailbox):
    await mailbox.accept(inbound(id="m1"))
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn(handover=Handover("asked")), b"")
    hands = await mailbox.hands(claimed.conversation)
    taken = await mailbox.take(claimed.conversation, 7, epoch=hands.epoch)
    back = await mailbox.hand_back(claimed.conversation, 7)
    changes = [e.epoch for e in await events(mailbox) if isinstance(e, HandsChanged)]
    assert changes == [hands.epoch, taken.epoch, back.epoch] == sorted(set(changes))
    # Whoever writes down who holds it must not take a later change for an old one.
    assert Hands("bot", 0).next_epoch(datetime.now(UTC) + timedelta(days=3)) > back.epoch
    assert Hands("bot", 0).next_epoch(datetime.now(UTC)) < 2**31, (
        "a column of the database holds it"
    )


async def test_a_claim_that_was_lost_is_not_opened_again(settings, mailbox):
    quick = Mailbox.connect(settings.model_copy(update={"reclaim_seconds": 0.1}))
    await quick.accept(inbound(id="m1"))
    slow = await claim(quick, "slow")
    await asyncio.sleep(0.2)
    fast = await claim(quick, "fast")
    await quick.commit(fast, turn(handover=Handover("asked")), b"")
    await quick.accept(inbound(id="m2"))
    assert await quick.commit(slow, turn(), b"") == "fenced"
    assert await quick.reopen(slow) is None
    assert (await claim(quick)).tries == 1, "the second message is still untouched"
    await quick.close()


async def test_the_desk_hears_all_that_a_dead_letter_needs(mailbox):
    await mailbox.accept(inbound())
    claimed = await claim(mailbox)
    reply = Reply("请拨打110", short="110", urgent=True)
    await mailbox.commit(claimed, Turn("emergency", "zh", (reply,)), b"")
    await mailbox.take(claimed.conversation, 7, epoch=0)
    await mailbox.say(claimed.conversation, 7, reply)
    said = [e for e in await events(mailbox) if isinstance(e, ServiceSaid)]
    assert [(e.short, e.urgent) for e in said] == [("110", True)] * 2


@asynccontextmanager
async def setting(mailbox: Mailbox, name: str, value: int) -> AsyncIterator[None]:
    before = (await mailbox._redis.config_get(name))[name]
    await mailbox._redis.config_set(name, value)
    try:
        yield
    finally:
        await mailbox._redis.config_set(name, before)


async def test_with_memory_full_nothing_comes_in_and_what_waits_is_still_answered(mailbox):
    await mailbox.claim("w1", wait=0)  # The first call makes the groups.
    await mailbox.accept(inbound(id="m1"))
    async with setting(mailbox, "maxmemory", 1):
        with pytest.raises(Unavailable):
            await mailbox.accept(inbound(id="m2"))
        claimed = await claim(mailbox)
        assert await mailbox.commit(claimed, turn("去派出所"), b"") == "done"
        assert await texts_sent(mailbox, claimed.conversation) == ["去派出所"]
    assert await mailbox.accept(inbound(id="m2")) == "accepted", "nothing of it was kept"


async def test_a_redis_that_refuses_to_write_is_unavailable_and_not_a_bug(mailbox):
    async with setting(mailbox, "min-replicas-to-write", 1):
        with pytest.raises(Unavailable):
            await mailbox.accept(inbound())
        with pytest.raises(Unavailable):
            await mailbox.claim("w1", wait=0.1)
        with pytest.raises(Unavailable):
            await mailbox.report_alive()


async def test_after_redis_was_wiped_everything_goes_on(mailbox):
    await mailbox.accept(inbound(id="m1"))
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn(handover=Handover("asked")), b"")
    delivery = await deliver(mailbox, claimed.conversation)
    await mailbox.accept(inbound(id="m2"))
    claimed = await claim(mailbox)
    await mailbox.erase()
    assert await mailbox.commit(claimed, turn(), b"") != "done"
    assert await mailbox.reopen(claimed) is None
    assert not await mailbox.begin(delivery)
    await mailbox.sent(delivery)
    assert await events(mailbox) == []
    await mailbox.accept(inbound(id="m2"))
    while (claimed := await mailbox.claim("w1", wait=0.1)) is None:
        pass
    await mailbox.commit(claimed, turn("wieder da"), b"")
    assert await texts_sent(mailbox, claimed.conversation) == ["wieder da"]
