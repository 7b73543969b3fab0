from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import NotFound
from bot.store.conversations import dead_letter, enter, read
from bot.store.door import LOOK
from bot.store.models import AuditRow
from bot.store.recording import record
from tests.store.samples import NOW, Story


@pytest.fixture
def haidian(store):
    story = Story(account="haidian").waits()
    record(store, story.events, now=NOW)
    return story


def book(store):
    with store.reading() as session:
        lines = select(AuditRow.officer_id, AuditRow.act, AuditRow.subject, AuditRow.detail)
        return session.execute(lines.where(AuditRow.subject == "c1").order_by(AuditRow.id)).all()


ACTS = {
    "read": lambda store, officer, number: read(
        store, officer, number, whole=True, newest=10, now=NOW
    ),
    "take": lambda store, officer, number: enter(store, officer, number, "take", now=NOW),
    "resend": lambda store, officer, number: dead_letter(
        store, officer, number, "said:c1:0", now=NOW
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_another_units_conversation_looks_like_none_at_all(store, officer, haidian, act):
    chen = officer("chen", "440100")
    with pytest.raises(NotFound) as theirs:
        ACTS[act](store, chen, "c1")
    with pytest.raises(NotFound) as nobodys:
        ACTS[act](store, chen, "c2")
    assert str(theirs.value).replace("c1", "c2") == str(nobodys.value)
    assert book(store) == []


def test_every_look_and_act_is_written_down(store, officer, haidian):
    li = officer("li", "110100")
    read(store, li, "c1", whole=False, newest=10, now=NOW)
    enter(store, li, "c1", "take", now=NOW)
    read(store, li, "c1", whole=True, newest=10, now=NOW)
    assert book(store) == [
        (li.id, "read", "c1", "masked"),
        (li.id, "take", "c1", ""),
        (li.id, "read", "c1", "whole"),
    ]


def test_a_page_that_stays_open_is_one_look_in_five_minutes(store, officer, haidian):
    li = officer("li")
    for seconds in (0, 30, LOOK.total_seconds() - 1, LOOK.total_seconds() + 1):
        now = NOW + timedelta(seconds=seconds)
        read(store, li, "c1", whole=True, newest=10, now=now)
    assert len(book(store)) == 2


def test_a_citizens_words_cannot_be_sent_as_a_dead_letter(store, officer, haidian):
    with pytest.raises(NotFound):
        dead_letter(store, officer("li"), "c1", "said:c1:0", now=NOW)


def test_a_conversation_of_a_forgotten_account_is_seen_by_the_national_unit_only(store, officer):
    record(store, Story(account="gone").waits().events, now=NOW)
    read(store, officer("li", "000000"), "c1", whole=True, newest=10, now=NOW)
    with pytest.raises(NotFound):
        read(store, officer("wang", "110000"), "c1", whole=True, newest=10, now=NOW)
