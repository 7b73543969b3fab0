import asyncio
import contextlib
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import Unavailable
from bot.events import CitizenSaid
from bot.journal import run_journal
from bot.mailbox import EventRef
from bot.messages import Handover, Inbound, Turn
from bot.store import Store, migrate, recording
from bot.store.database import make_engine
from bot.store.models import CaseRow, ConversationRow, DeadEventRow, MessageRow
from tests.store.samples import ACCOUNTS, NOW, PlainCipher, Story, mask


class Stream:
    """A mailbox that gives out its events until they are done; stops the journal then."""

    def __init__(self, events, stop):
        self.left = {EventRef("s", str(number)): event for number, event in enumerate(events)}
        self.told = set()
        self._stop = stop

    async def events(self, consumer):
        if not self.left:
            self._stop.set()
        return list(self.left.items())

    async def events_done(self, refs):
        for ref in refs:
            del self.left[ref]

    async def tell_desk(self, conversations):
        self.told |= conversations


@pytest.fixture
def store(tmp_path):
    url = f"sqlite:///{tmp_path / 'wenjing.db'}"
    migrate(url)
    store = Store(make_engine(url), PlainCipher(), mask, ACCOUNTS)
    yield store
    store.close()


@pytest.fixture
def stop():
    return asyncio.Event()


def texts(store):
    with store.reading() as session:
        return sorted(row.masked for row in session.query(MessageRow))


def test_events_reach_sql_and_the_desk_and_are_then_done(store, stop):
    story = Story().waits("我要找民警")
    stream = Stream(story.events, stop)
    asyncio.run(run_journal(stream, store, stop))
    assert texts(store) == ["我要找民警"]
    assert (stream.told, stream.left) == ({"c1"}, {})


@pytest.mark.parametrize("call", ["events", "events_done", "tell_desk"])
def test_nothing_is_lost_or_doubled_while_redis_is_away(store, stop, monkeypatch, call):
    monkeypatch.setattr("bot.journal.FIRST_PAUSE", 0)
    stream = Stream(Story().waits("我要找民警").events, stop)
    failures = iter([True, True])

    def flaky(method):
        async def wrapper(*args):
            if next(failures, False):
                raise Unavailable("Redis is down")
            return await method(*args)

        return wrapper

    setattr(stream, call, flaky(getattr(stream, call)))
    asyncio.run(run_journal(stream, store, stop))
    assert texts(store) == ["我要找民警"]
    assert (stream.told, stream.left) == ({"c1"}, {})


def test_nothing_is_lost_while_the_database_is_away(store, stop, monkeypatch):
    monkeypatch.setattr("bot.journal.FIRST_PAUSE", 0)
    stream = Stream(Story().waits("我要找民警").events, stop)
    failures = iter([True, True])
    writing = Store.writing

    @contextlib.contextmanager
    def flaky(self):
        if next(failures, False):
            raise Unavailable("the database does not answer")
        with writing(self) as session:
            yield session

    monkeypatch.setattr(Store, "writing", flaky)
    asyncio.run(run_journal(stream, store, stop))
    assert texts(store) == ["我要找民警"]


def test_an_event_that_cannot_be_written_does_not_hold_up_the_others(store, stop, monkeypatch):
    before, bad, after = Story("c1").waits("一"), Story("c2").waits("二"), Story("c3").waits("三")

    def understand_all_but_two(self, conversation, event):
        if event.text == "二":
            raise ValueError(f"cannot bear {event.text}")
        citizen_said(self, conversation, event)

    citizen_said = recording._Batch._citizen_said
    monkeypatch.setattr(recording._Batch, "_citizen_said", understand_all_but_two)
    stream = Stream([*before.events, *bad.events, *after.events], stop)
    with capture_logs() as logs:
        asyncio.run(run_journal(stream, store, stop))

    assert texts(store) == ["一", "三"]
    assert stream.left == {}
    with store.reading() as session:
        dead = session.query(DeadEventRow).one()
        assert (dead.id, dead.error) == (bad.events[0].id, "ValueError")
        assert CitizenSaid.model_validate_json(store.cipher.decrypt(dead.event)).text == "二"
    assert [line["conversation"] for line in logs if line["event"] == "event is dead"] == ["c2"]
    assert "二" not in str(logs)


async def test_it_empties_the_real_mailbox(mailbox, store, stop):
    for number in range(3):
        await mailbox.accept(
            Inbound(
                "webchat", "haidian", f"visitor{number}", f"m{number}", "我要找民警", sent_at=NOW
            )
        )
    journal = asyncio.create_task(run_journal(mailbox, store, stop))
    while await mailbox.unread_events():
        assert not journal.done()
    stop.set()
    await journal
    assert texts(store) == ["我要找民警"] * 3


class FourDaysAgo(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - timedelta(days=4)


async def test_a_citizen_whom_redis_has_forgotten_gets_an_officer_like_the_first_time(
    mailbox, store, stop, monkeypatch
):
    async def needs_an_officer(message_id):
        await mailbox.accept(
            Inbound("webchat", "haidian", "visitor", message_id, "我要找民警", sent_at=NOW)
        )
        claim = await mailbox.claim("w", wait=1) or await mailbox.claim("w", wait=1)
        turn = Turn("handover", "zh", (), handover=Handover("asked"))
        assert await mailbox.commit(claim, turn, b"") == "done"
        hands = await mailbox.hands(claim.conversation)
        await mailbox.take(claim.conversation, 1, epoch=hands.epoch)
        return claim.conversation

    with monkeypatch.context() as past:
        past.setattr("bot.mailbox.work.datetime", FourDaysAgo)
        past.setattr("bot.mailbox.hands.datetime", FourDaysAgo)
        number = await needs_an_officer("m1")
        await mailbox.hand_back(number, 1, closed=True)
    await mailbox._redis.delete(mailbox.keys(number).conversation)
    await needs_an_officer("m2")

    journal = asyncio.create_task(run_journal(mailbox, store, stop))
    while await mailbox.unread_events():
        assert not journal.done()
    stop.set()
    await journal
    with store.reading() as session:
        assert session.get(ConversationRow, number).holder == "officer:1"
        cases = session.query(CaseRow).order_by(CaseRow.opened_at).all()
        assert [case.state for case in cases] == ["closed", "officer"]
