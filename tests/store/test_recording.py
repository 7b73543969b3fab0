import json
import shutil
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.events import CitizenSaid
from bot.store import Store, migrate
from bot.store.conversations import Passed, Said, dead_letter, read
from bot.store.database import make_engine
from bot.store.models import CaseRow, DeadEventRow, MessageRow, Table
from bot.store.recording import bury, record
from tests.store.samples import ACCOUNTS, NOW, PlainCipher, Story, mask


def thread(store, officer, number="c1", *, whole=True):
    return read(store, officer, number, whole=whole, newest=100, now=NOW)


def said(thread):
    return [(line.author, line.text) for line in thread.lines if isinstance(line, Said)]


def test_a_conversation_is_read_as_it_happened(store, officer):
    li, story = officer("li"), Story()
    question = story.citizen("身份证丢了")
    story.understood(question, "id_card_replace_lost", "id_card_temporary")
    answer = story.service("请到户政窗口办理。", topic="id_card_replace_lost")
    story.delivered(answer)
    story.rated(answer, True)
    story.citizen("我要找民警")
    story.case("asked", number="A1")
    story.hands("desk")
    story.hands(li.holder, by=li.holder)
    story.service("您好", author=li.holder)
    record(store, story.events, now=NOW)

    seen = thread(store, li)
    assert said(seen) == [
        ("citizen", "身份证丢了"),
        ("bot", "请到户政窗口办理。"),
        ("citizen", "我要找民警"),
        (li.holder, "您好"),
    ]
    assert [line.holder for line in seen.lines if isinstance(line, Passed)] == ["desk", li.holder]
    assert (seen.lines[1].status, seen.lines[1].helpful) == ("sent", True)
    assert seen.holder == li.holder
    assert (seen.case.state, seen.case.number) == ("officer", "A1")
    assert seen.suggestions[0].topic == "id_card_replace_lost"


def test_who_does_not_hold_the_conversation_reads_masked_words(store, officer):
    story = Story()
    story.citizen("我的电话13800000000")
    story.case(report={"contact": "13800000000"})
    story.service("车管所电话13800000000", topic="vehicle")
    record(store, story.events, now=NOW)
    masked = thread(store, officer("li"), whole=False)
    assert said(masked) == [("citizen", "我的电话[电话]"), ("bot", "车管所电话13800000000")]
    assert masked.case.reports[0].fields == {"contact": "[电话]"}


def test_the_words_and_the_citizens_id_are_sealed_in_the_database(store):
    story = Story().waits("我的电话13800000000", report={"contact": "13800000000"})
    record(store, story.events, now=NOW)
    bury(store, story.events[0], ValueError("x"), now=NOW)
    with store.engine.connect() as connection:
        rows = [
            str(row)
            for table in Table.metadata.sorted_tables
            for row in connection.execute(select(table))
        ]
    assert not [row for row in rows if "13800000000" in row or "visitor-of" in row]


def test_a_nul_character_does_no_harm(store, officer):
    story = Story()
    story.citizen("a\0b")
    record(store, story.events, now=NOW)
    assert said(thread(store, officer("li"))) == [("citizen", "a\0b")]


def test_a_second_reason_joins_the_open_case_and_may_raise_it(store, officer):
    story = Story().waits(number="A1", report={"item": "钱包"})
    story.case("emergency", urgent=True)
    record(store, story.events, now=NOW)
    case = thread(store, officer("li")).case
    assert (case.number, case.urgent, case.state) == ("A1", True, "waiting")
    assert [report.reason for report in case.reports] == ["asked", "emergency"]


def test_handing_back_keeps_the_case_for_follow_up_and_closing_ends_it(store, officer):
    li, story = officer("li"), Story().waits()
    story.hands(li.holder, by=li.holder)
    story.hands("bot", by=li.holder)
    record(store, story.events, now=NOW)
    assert thread(store, li).case.state == "follow_up"

    story.hands(li.holder, by=li.holder)
    story.hands("bot", by=li.holder, closed=True, note="已解决")
    story.waits(number="A2")
    record(store, story.events, now=NOW)
    assert (thread(store, li).case.number, thread(store, li).case.state) == ("A2", "waiting")


def test_an_officer_who_steps_in_unasked_has_a_case(store, officer):
    li, story = officer("li"), Story()
    story.citizen("你好")
    story.hands(li.holder, by=li.holder)
    record(store, story.events, now=NOW)
    assert (thread(store, li).case.state, thread(store, li).case.reports) == ("officer", ())


def test_a_dead_letter_can_be_sent_again_as_it_was(store, officer):
    story = Story()
    story.citizen("身份证丢了")
    message = story.service("请到户政窗口办理,费用40元。", topic="id_card_replace_lost")
    story.delivered(message, "refused", "blocked")
    record(store, story.events, now=NOW)
    outbound = dead_letter(store, officer("li"), "c1", message, now=NOW)
    assert (outbound.id, outbound.address, outbound.reply.text) == (
        message,
        story.address,
        "请到户政窗口办理,费用40元。",
    )
    assert outbound.reply.short == "请到户政窗口办理,费"


def rows(store):
    """Everything that does not depend on when or in which order it was written."""
    found = {}
    with store.engine.connect() as connection:
        for table in Table.metadata.sorted_tables:
            hidden = {"sequence", "applied_at"} | ({"id"} if table.name == "case" else set())
            columns = [column for column in table.columns if column.name not in hidden]
            found[table.name] = sorted(map(str, connection.execute(select(*columns))))
    return found


def stories():
    first, second = Story("c1").waits(report={"item": "钱包"}), Story("c2", account="beijing")
    first.hands("officer:1", by="officer:1")
    answer = first.service("找到了", author="officer:1")
    first.delivered(answer, "held")
    first.delivered(answer, "sent")
    first.hands("bot", by="officer:1", closed=True, note="已解决")
    first.waits("还有一个问题", urgent=True)
    question = second.citizen("hello")
    second.understood(question, "id_card", language="en")
    reply = second.service("hi", topic="id_card")
    second.rated(reply, False)
    second.rated(reply, True)
    return first.events, second.events


FIRST, SECOND = stories()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Makes a new SQLite store, again and again."""
    folder = tmp_path_factory.mktemp("stores")
    migrate(f"sqlite:///{folder / 'empty.db'}")
    made = []

    def make() -> Store:
        path = shutil.copy(folder / "empty.db", folder / f"{len(made)}.db")
        made.append(Store(make_engine(f"sqlite:///{path}"), PlainCipher(), mask, ACCOUNTS))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture(scope="module")
def in_order(fresh):
    store = fresh()
    record(store, [*FIRST, *SECOND], now=NOW)
    return rows(store)


def apply(store, events, cuts):
    """In batches that end at `cuts`."""
    edges = [0, *sorted(cuts), len(events)]
    for start, end in pairwise(edges):
        record(store, events[start:end], now=NOW)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_repeated_and_interleaved_events_lead_to_the_same_rows(fresh, in_order, data):
    queues, told, events = [list(FIRST), list(SECOND)], [], []
    while any(queues):
        if told and data.draw(st.integers(0, 3), "again") == 0:
            events.append(data.draw(st.sampled_from(told)))
        queue = data.draw(st.sampled_from([one for one in queues if one]))
        told.append(queue.pop(0))
        events.append(told[-1])
    store = fresh()
    apply(store, events, data.draw(st.sets(st.integers(0, len(events)), max_size=4)))
    assert rows(store) == in_order


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_events_left_behind_by_a_dead_journal_lose_nothing(fresh, in_order, data):
    events = data.draw(st.permutations([*FIRST, *SECOND]))
    store = fresh()
    apply(store, events, data.draw(st.sets(st.integers(0, len(events)), max_size=4)))
    late = rows(store)
    for table in ("message", "delivery", "understanding", "rating", "hands", "conversation"):
        assert late[table] == in_order[table]
    with store.reading() as session:
        open_case = session.scalars(select(CaseRow).where(CaseRow.state != "closed")).one()
        assert open_case.priority == "urgent"
        cases = session.scalars(select(CaseRow)).all()
        reports = [one for row in cases for one in json.loads(store.cipher.decrypt(row.reports))]
    assert len(reports) == 2


def test_a_dead_event_is_kept_once(store):
    event = Story().waits().events[0]
    bury(store, event, ValueError("x"), now=NOW)
    bury(store, event, ValueError("x"), now=NOW)
    with store.reading() as session:
        row = session.scalars(select(DeadEventRow)).one()
        again = CitizenSaid.model_validate_json(store.cipher.decrypt(row.event))
    assert again == event


def test_the_same_event_twice_in_one_batch_is_one_message(store):
    event = Story().waits().events[0]
    record(store, [event, event], now=NOW)
    with store.reading() as session:
        assert session.scalar(select(func.count(MessageRow.sequence))) == 1
