from datetime import UTC, datetime, timedelta

import pytest

from bot.desk.lines import People, queue_rows, timeline
from bot.desk.texts import Texts
from bot.desk.work import local_date
from bot.messages import Address, Hands, Outbound, Reply
from bot.store.conversations import Passed, Said
from bot.store.officers import Officer
from bot.store.queue import QueueLine

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ME = Officer(id=1, login="li", name="李建国", place="000000", accounts=None)
NAMES = {"officer:1": "李建国", "officer:2": "王芳"}
ZH = Texts("zh")
PEOPLE = People(ZH, NAMES, ME)


def said(id_="m1", author="bot", *, at=NOW, text="您好", kind="text", status="", helpful=None):
    return Said(id_, author, kind, text, None, (), at, status, "", None, helpful)


def passed(holder, by, *, note="", closed=False):
    return Passed("h1", holder, "desk", by, note, closed, NOW)


def shown(*lines, pending=(), again=(), texts=ZH, now=NOW):
    return timeline(
        lines,
        pending=pending,
        again=again,
        texts=texts,
        people=People(texts, NAMES, ME),
        today=local_date(now),
    )


def queue_line(**changes):
    values = {
        "number": "c1",
        "channel": "webchat",
        "account": "haidian",
        "public": False,
        "holder": "desk",
        "epoch": 1,
        "last_author": "citizen",
        "last_words": "你好",
        "last_message_at": NOW,
        "urgent": False,
        "state": "waiting",
        "reason": "asked",
        "case_number": "",
        "since": NOW,
        "undelivered": 0,
    }
    return QueueLine(**(values | changes))


def row(line, hands=None):
    [only] = queue_rows(
        [line], texts=ZH, people=PEOPLE, account_name=lambda account: account, hands=hands or {}
    )
    return only


def test_each_day_of_beijing_has_its_divider():
    evening, night = NOW.replace(hour=15, minute=59), NOW.replace(hour=16, minute=1)
    lines = shown(said("m1", at=evening), said("m2", at=night), now=night)
    assert [line.get("text") for line in lines if line["type"] == "day"] == ["昨天", "今天"]
    assert [line["time"] for line in lines if line["type"] == "said"] == ["23:59", "00:01"]


@pytest.mark.parametrize(
    ("language", "earlier", "text"),
    [
        ("zh", timedelta(days=30), "10月25日"),
        ("zh", timedelta(days=365), "2025年11月24日"),
        ("en", timedelta(days=30), "25 October"),
    ],
)
def test_an_older_day_is_named(language, earlier, text):
    assert shown(said(at=NOW - earlier), texts=Texts(language))[0]["text"] == text


@pytest.mark.parametrize(
    ("author", "side", "who"),
    [
        ("citizen", "citizen", "市民"),
        ("bot", "bot", "机器人"),
        ("officer:1", "me", "我"),
        ("officer:2", "officer", "王芳"),
        ("officer:9", "officer", "民警"),
    ],
)
def test_who_spoke_is_told_apart(author, side, who):
    line = shown(said(author=author))[1]
    assert (line["side"], line["who"]) == (side, who)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (passed("desk", "bot"), "转人工，等待民警"),
        (passed("officer:1", "officer:1"), "我 接管"),
        (passed("officer:2", "officer:1"), "我 转交给 王芳"),
        (passed("bot", "officer:2"), "王芳 交还机器人"),
        (passed("bot", "system"), "会话回到机器人"),
        (passed("bot", "officer:2", note="已解决", closed=True), "王芳 结案：已解决"),
    ],
)
def test_a_change_of_hands_is_a_sentence(change, text):
    assert shown(change)[1]["text"] == text


@pytest.mark.parametrize("status", ["", "sent", "held", "refused", "unknown", "dropped"])
def test_every_outcome_of_a_delivery_has_a_word_and_only_dead_letters_can_be_sent_again(status):
    line = shown(said(status=status))[1]
    assert line["status"]
    assert line["again"] == (status in ("refused", "unknown"))
    assert not shown(said(status=status), again={"m1"})[1]["again"]


def test_a_reply_that_sql_has_not_heard_of_is_shown_once():
    address = Address("webchat", "haidian", "visitor")
    mine = Outbound("m2", "c1", address, Reply("请讲"), "officer:1", 2, NOW)
    assert [line["text"] for line in shown(said("m1"), pending=[mine])[1:]] == ["您好", "请讲"]
    written = shown(said("m1"), said("m2", "officer:1", text="请讲"), pending=[mine])
    assert [line["id"] for line in written[1:]] == ["m1", "m2"]


def test_a_picture_without_words_says_what_it_is():
    line = shown(said(author="citizen", kind="image", text=""))[1]
    assert (line["text"], line["kind"]) == ("[图片]", True)


def test_the_mailboxs_word_counts_where_it_is_newer_than_sql():
    assert row(queue_line(epoch=1), {"c1": Hands("officer:2", 2)})["holder"] == "王芳"
    assert row(queue_line(epoch=3), {"c1": Hands("officer:2", 2)})["holder"] == "待接"


def test_my_conversation_shows_that_the_citizen_has_written():
    mine = queue_line(holder="officer:1", state="officer")
    assert row(mine)["unanswered"]
    assert not row(queue_line(holder="officer:1", last_author="officer:1"))["unanswered"]
    assert not row(queue_line())["unanswered"]


def test_a_reason_without_a_word_is_shown_as_it_is():
    assert row(queue_line(reason="brand_new"))["reason"] == "brand new"
