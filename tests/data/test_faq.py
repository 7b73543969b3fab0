"""The knowledge that we ship."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.places import Places
from bot.knowledge.rendering import render
from bot.knowledge.topics import LANGUAGES, Knowledge, check

DATA = Path(__file__).parents[2] / "data"
# The day of the last edit, so that time alone never turns a build red:
# `wenjing faq check` looks at today.
EDITED = date(2026, 11, 24)


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    return Knowledge.load(DATA)


def test_the_check_finds_no_fault() -> None:
    assert [str(fault) for fault in check(DATA, EDITED)] == []


def test_every_topic_renders_in_both_languages_at_every_place(shipped: Knowledge) -> None:
    for place in Places.load(DATA).by_code.values():
        for topic in shipped.topics.values():
            for language in LANGUAGES:
                reply = render(topic, language=language, place=place, today=EDITED)
                assert "{" not in reply.text, topic.id
                assert 0 < len(reply.short) <= 120, topic.id
                assert reply.urgent is topic.urgent


def test_english_texts_are_english_and_chinese_texts_chinese(shipped: Knowledge) -> None:
    def chinese(text: str) -> float:
        return sum("一" <= character <= "鿿" for character in text) / len(text)

    for topic in shipped.topics.values():
        for part in (topic.answer, topic.short, topic.title):
            assert chinese(part["zh"]) > 0.3, topic.id
            assert chinese(part["en"]) < 0.2, topic.id


def test_the_check_sees_a_fault_planted_in_a_shipped_file(tmp_path: Path) -> None:
    shutil.copytree(DATA / "faq", tmp_path / "faq")
    path = min((tmp_path / "faq").glob("[!p]*.yml"))
    path.write_text(path.read_text("utf-8").replace("review_by: 2027", "review_by: 2026-", 1))

    assert {fault.file for fault in check(tmp_path, EDITED)} == {path}
