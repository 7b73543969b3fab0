"""The protocol between the page and the server, over the real mailbox."""

import asyncio

import pytest

from bot.errors import BadSignature, SendLater
from bot.messages import Inbound, Turn
from connectors.base import Webhook
from connectors.webchat import WebchatConnector
from connectors.webchat.routes import MESSAGES_AT_ONCE
from connectors.webchat.visitors import MAX_AGE
from connectors.webchat.wire import BAD_TOKEN
from tests.connectors.webchat.conftest import CHOICES, Page, outbound

FIRE = "我家着火了，火很大，快来救命"


async def test_welcomes_a_newcomer(open_page, settings):
    page = await open_page()
    welcome = await page.hello()
    assert welcome["name"] == "海淀公安（示例）"
    assert welcome["name_en"] == "Haidian Police (sample)"
    assert welcome["text_limit"] == settings.text_limit
    assert welcome["token"]


async def test_a_message_is_taken_acknowledged_and_shown_in_its_room(open_page, mailbox, clock):
    await mailbox.report_alive()
    page = await open_page()
    await page.hello()
    message = await page.say("身份证丢了怎么办？", language="zh")
    frames = [await page.next(), await page.next()]
    assert {"type": "ack", "id": message, "delayed": False} in frames
    item = await page.next("item") if not any(f["type"] == "item" for f in frames) else frames[-1]
    assert (item["id"], item["author"], item["text"]) == (message, "citizen", "身份证丢了怎么办？")
    claim = await mailbox.claim("worker", wait=1)
    assert claim.message.text == "身份证丢了怎么办？"
    assert claim.message.language == "zh"
    assert claim.message.sent_at == clock.now
    assert not claim.message.alarm_answered


async def test_a_reply_appears_at_once_with_its_choices(open_page, mailbox):
    page = await open_page()
    conversation = (await page.hello())["conversation"]
    await mailbox.post(outbound(conversation, "您想问哪一项？", choices=CHOICES, topic="t"))
    item = await page.next("item")
    assert item["author"] == "bot"
    assert item["text"] == "您想问哪一项？"
    assert item["choices"] == [
        {"title": "补领身份证", "text": "身份证丢失补领"},
        {"title": "转人工", "text": "转人工"},
    ]
    assert item["topic"] == "t"
    assert item["at"] == "2026-11-24T08:01:00Z"


async def test_an_officer_is_no_bot_and_stays_without_a_name(open_page, mailbox):
    page = await open_page()
    conversation = (await page.hello())["conversation"]
    await mailbox.post(outbound(conversation, "我是民警", author="officer:7"))
    assert (await page.next("item"))["author"] == "officer"


async def test_a_token_brings_the_history_back(open_page, mailbox):
    first = await open_page()
    welcome = await first.hello()
    await first.say("一")
    await first.next("item")
    await mailbox.post(outbound(welcome["conversation"], "二"))
    await first.next("item")
    await first.leave()

    second = await open_page()
    again = await second.hello(token=welcome["token"])
    assert again["conversation"] == welcome["conversation"]
    assert [(await second.next("item"))["text"] for _ in range(2)] == ["一", "二"]


async def test_after_a_dropped_connection_only_what_was_missed_is_shown(open_page, mailbox):
    first = await open_page()
    welcome = await first.hello()
    await mailbox.post(outbound(welcome["conversation"], "看到了"))
    seen = await first.next("item")
    await first.leave()
    await mailbox.post(outbound(welcome["conversation"], "错过了一"))
    await mailbox.post(outbound(welcome["conversation"], "错过了二"))

    second = await open_page()
    await second.hello(token=welcome["token"], after=seen["cursor"])
    assert [(await second.next("item"))["text"] for _ in range(2)] == ["错过了一", "错过了二"]
    assert await second.settled() == []


async def test_a_burst_of_pages_waits_its_turn(open_page):
    pages = [await open_page() for _ in range(150)]

    async def visit(page: Page) -> str:
        await page.hello()
        await page.say("大家同时来问")
        return str((await page.next("ack", "refused"))["type"])

    assert set(await asyncio.gather(*map(visit, pages))) == {"ack"}


async def test_the_same_message_sent_again_is_taken_once(open_page, mailbox):
    page = await open_page()
    await page.hello()
    message = await page.say("只说一次")
    await page.next("ack")
    await page.say("只说一次", id=message)
    await page.next("ack")
    claim = await mailbox.claim("worker", wait=1)
    await mailbox.commit(claim, Turn("answer", "zh", replies=()), None)
    assert await mailbox.claim("worker", wait=0.01) is None
    assert len(await mailbox.room(claim.conversation)) == 1


async def test_a_reply_posted_twice_is_shown_once(open_page, mailbox):
    page = await open_page()
    conversation = (await page.hello())["conversation"]
    await mailbox.post(outbound(conversation, "答复", id="same"))
    await page.next("item")
    await mailbox.post(outbound(conversation, "答复", id="same"))
    assert await page.settled() == []


async def test_two_pages_of_one_visitor_show_the_same(open_page):
    one, two = await open_page(), await open_page()
    welcome = await one.hello()
    await two.hello(token=welcome["token"])
    message = await one.say("在第一个页面说的")
    assert (await two.next("item"))["id"] == message


async def test_nobody_sees_another_visitors_room(open_page, mailbox):
    mine, theirs = await open_page(), await open_page()
    conversation = (await mine.hello())["conversation"]
    assert (await theirs.hello())["conversation"] != conversation
    await mailbox.post(outbound(conversation, "只给一个人"))
    await mine.next("item")
    assert await theirs.settled() == []


async def test_two_visitors_may_use_the_same_message_id(open_page, mailbox):
    one, two = await open_page(), await open_page()
    for page in (one, two):
        await page.hello()
        await page.say("您好", id="the-same-id")
        await page.next("ack")
    claims = [await mailbox.claim("worker", wait=1), await mailbox.claim("worker", wait=1)]
    assert None not in claims


@pytest.mark.parametrize("flaw", ["forged", "another account's", "too old"])
async def test_refuses_a_token_that_is_not_good_here(open_page, clock, flaw):
    account = "other" if flaw == "another account's" else "demo"
    token = (await (await open_page(account)).hello())["token"]
    if flaw == "forged":
        token = "x" + token[1:]
    if flaw == "too old":
        clock.turn(MAX_AGE * 1.1)
    page = await open_page()
    assert await page.hello(token=token) == {"type": "error", "reason": "bad_token"}
    assert await page.next() == {"type": "closed"}
    assert page.close_code == BAD_TOKEN


async def test_expects_a_hello_before_anything_else(open_page, mailbox):
    page = await open_page()
    await page.say("没有打招呼")
    assert await page.next() == {"type": "error", "reason": "hello_expected"}
    assert await page.next() == {"type": "closed"}
    assert await mailbox.claim("worker", wait=0.01) is None


async def test_who_writes_too_fast_is_told_when_to_go_on(open_page):
    page = await open_page()
    await page.hello()
    for number in range(MESSAGES_AT_ONCE):
        await page.say(str(number))
        await page.next("ack")
    message = await page.say("太快了")
    refused = await page.next("refused")
    assert (refused["id"], refused["reason"]) == (message, "too_fast")
    assert 0 < refused["retry"] <= 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "empty"), (" \n\t ", "empty"), ("\x00\x07", "empty"), ("长" * 2001, "too_long")],
)
async def test_refuses_a_text_that_nobody_could_answer(open_page, mailbox, text, reason):
    page = await open_page()
    await page.hello()
    message = await page.say(text)
    assert await page.next() == {
        "type": "refused",
        "id": message,
        "reason": reason,
        "retry": None,
    }
    assert await mailbox.claim("worker", wait=0.01) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("一\x00二\x1b[31m三\n四", "一二[31m三\n四"),
        ("👮‍♀️🚓" * 100, "👮‍♀️🚓" * 100),
        ("长" * 2000, "长" * 2000),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
    ids=["control characters", "emoji", "longest", "markup"],
)
async def test_takes_any_other_text_as_it_is(open_page, mailbox, text, kept):
    page = await open_page()
    await page.hello()
    await page.say(text)
    assert (await page.next("item"))["text"] == kept
    assert (await mailbox.claim("worker", wait=1)).message.text == kept


async def test_an_answer_is_rated_by_who_got_it(open_page, mailbox):
    page = await open_page()
    conversation = (await page.hello())["conversation"]
    await mailbox.post(outbound(conversation, "答复", id="answer", topic="id_card"))
    await page.next("item")
    await page.send({"type": "rate", "message": "answer", "helpful": True})
    assert await page.next() == {"type": "ack", "id": "answer", "delayed": False}
    events = [event for _, event in await mailbox.events("journal", wait=0.1)]
    assert [(event.type, event.message, event.helpful) for event in events] == [
        ("rated", "answer", True)
    ]


@pytest.mark.parametrize("rated", ["another visitor's", "an officer's", "no answer", "nothing"])
async def test_nothing_else_can_be_rated(open_page, mailbox, rated):
    page, stranger = await open_page(), await open_page()
    conversation = (await page.hello())["conversation"]
    strange = (await stranger.hello())["conversation"]
    if rated == "another visitor's":
        await mailbox.post(outbound(strange, "答复", id="x", topic="id_card"))
    if rated == "an officer's":
        await mailbox.post(outbound(conversation, "答复", id="x", author="officer:1", topic="t"))
    if rated == "no answer":
        await mailbox.post(outbound(conversation, "您好", id="x"))
    await page.send({"type": "rate", "message": "x", "helpful": False})
    assert (await page.next("refused"))["reason"] == "unknown"
    assert await mailbox.events("journal", wait=0.01) == []


async def test_shows_that_an_officer_is_typing(open_page, mailbox):
    page = await open_page()
    conversation = (await page.hello())["conversation"]
    await mailbox.post(outbound(conversation, "在线"))
    await page.next("item")  # From here on the page is known to hear signals.
    await mailbox.typing(conversation)
    assert await page.next() == {"type": "typing", "author": "officer"}


async def test_shows_that_the_bot_is_at_work_while_it_is_the_bots_turn(open_page, mailbox):
    await mailbox.report_alive()
    page = await open_page()
    await page.hello()
    await page.say("怎么办护照")
    assert await page.next("typing") == {"type": "typing", "author": "bot"}


async def test_shows_no_bot_at_work_while_an_officer_speaks(open_page, mailbox):
    await mailbox.report_alive()
    page = await open_page()
    conversation = (await page.hello())["conversation"]
    await mailbox.take(conversation, 1, epoch=0)
    await page.say("民警您好")
    await page.next("ack")
    assert all(frame["type"] != "typing" for frame in await page.settled())


async def test_without_a_worker_the_message_is_kept_and_the_citizen_told(open_page, mailbox):
    page = await open_page()
    assert not (await page.hello())["workers"]
    message = await page.say("怎么办护照")
    assert await page.next("ack") == {"type": "ack", "id": message, "delayed": True}
    assert not (await mailbox.claim("worker", wait=1)).message.alarm_answered


async def test_without_a_worker_an_emergency_is_answered_at_the_door(open_page, mailbox):
    page = await open_page()
    await page.hello()
    message = await page.say(FIRE)
    emergency = await page.next()
    assert (emergency["type"], emergency["id"]) == ("emergency", message)
    assert emergency["number"] == "119"
    assert "119" in emergency["text"]
    assert (await page.next("ack"))["delayed"]
    assert (await mailbox.claim("worker", wait=1)).message.alarm_answered


async def test_with_a_worker_the_emergency_is_left_to_it(open_page, mailbox):
    await mailbox.report_alive()
    page = await open_page()
    await page.hello()
    await page.say(FIRE)
    await page.next("ack")
    assert all(frame["type"] != "emergency" for frame in await page.settled())


async def test_without_redis_a_page_is_welcome_and_is_told_to_try_again(open_page, mailbox):
    mailbox.down = True
    page = await open_page()
    assert not (await page.hello())["workers"]
    message = await page.say("怎么办护照")
    refused = await page.next("refused")
    assert (refused["id"], refused["reason"]) == (message, "busy")
    assert refused["retry"] > 0

    mailbox.down = False
    await page.say("怎么办护照", id=message)
    assert (await page.next("ack"))["id"] == message
    assert (await page.next("item"))["id"] == message


@pytest.mark.parametrize("seen_going", [False, True])
async def test_without_redis_an_emergency_is_answered_all_the_same(
    open_page, mailbox, monkeypatch, seen_going
):
    page = await open_page()
    await page.hello()
    mailbox.down = True
    if seen_going:  # Redis goes away between two calls.

        async def alive() -> bool:
            return True

        monkeypatch.setattr(mailbox, "workers_alive", alive)
    message = await page.say(FIRE)
    emergency = await page.next()
    assert (emergency["type"], emergency["id"], emergency["number"]) == (
        "emergency",
        message,
        "119",
    )
    assert (await page.next())["type"] == "refused"


async def test_what_was_said_while_redis_was_away_appears_when_it_is_back(open_page, mailbox):
    page = await open_page()
    conversation = (await page.hello())["conversation"]
    await page.settled()
    mailbox.down = True
    await super(type(mailbox), mailbox).post(outbound(conversation, "期间的答复"))
    await page.settled()
    mailbox.down = False
    assert (await page.next("item"))["text"] == "期间的答复"


@pytest.mark.parametrize(
    ("account", "origin", "let_in"),
    [
        ("demo", "https://chat.example.gov.cn", True),
        ("demo", "https://evil.example", False),
        ("demo", "https://gaj.example.gov.cn", False),
        ("demo", "null", False),
        ("other", "https://gaj.example.gov.cn", True),
        ("other", "http://gaj.example.gov.cn", False),
        ("other", "https://gaj.example.gov.cn.evil.example", False),
        ("silent", "https://chat.example.gov.cn", False),
        ("nobody", "https://chat.example.gov.cn", False),
    ],
)
async def test_lets_in_only_pages_that_the_account_names(app, account, origin, let_in):
    page = Page(app, account, {"origin": origin})
    assert await page.connect() is let_in
    await page.leave()


async def test_logs_hold_no_words_and_no_token(open_page, mailbox, capfd, caplog):
    mailbox.down = True
    page = await open_page()
    token = (await page.hello())["token"]
    await page.say("我的身份证号是个秘密")
    await page.next("refused")
    written = caplog.text + "".join(capfd.readouterr())
    assert "unavailable" in written
    assert "秘密" not in written
    assert token not in written


async def test_a_bug_closes_the_socket_and_quotes_nobody(
    open_page, mailbox, monkeypatch, capfd, caplog
):
    async def broken(inbound: Inbound, *, room: bool = False) -> None:
        raise KeyError(inbound.text)

    page = await open_page()
    await page.hello()
    monkeypatch.setattr(mailbox, "accept", broken)
    await page.say("我的身份证号是个秘密")
    assert await page.next("closed") == {"type": "closed"}
    assert page.close_code == 1011
    written = caplog.text + "".join(capfd.readouterr())
    assert "KeyError" in written
    assert "秘密" not in written


def test_the_connector_takes_no_webhook(mailbox, clock):
    with pytest.raises(BadSignature):
        WebchatConnector(mailbox).verify(Webhook("POST", {}, {}, b"{}", clock.now))


async def test_the_connector_delivers_into_the_room_once(mailbox):
    connector = WebchatConnector(mailbox)
    message = outbound("c1", "答复")
    await connector.send(message)
    await connector.send(message)
    assert [item.text for item in await mailbox.room("c1")] == ["答复"]
    assert connector.limits.idempotent


async def test_the_connector_is_content_when_the_fence_drops_a_message(mailbox):
    await mailbox.take("c1", 1, epoch=0)
    await WebchatConnector(mailbox).send(outbound("c1", "来晚了"))
    assert await mailbox.room("c1") == []


async def test_the_connector_sends_later_while_redis_is_away(mailbox):
    mailbox.down = True
    with pytest.raises(SendLater):
        await WebchatConnector(mailbox).send(outbound("c1", "答复"))
