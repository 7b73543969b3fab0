from datetime import timedelta

import pytest

from bot.store.queue import UNDELIVERED_FOR, queue
from bot.store.recording import record
from tests.store.samples import NOW, Story


def tell(store, *stories):
    record(store, [event for story in stories for event in story.events], now=NOW)


def numbers(store, officer, which, *, now=NOW):
    return [line.number for line in queue(store, officer, which, now=now).lines]


def test_urgent_ones_come_first_then_the_longest_waiting(store, officer):
    tell(
        store,
        Story("newest", start=NOW).waits(),
        Story("oldest", start=NOW - timedelta(hours=1)).waits(),
        Story("urgent", start=NOW).waits(urgent=True, reason="emergency"),
    )
    assert numbers(store, officer("li"), "waiting") == ["urgent", "oldest", "newest"]


def test_each_list_holds_what_its_name_says(store, officer):
    li, wang = officer("li"), officer("wang")
    mine, theirs, later = Story("mine").waits(), Story("theirs").waits(), Story("later").waits()
    mine.hands(li.holder, by=li.holder)
    theirs.hands(wang.holder, by=wang.holder)
    later.hands(li.holder, by=li.holder)
    later.hands("bot", by=li.holder)
    done = Story("done").waits()
    done.hands(li.holder, by=li.holder)
    done.hands("bot", by=li.holder, closed=True)
    lost = Story("lost")
    lost.delivered(lost.service("您好"), "refused", "blocked")
    bot = Story("bot")
    bot.delivered(bot.service("您好"), "sent")
    tell(store, Story("waiting").waits(), mine, theirs, later, done, lost, bot)

    assert numbers(store, li, "waiting") == ["waiting"]
    assert numbers(store, li, "mine") == ["mine", "later"]
    assert numbers(store, li, "open") == ["waiting", "mine", "theirs", "later"]
    assert numbers(store, li, "undelivered") == ["lost"]
    assert queue(store, li, "open", now=NOW).counts == {
        "waiting": 1,
        "mine": 2,
        "open": 4,
        "undelivered": 1,
    }


def test_a_line_tells_why_and_shows_no_personal_data(store, officer):
    story = Story().waits("我的电话13800000000", reason="complaint", number="A7")
    tell(store, story)
    [line] = queue(store, officer("li"), "waiting", now=NOW).lines
    assert (line.reason, line.case_number, line.channel) == ("complaint", "A7", "webchat")
    assert line.last_words == "我的电话[电话]"
    assert "visitor-of" not in repr(line)


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        ("110108", ["in-haidian"]),
        ("110000", ["in-beijing", "in-haidian"]),
        ("440000", []),
        ("000000", ["in-beijing", "in-haidian"]),
    ],
)
def test_a_unit_sees_only_its_part_of_the_tree(store, officer, place, seen):
    tell(
        store,
        Story("in-haidian", account="haidian").waits(),
        Story("in-beijing", account="beijing").waits(),
    )
    li = officer("li", place)
    assert sorted(numbers(store, li, "waiting")) == seen
    assert queue(store, li, "waiting", now=NOW).counts["open"] == len(seen)


def test_an_undelivered_message_leaves_the_list_when_it_arrives_or_its_case_is_closed(
    store, officer
):
    li = officer("li")
    arrived, closed, minded = Story("arrived"), Story("closed"), Story("minded")
    for story in (arrived, closed, minded):
        story.delivered(story.service("您好"), "refused")
    tell(store, arrived, closed, minded)
    assert len(numbers(store, li, "undelivered")) == 3
    arrived.delivered(arrived.events[0].id, "sent")
    closed.hands(li.holder, by=li.holder)
    closed.hands("bot", by=li.holder, closed=True, note="电话已回复")
    tell(store, arrived, closed)
    assert numbers(store, li, "undelivered") == ["minded"]
    later = NOW + UNDELIVERED_FOR + timedelta(minutes=1)
    assert numbers(store, li, "undelivered", now=later) == []


def test_a_broken_conversation_waits_no_less_for_having_two_undelivered_messages(store, officer):
    story = Story().waits()
    for _ in range(2):
        story.delivered(story.service("您好"), "unknown")
    tell(store, story)
    [line] = queue(store, officer("li"), "waiting", now=NOW).lines
    assert line.undelivered == 2
