"""The mailbox on a real Redis: what is accepted is handled once, in order, by one holder."""

import asyncio

import pytest

from bot.errors import Conflict, Unavailable
from bot.events import CaseOpened, CitizenSaid, Delivered, HandsChanged, ServiceSaid
from bot.mailbox import Claim, Mailbox
from bot.messages import Handover, Reply
from bot.settings import Settings
from tests.mailbox.conftest import inbound, turn


async def claim(mailbox: Mailbox, worker: str = "w1") -> Claim:
    found = await mailbox.claim(worker, wait=0.5)
    assert found is not None
    return found


async def deliver(mailbox: Mailbox, conversation: str, sender: str = "s1"):
    shard = mailbox.streams("send").index(mailbox.keys(conversation).send)
    return await mailbox.next_delivery(sender, shard, wait=0.3)


async def texts_sent(mailbox: Mailbox, conversation: str) -> list[str]:
    texts = []
    while delivery := await deliver(mailbox, conversation):
        if await mailbox.begin(delivery):
            await mailbox.sent(delivery)
            texts.append(delivery.message.reply.text)
    return texts


async def events(mailbox: Mailbox) -> list[object]:
    pairs = await mailbox.events("j1", wait=0.2)
    await mailbox.events_done([ref for ref, _ in pairs])
    return [event for _, event in pairs]


async def test_a_message_is_handled_answered_and_delivered(mailbox):
    assert await mailbox.accept(inbound()) == "accepted"
    claimed = await claim(mailbox)
    assert claimed.message == inbound()
    assert claimed.hands.holder == "bot"
    assert await mailbox.commit(claimed, turn("去派出所"), b"memory") == "done"
    assert await texts_sent(mailbox, claimed.conversation) == ["去派出所"]
    kinds = [type(event) for event in await events(mailbox)]
    assert CitizenSaid in kinds
    assert ServiceSaid in kinds
    assert Delivered in kinds
    assert await mailbox.unread_events() == 0


async def test_a_repeated_delivery_changes_nothing(mailbox):
    assert await mailbox.accept(inbound()) == "accepted"
    assert await mailbox.accept(inbound()) == "duplicate"
    await mailbox.commit(await claim(mailbox), turn(), b"")
    assert await mailbox.accept(inbound()) == "duplicate"
    assert await mailbox.claim("w1", wait=0.1) is None


async def test_messages_of_a_conversation_are_handled_one_by_one_in_order(mailbox):
    for number in range(5):
        await mailbox.accept(inbound(f"第{number}句", id=f"m{number}"))
    seen = []
    for _ in range(5):
        claimed = await claim(mailbox)
        assert await mailbox.claim("w2", wait=0.05) is None, "two workers in one conversation"
        seen.append(claimed.message.text)
        await mailbox.commit(claimed, turn(claimed.message.text), claimed.state)
    assert seen == [f"第{number}句" for number in range(5)]
    assert await texts_sent(mailbox, claimed.conversation) == seen


async def test_the_next_turn_remembers_the_state_of_the_last(mailbox):
    await mailbox.accept(inbound(id="m1"))
    await mailbox.commit(await claim(mailbox), turn(), b"\x00memory\xff")
    await mailbox.accept(inbound(id="m2"))
    assert (await claim(mailbox)).state == b"\x00memory\xff"


async def test_a_dead_workers_conversation_is_given_to_another(settings, mailbox):
    quick = Mailbox.connect(settings.model_copy(update={"reclaim_seconds": 0.2}))
    await quick.accept(inbound())
    first = await claim(quick, "dies")
    await asyncio.sleep(0.3)
    second = await claim(quick, "lives")
    assert second.message == first.message
    assert second.tries == 2
    assert await quick.commit(second, turn("once"), b"") == "done"
    assert await quick.commit(first, turn("twice"), b"") == "lost"
    assert await texts_sent(quick, second.conversation) == ["once"]
    await quick.close()


async def test_a_reply_computed_before_a_takeover_is_fenced(mailbox):
    await mailbox.accept(inbound())
    claimed = await claim(mailbox)
    await mailbox.take(claimed.conversation, 7, epoch=claimed.hands.epoch)
    assert await mailbox.commit(claimed, turn("too late"), b"") == "fenced"
    again = await mailbox.reopen(claimed)
    assert again is not None
    assert again.hands.holder == "officer:7"
    assert await texts_sent(mailbox, claimed.conversation) == []


async def test_a_reply_waiting_to_be_sent_at_a_takeover_is_dropped(mailbox):
    await mailbox.accept(inbound())
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn("still in the outbox"), b"")
    await mailbox.take(claimed.conversation, 7, epoch=claimed.hands.epoch)
    assert await texts_sent(mailbox, claimed.conversation) == []
    statuses = [e.status for e in await events(mailbox) if isinstance(e, Delivered)]
    assert statuses == ["dropped"]


async def test_the_room_drops_what_the_bot_said_before_a_takeover(mailbox):
    await mailbox.accept(inbound(), room=True)
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn("bot"), b"")
    delivery = await deliver(mailbox, claimed.conversation)
    assert await mailbox.begin(delivery)
    await mailbox.take(claimed.conversation, 7, epoch=0)
    assert await mailbox.post(delivery.message) is False
    assert [item.author for item in await mailbox.room(claimed.conversation)] == ["citizen"]


async def test_a_room_shows_a_message_once_and_goes_on_after_a_cursor(mailbox):
    await mailbox.accept(inbound("你好"), room=True)
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn("您好"), b"")
    delivery = await deliver(mailbox, claimed.conversation)
    assert await mailbox.post(delivery.message)
    assert await mailbox.post(delivery.message)
    items = await mailbox.room(claimed.conversation)
    assert [(item.author, item.text) for item in items] == [("citizen", "你好"), ("bot", "您好")]
    rest = await mailbox.room(claimed.conversation, after=items[0].cursor)
    assert [item.text for item in rest] == ["您好"]
    assert await mailbox.room(claimed.conversation, after=items[1].cursor) == []
    assert len(await mailbox.room(claimed.conversation, after="no cursor; DROP")) == 2


async def test_a_handover_waits_at_the_desk_and_opens_a_case(mailbox):
    await mailbox.accept(inbound("转人工"))
    claimed = await claim(mailbox)
    handover = Handover(reason="asked", number="WJ261124-ABCD")
    await mailbox.commit(claimed, turn("已为您转接", handover=handover), b"")
    hands = await mailbox.hands(claimed.conversation)
    assert hands.holder == "desk"
    assert hands.epoch > claimed.hands.epoch
    assert await texts_sent(mailbox, claimed.conversation) == ["已为您转接"]
    opened = [e for e in await events(mailbox) if isinstance(e, CaseOpened)]
    assert [e.handover.number for e in opened] == ["WJ261124-ABCD"]


async def test_of_two_officers_who_take_at_once_one_wins_and_the_other_is_told(mailbox):
    await mailbox.accept(inbound("转人工"))
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn(handover=Handover(reason="asked")), b"")
    epoch = (await mailbox.hands(claimed.conversation)).epoch
    attempts = await asyncio.gather(
        *(mailbox.take(claimed.conversation, officer, epoch=epoch) for officer in range(1, 9)),
        return_exceptions=True,
    )
    winners = [a for a in attempts if not isinstance(a, BaseException)]
    losers = [a for a in attempts if isinstance(a, Conflict)]
    assert len(winners) == 1
    assert len(losers) == 7
    assert {str(loser) for loser in losers} == {winners[0].holder}


async def test_only_the_holder_speaks_transfers_and_hands_back(mailbox):
    await mailbox.accept(inbound())
    conversation = (await claim(mailbox)).conversation
    await mailbox.take(conversation, 1, epoch=0)
    with pytest.raises(Conflict):
        await mailbox.say(conversation, 2, Reply("not mine"))
    with pytest.raises(Conflict):
        await mailbox.transfer(conversation, 2, 3)
    await mailbox.say(conversation, 1, Reply("我是民警"))
    await mailbox.transfer(conversation, 1, 2, note="请接手")
    with pytest.raises(Conflict):
        await mailbox.say(conversation, 1, Reply("no longer mine"))
    await mailbox.say(conversation, 2, Reply("我来处理"))
    hands = await mailbox.hand_back(conversation, 2, note="solved", closed=True)
    assert hands == await mailbox.hands(conversation)
    assert hands.holder == "bot"
    assert await texts_sent(mailbox, conversation) == ["我是民警", "我来处理"]
    changes = [e for e in await events(mailbox) if isinstance(e, HandsChanged)]
    assert [(e.holder, e.closed) for e in changes] == [
        ("officer:1", False),
        ("officer:2", False),
        ("bot", True),
    ]


async def test_after_a_hand_back_the_bot_speaks_again(mailbox):
    await mailbox.accept(inbound(id="m1"))
    first = await claim(mailbox)
    await mailbox.take(first.conversation, 1, epoch=0)
    await mailbox.hand_back(first.conversation, 1)
    again = await mailbox.reopen(first)
    assert await mailbox.commit(again, turn("我又来了"), b"") == "done"
    assert await texts_sent(mailbox, first.conversation) == ["我又来了"]


async def test_past_the_limit_the_mailbox_refuses_and_keeps_what_it_has(settings, mailbox):
    small = Mailbox.connect(settings.model_copy(update={"mailbox_limit": 3}))
    for number in range(3):
        await small.accept(inbound(id=f"m{number}"))
    with pytest.raises(Unavailable):
        await small.accept(inbound(id="m3"))
    await small.commit(await claim(small), turn(), b"")
    assert await small.accept(inbound(id="m3")) == "accepted", "the refused one may come again"
    await small.close()


async def test_a_postponed_delivery_comes_back_and_keeps_the_order(mailbox):
    await mailbox.accept(inbound())
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn("first"), b"")
    await mailbox.take(claimed.conversation, 1, epoch=0)
    await mailbox.say(claimed.conversation, 1, Reply("a"))
    await mailbox.say(claimed.conversation, 1, Reply("b"))
    delivery = await deliver(mailbox, claimed.conversation)
    assert not await mailbox.begin(delivery)
    delivery = await deliver(mailbox, claimed.conversation)
    assert await mailbox.begin(delivery)
    await mailbox.later(delivery, after=0)
    assert await deliver(mailbox, claimed.conversation) is None
    await mailbox.wake_due()
    assert await texts_sent(mailbox, claimed.conversation) == ["a", "b"]


async def test_a_held_delivery_leaves_when_the_citizen_writes_again(mailbox):
    await mailbox.accept(inbound(id="m1"))
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn("quota used up"), b"")
    delivery = await deliver(mailbox, claimed.conversation)
    await mailbox.held(delivery, "45047")
    assert await deliver(mailbox, claimed.conversation) is None
    await mailbox.accept(inbound(id="m2"))
    assert await texts_sent(mailbox, claimed.conversation) == ["quota used up"]


async def test_a_sender_that_died_during_the_call_is_told_of(settings, mailbox):
    quick = Mailbox.connect(settings.model_copy(update={"reclaim_seconds": 0.2}))
    await quick.accept(inbound())
    claimed = await claim(quick)
    await quick.commit(claimed, turn("perhaps sent"), b"")
    delivery = await deliver(quick, claimed.conversation, "dies")
    assert not delivery.may_have_been_sent
    await quick.begin(delivery)
    await asyncio.sleep(0.3)
    again = await deliver(quick, claimed.conversation, "lives")
    assert again.may_have_been_sent
    assert again.tries == 1
    await quick.dead(again, "unknown", "no answer")
    assert await deliver(quick, claimed.conversation) is None
    await quick.close()


async def test_a_dead_letter_can_be_sent_once_more(mailbox):
    await mailbox.accept(inbound())
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn("refused"), b"")
    delivery = await deliver(mailbox, claimed.conversation)
    await mailbox.dead(delivery, "refused", "blocked")
    await mailbox.resend(delivery.message)
    assert await texts_sent(mailbox, claimed.conversation) == ["refused"]


async def test_events_of_a_dead_journal_are_read_by_another(settings, mailbox):
    quick = Mailbox.connect(settings.model_copy(update={"reclaim_seconds": 0.1}))
    await quick.accept(inbound())
    assert len(await quick.events("dies", wait=0.2)) == 1
    await asyncio.sleep(0.2)
    assert len(await quick.events("lives", wait=0.2)) == 1
    await quick.close()


async def test_the_journal_is_given_no_more_at_once_than_it_asked_for(mailbox):
    for number in range(5):
        await mailbox.accept(inbound(id=f"m{number}"))
    given = [len(await mailbox.events("j1", count=4, wait=0.2)) for _ in range(3)]
    assert given == [2, 2, 1], "of each of two shards, half of it"


async def test_a_reply_of_another_version_holds_up_no_other_sender(mailbox):
    await mailbox.accept(inbound())
    claimed = await claim(mailbox)
    await mailbox.commit(claimed, turn(), b"")
    out = mailbox.keys(claimed.conversation).out
    await mailbox._redis.lset(out, 0, b'{"words": "from the future"}')
    assert await deliver(mailbox, claimed.conversation) is None
    assert await mailbox._redis.llen(out) == 1, "it is kept"


async def test_a_live_page_hears_of_news_and_of_typing(mailbox):
    heard = []

    async def listen():
        async for signal in mailbox.room_signals():
            heard.append(signal.kind)
            if len(heard) == 2:
                return

    listener = asyncio.create_task(listen())
    number = mailbox.number("webchat", "demo", "visitor-1")
    while not heard:  # The subscription takes a moment to stand.
        await mailbox.typing(number)
        await asyncio.sleep(0.01)
    await mailbox.accept(inbound(), room=True)
    await asyncio.wait_for(listener, 5)
    assert heard[0] == "typing"


async def test_what_has_been_settled_expires_and_what_waits_does_not(mailbox):
    await mailbox.accept(inbound(), room=True)
    claimed = await claim(mailbox)
    keys = mailbox.keys(claimed.conversation)
    assert await mailbox._redis.ttl(keys.conversation) == -1
    await mailbox.commit(claimed, turn(), b"")
    assert await mailbox._redis.ttl(keys.conversation) == -1
    await texts_sent(mailbox, claimed.conversation)
    assert await mailbox._redis.ttl(keys.conversation) > 0
    assert await mailbox._redis.ttl(keys.room) > 0


async def test_without_redis_every_call_says_unavailable(tmp_path):
    mailbox = Mailbox.connect(Settings(home=tmp_path, secret="x" * 32))
    with pytest.raises(Unavailable):
        await mailbox.accept(inbound())
    with pytest.raises(Unavailable):
        await mailbox.claim("w1", wait=0.1)
    await mailbox.close()


async def test_a_citizen_may_change_a_rating_and_change_it_back(mailbox):
    for helpful in (True, False, True):
        await mailbox.rate("c1", "m1", helpful)
    rated = await events(mailbox)
    assert [event.helpful for event in rated] == [True, False, True]
    assert len({event.id for event in rated}) == 3
