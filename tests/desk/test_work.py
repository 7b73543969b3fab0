import asyncio

import pytest
from sqlalchemy import select

from bot.desk.work import NotApproved, holder_of
from bot.errors import Conflict, NotFound
from bot.messages import Handover, Reply
from bot.store.conversations import Said
from bot.store.models import AuditRow

TOPICS = ("id_card_replace_lost", "id_card_temporary", "id_card_misused")


def acts(town, number):
    with town.store.reading() as session:
        query = select(AuditRow.act, AuditRow.detail).where(AuditRow.subject == number)
        return [tuple(row) for row in session.execute(query.order_by(AuditRow.id))]


def words(view):
    return [(line.author, line.text) for line in view.thread.lines if isinstance(line, Said)]


async def test_an_officer_takes_over_answers_and_hands_back(town, work):
    li = town.officer("li", "李建国")
    number = await town.asks_for_officer("visitor", "电话13812345678，我要找民警")
    view = await work.look(li, number, newest=10)
    assert words(view)[0] == ("citizen", "电话[手机号]，我要找民警")

    hands = await work.take(li, number, view.hands.epoch)
    assert hands.holder == li.holder
    said = await work.say(li, number, Reply("您好，请讲。"))
    await town.written()
    view = await work.look(li, number, newest=10)
    assert words(view)[0] == ("citizen", "电话13812345678，我要找民警")
    assert words(view)[-1] == (li.holder, "您好，请讲。")
    assert view.thread.lines[-1].id == said.id

    await work.hand_back(li, number, "")
    await town.written()
    assert (await work.look(li, number, newest=10)).thread.case.state == "follow_up"
    assert acts(town, number) == [
        ("read", "masked"),
        ("take", ""),
        ("reply", ""),
        ("read", "whole"),
        ("hand_back", ""),
    ]


async def test_the_page_sees_who_holds_before_sql_does(town, work):
    li = town.officer("li", "李建国")
    number = await town.asks_for_officer("visitor")
    view = await work.look(li, number, newest=10)
    await work.take(li, number, view.hands.epoch)
    assert (await work.look(li, number, newest=10)).hands.holder == li.holder


async def test_of_two_officers_who_click_at_once_one_wins_and_the_other_is_told(town, work):
    li, wang = town.officer("li", "李建国"), town.officer("wang", "王芳")
    number = await town.asks_for_officer("visitor")
    epoch = (await work.look(li, number, newest=10)).hands.epoch
    outcomes = await asyncio.gather(
        work.take(li, number, epoch), work.take(wang, number, epoch), return_exceptions=True
    )
    [conflict] = [one for one in outcomes if isinstance(one, Conflict)]
    [hands] = [one for one in outcomes if not isinstance(one, Conflict)]
    assert holder_of(conflict) == hands.holder
    assert sorted(acts(town, number))[-2:] == [("take", ""), ("take_not_done", "Conflict")]


async def test_who_does_not_hold_the_conversation_cannot_speak_in_it(town, work):
    li, wang = town.officer("li", "李建国"), town.officer("wang", "王芳")
    number = await town.asks_for_officer("visitor")
    hands = await town.mailbox.hands(number)
    await work.take(li, number, hands.epoch)
    for act in (
        work.say(wang, number, Reply("您好")),
        work.hand_back(wang, number, ""),
        work.close(wang, number, "已解决"),
        work.transfer(wang, number, li, ""),
    ):
        with pytest.raises(Conflict):
            await act


async def test_a_transfer_goes_only_to_who_may_see_the_conversation(town, work):
    li = town.officer("li", "李建国")
    wang, chen = town.officer("wang", "王芳", "110000"), town.officer("chen", "陈强", "440100")
    number = await town.asks_for_officer("visitor", account="haidian")
    await work.take(li, number, (await town.mailbox.hands(number)).epoch)
    with pytest.raises(NotFound):
        await work.transfer(li, number, chen, "")
    assert (await work.transfer(li, number, wang, "请接手")).holder == wang.holder


async def test_closing_ends_the_case_with_its_reason(town, work):
    li = town.officer("li", "李建国")
    number = await town.asks_for_officer("visitor")
    await work.take(li, number, (await town.mailbox.hands(number)).epoch)
    await work.close(li, number, "已解决")
    await town.written()
    case = (await work.look(li, number, newest=10)).thread.case
    assert (case.state, case.closed_reason) == ("closed", "已解决")
    assert (await work.queue(li, "open")).lines == ()


@pytest.mark.parametrize("act", ["take", "say", "hand_back", "close", "resend", "look"])
async def test_another_units_conversation_cannot_even_be_told_to_exist(town, work, act):
    chen = town.officer("chen", "陈强", "440100")
    number = await town.asks_for_officer("visitor", account="haidian")
    calls = {
        "take": lambda: work.take(chen, number, 1),
        "say": lambda: work.say(chen, number, Reply("您好")),
        "hand_back": lambda: work.hand_back(chen, number, ""),
        "close": lambda: work.close(chen, number, ""),
        "resend": lambda: work.resend(chen, number, "m1"),
        "look": lambda: work.look(chen, number, newest=10),
    }
    with pytest.raises(NotFound):
        await calls[act]()
    assert acts(town, number) == []
    assert (await town.mailbox.hands(number)).holder == "desk"


async def test_the_last_questions_topics_are_suggested_as_the_place_answers_them(town, work):
    li = town.officer("li", "李建国")
    number = await town.citizen("visitor", "身份证丢了", "……", topics=TOPICS)
    suggested = (await work.look(li, number, newest=10)).suggested
    assert [one.reply.topic for one in suggested] == list(TOPICS)
    assert [one.sure for one in suggested] == ["high", "medium", "low"]
    assert "海淀" in suggested[0].reply.text

    await town.citizen("visitor", "I lost my card", "…", topics=TOPICS[:1], language="en")
    suggested = (await work.look(li, number, newest=10)).suggested
    assert [one.title.isascii() for one in suggested] == [True]


async def test_in_public_only_an_approved_answer_may_be_said(town, work):
    li = town.officer("li", "李建国")
    number = await town.citizen(
        "visitor",
        "身份证丢了",
        "……",
        channel="weibo",
        account="beijing",
        public=True,
        topics=TOPICS,
    )
    await work.take(li, number, (await town.mailbox.hands(number)).epoch)
    with pytest.raises(NotApproved):
        await work.say(li, number, Reply("您的身份证已经找到了"))
    approved = (await work.look(li, number, newest=10)).suggested[0].reply
    await work.say(li, number, approved)


async def test_a_dead_letter_is_sent_again_under_the_same_id(town, work):
    li = town.officer("li", "李建国")
    number = await town.citizen("visitor", "你好", "您好！")
    await town.deliver(status="refused", reason="blocked")
    line = (await work.look(li, number, newest=10)).thread.lines[-1]
    assert (line.status, line.reason) == ("refused", "blocked")
    assert [one.number for one in (await work.queue(li, "undelivered")).lines] == [number]

    await work.resend(li, number, line.id)
    await town.deliver()
    view = await work.look(li, number, newest=10)
    assert [(one.id, one.status) for one in view.thread.lines[1:]] == [(line.id, "sent")]
    assert (await work.queue(li, "undelivered")).lines == ()


async def test_an_urgent_case_is_counted_and_comes_first(town, work):
    li = town.officer("li", "李建国")
    await town.asks_for_officer("first")
    urgent = await town.citizen(
        "second", "有人砸门", "请拨打110", handover=Handover("emergency", "urgent", "J1")
    )
    queue = await work.queue(li, "waiting")
    assert (queue.urgent, queue.lines[0].number) == (1, urgent)
