import contextlib
import dataclasses
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import Misconfigured
from bot.knowledge.files import SIZE_LIMIT, Watched
from bot.knowledge.topics import (
    LINKS_TO,
    PLACEHOLDERS,
    Fault,
    Knowledge,
    Topic,
    check,
    knowledge,
)
from tests.knowledge.conftest import BOOK, TODAY, TOPIC, Write


def faults(data: Path) -> list[str]:
    return [fault.message for fault in check(data, TODAY)]


def test_loads_a_topic_with_everything_the_trainer_wrote(data: Path, write: Write) -> None:
    write("dogs.yml", BOOK)

    topic = Knowledge.load(data).topics["lost_umbrella"]

    assert topic.category == "dogs"
    assert topic.title["en"] == "Lost umbrella"
    assert topic.questions["zh"][1] == "我的伞呢"
    assert topic.answer["zh"] == "请到{police_station}询问。"
    assert topic.review_by.isoformat() == "2027-05-31"
    assert topic.urgent is False
    assert check(data, TODAY) == []


def test_takes_numbers_and_words_like_yes_as_the_text_they_are(data: Path, write: Write) -> None:
    write("dogs.yml", BOOK.replace("en: [lost umbrella,", "en: [110, yes, ~,"))

    assert Knowledge.load(data).topics["lost_umbrella"].questions["en"][:3] == ("110", "yes", "~")


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("category: dogs", "category: cats", "`category` is cats"),
        ("  owner: 治安管理部门\n", "", "`owner` is missing"),
        ("  owner: 治安管理部门", "  owner:", "`owner` is empty"),
        ("owner:", "ownre:", "`ownre` is not a field that is known here"),
        ("urgent: false", "urgent: perhaps", "`urgent` must be true or false"),
        ("varies: city", "varies: village", "`varies` must be 'national', 'province'"),
        ("2027-05-31", "2027-02-30", "`review_by` must be a date such as 2027-05-31"),
        ("2027-05-31", "2026-11-23", "the review was due on 2026-11-23"),
        ("2027-05-31", "2028-05-31", "a person must look at it within twelve months"),
        ("2021-01-01", "2027-01-01", "the rule begins only on 2027-01-01"),
        ("2021-01-01", "2027-06-01", "the review must come after 2027-06-01"),
        ("- id: lost_umbrella", "- id: Lost umbrella", "`id` must be lower-case letters"),
        ("basis: [《民法典》第三百一十四条]", "basis: 民法典", "`basis` must be a list"),
        ("请到{police_station}", "请到{police}", "has the unknown placeholder {police}"),
        ("请到{police_station}", "请到{police_station.name}", "has the unknown placeholder"),
        ("请到{police_station}", "请到{police_station!r}", "has the unknown placeholder"),
        ("请到{police_station}", "请到{police_station", "has a brace without its partner"),
        ("zh: 请问派出所。", "zh: '问{police_station}'", "must not contain a placeholder"),
        ("zh: 请问派出所。", "zh: " + "问" * 121, "the short answer has 121 characters, 120"),
        ("zh: 雨伞丢了", "zh: " + "伞" * 21, "the title has 21 characters, 20 at most"),
        ("en: Lost umbrella", "en: " + "u" * 61, "the title has 61 characters, 60 at most"),
        (", 伞忘拿了, 找伞", "", "6 phrasings are too few: 8 at least"),
        ("谁捡到伞", "伞丢了！", "“伞丢了！” stands already under lost_umbrella"),
        ("谁捡到伞", "伞丢了打13800000000", "somebody's phone or identity number"),
        ("谁捡到伞", "我是11010119000101001X", "somebody's phone or identity number"),
        ("related: []", "related: [found_umbrella]", "there is no other topic found_umbrella"),
        ("related: []", "related: [lost_umbrella]", "there is no other topic lost_umbrella"),
        ("询问。", "询问，详见www.example.com。", "www.example.com is not among the sites"),
        ("询问。", "询问，详见https://gov.cn.evil.top/a", "gov.cn.evil.top is not among"),
        ("urgent: false", "urgent: true", "must name the number to call within 20"),
        ("      请到", "\t请到", "cannot be read as YAML here"),
        ("  varies: city\n", "  varies: city\n  varies: city\n", "`varies` stands here twice"),
        ("varies: city", "varies: *level", "uses a YAML alias"),
    ],
)
def test_tells_a_fault_in_plain_words_with_its_line(
    data: Path, write: Write, written: str, instead: str, message: str
) -> None:
    assert written in BOOK
    write("dogs.yml", BOOK.replace(written, instead, 1))

    found = check(data, TODAY)

    assert any(message in fault.message for fault in found), found


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ("category: dogs", "category: cats", 1),
        ("  owner: 治安管理部门\n", "", 3),  # What is missing is told at the head of its topic.
        ("2027-05-31", "2027-02-30", 10),
        ("谁捡到伞", "伞丢了！", 13),
        ("Ask at {police_station}", "Ask at {police}", 18),
        ("zh: 雨伞丢了", "zh: " + "伞" * 21, 4),
    ],
)
def test_a_fault_names_its_line(
    data: Path, write: Write, written: str, instead: str, line: int
) -> None:
    write("dogs.yml", BOOK.replace(written, instead, 1))

    assert [fault.line for fault in check(data, TODAY)] == [line]


def test_asks_for_a_basis_where_an_answer_states_a_number(data: Path, write: Write) -> None:
    unfounded = BOOK.replace("[《民法典》第三百一十四条]", "[]")
    write("dogs.yml", unfounded)
    assert faults(data) == []

    write("dogs.yml", unfounded.replace("询问。", "询问，12345也可以。\n      1. 带证件"))
    assert faults(data) == []

    for number in ("费用20元", "十五日内"):
        write("dogs.yml", unfounded.replace("询问。", f"询问，{number}。"))
        assert faults(data) == ["the answer states a number, but `basis` names no source"]


def test_finds_an_id_and_a_phrasing_under_two_topics(data: Path, write: Write) -> None:
    write("dogs.yml", BOOK)
    write("hukou.yml", BOOK.replace("dogs", "hukou"))

    assert "this id is taken by a topic in dogs.yml" in faults(data)
    assert sum("stands already under lost_umbrella" in fault for fault in faults(data)) == 12
    with pytest.raises(Misconfigured, match="this id is taken"):
        Knowledge.load(data)


def test_a_planned_topic_may_be_related_but_is_not_served(data: Path, write: Write) -> None:
    write("dogs.yml", BOOK.replace("related: []", "related: [found_umbrella]"))
    write("planned.yml", "planned:\n- found_umbrella\n")

    assert check(data, TODAY) == []
    assert Knowledge.load(data).topics["lost_umbrella"].related == ()


def test_reports_the_faults_of_all_files_at_once(data: Path, write: Write) -> None:
    write("dogs.yml", BOOK.replace("varies: city", "varies: town"))
    write("hukou.yml", "topics: [")
    write("planned.yml", "planned: {}")

    assert {fault.file.name for fault in check(data, TODAY)} == {
        "dogs.yml",
        "hukou.yml",
        "planned.yml",
    }


def test_one_broken_file_does_not_put_the_others_at_fault(data: Path, write: Write) -> None:
    write("dogs.yml", BOOK.replace("related: []", "related: [lost_parasol]"))
    write("hukou.yml", "category: hukou\ntopics:\n" + TOPIC.replace("umbrella", "parasol")[:-40])

    assert {fault.file.name for fault in check(data, TODAY)} == {"hukou.yml"}


def test_a_fault_reads_as_file_line_topic_and_message(data: Path, write: Write) -> None:
    path = write("dogs.yml", BOOK.replace("varies: city", "varies: town"))

    (fault,) = check(data, TODAY)

    assert isinstance(fault, Fault)
    assert str(fault).startswith(f"{path}:6: lost_umbrella: `varies` must be")


def test_an_empty_folder_stops_the_start_by_name(data: Path) -> None:
    with pytest.raises(Misconfigured, match="no topics under"):
        Knowledge.load(data)
    assert faults(data) == ["there are no topics"]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", 1, "is empty"),
        (b"# only a comment\n", 1, "is empty"),
        (b"category: dogs\ntopics: [", 2, "cannot be read as YAML here"),
        ("category: dogs\n# 狗".encode("gbk"), 2, "is not UTF-8"),
        ("category: dogs\n".encode("utf-16"), 1, "is not UTF-8"),
        (b"category: dogs\n\x07", 2, "contains a control character"),
        (b"a: 1\n---\nb: 2", 2, "begins a second document"),
        (b"? [a]\n: b", 1, "has a field without a plain name"),
        (b"[" * 100_000, 1, "is nested too deeply"),
        (b"{a: " * 100_000, 1, "is nested too deeply"),
        (b"a: &a [*a]", 1, "uses a YAML alias"),
        (b"category: !!python/object:os.system dogs\ntopics: 1", 2, "`topics` must be a list"),
        (b"x" * (SIZE_LIMIT + 1), 1, "is larger than 2,000,000 bytes"),
        (b"just words", 1, "must have fields of its own"),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else None,
)
def test_a_broken_file_is_told_by_line(
    data: Path, write: Write, content: bytes, line: int, message: str
) -> None:
    write("dogs.yml", content)

    fault = check(data, TODAY)[0]

    assert fault.line == line
    assert message in fault.message
    with pytest.raises(Misconfigured, match=r"dogs\.yml"):
        Knowledge.load(data)


def test_a_folder_in_place_of_a_file_is_told(data: Path) -> None:
    (data / "faq" / "dogs.yml").mkdir()

    assert ["cannot be read" in fault for fault in faults(data)] == [True]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(cut=st.integers(0, len(BOOK.encode())), noise=st.binary(max_size=12))
def test_no_damage_ever_shows_a_stack_trace(
    data: Path, write: Write, cut: int, noise: bytes
) -> None:
    whole = BOOK.encode()
    for damaged in (whole[:cut] + noise, whole[:cut] + noise + whole[cut:]):
        write("dogs.yml", damaged)
        found = check(data, TODAY)
        lines = damaged.count(b"\n") + damaged.count(b"\r") + 1
        assert all(1 <= fault.line <= lines + 1 for fault in found)
        with contextlib.suppress(Misconfigured):
            Knowledge.load(data)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.recursive(st.sampled_from("ab: -{}[]#&*!|>'\"%@`\n\t,?"), lambda x: st.tuples(x, x)))
def test_no_yaml_punctuation_shows_a_stack_trace(data: Path, write: Write, parts: object) -> None:
    def flat(parts: object) -> str:
        return "".join(map(flat, parts)) if isinstance(parts, tuple) else str(parts)

    write("dogs.yml", flat(parts))

    assert check(data, TODAY)


def test_a_change_is_served_and_nothing_changed_is_the_same_object(
    data: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    write("dogs.yml", BOOK)
    watched = Watched(
        lambda: (data / "faq").glob("*.yml"), lambda: Knowledge.load(data), lambda: now
    )
    first = watched.get()

    write("dogs.yml", BOOK.replace("雨伞丢了", "丢了雨伞了"))
    assert watched.get() is first, "looked again within the same second"
    now = 1.0
    second = watched.get()
    assert second.topics["lost_umbrella"].title["zh"] == "丢了雨伞了"
    now = 2.0
    assert watched.get() is second

    write("hukou.yml", "category: hukou\ntopics:\n" + TOPIC.replace("umbrella", "parasol"))
    now = 3.0
    assert set(watched.get().topics) == {"lost_umbrella", "lost_parasol"}


def test_the_last_good_version_is_served_while_a_file_is_broken(
    data: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    write("dogs.yml", BOOK)
    watched = Watched(
        lambda: (data / "faq").glob("*.yml"), lambda: Knowledge.load(data), lambda: now
    )
    good = watched.get()

    write("dogs.yml", BOOK[:200])
    for now in (1.0, 2.0):  # noqa: B007 the clock that `watched` reads
        assert watched.get() is good
    assert capsys.readouterr().out.count("dogs.yml") == 1, "one error a fault, not one a look"

    write("dogs.yml", BOOK)
    now = 3.0
    assert set(watched.get().topics) == {"lost_umbrella"}


def test_a_start_with_broken_files_fails_and_succeeds_once_they_are_mended(
    data: Path, write: Write
) -> None:
    write("dogs.yml", "topics: [")
    with pytest.raises(Misconfigured, match=r"dogs\.yml:1"):
        knowledge(data)

    write("dogs.yml", BOOK)
    assert set(knowledge(data).topics) == {"lost_umbrella"}


def test_the_page_for_trainers_names_every_field_placeholder_and_site() -> None:
    page = (Path(__file__).parents[2] / "docs" / "knowledge.md").read_text("utf-8")

    fields = {field.name for field in dataclasses.fields(Topic)} - {"category"}
    placeholders = {f"{{{name}}}" for name in PLACEHOLDERS}
    for name in fields | placeholders | set(PLACEHOLDERS.values()) | set(LINKS_TO):
        assert f"`{name}`" in page
