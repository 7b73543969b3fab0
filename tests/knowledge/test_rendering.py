from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.places import Place, Places
from bot.knowledge.rendering import render
from bot.knowledge.topics import PLACEHOLDERS, Knowledge, Topic
from bot.messages import Language
from tests.knowledge.conftest import BOOK, TODAY, Write

SHIPPED = Path(__file__).parents[2] / "data"
OVERDUE = date(2027, 6, 1)


@pytest.fixture
def topic(data: Path, write: Write) -> Topic:
    write("dogs.yml", BOOK)
    return Knowledge.load(data).topics["lost_umbrella"]


@pytest.fixture
def haidian() -> Place:
    return Places.load(SHIPPED).find("110108")


def test_an_answer_names_the_office_the_basis_and_the_month_of_review(
    topic: Topic, haidian: Place
) -> None:
    chinese = render(topic, language="zh", place=haidian, today=TODAY)
    english = render(topic, language="en", place=haidian, today=TODAY)

    office = "海淀示例派出所（海淀区示例路3号，全天值班，电话010-0000-8105）"
    assert chinese.text == (
        f"请到{office}询问。\n\n依据：《民法典》第三百一十四条。（复核日期：2027年5月）"
    )
    assert english.text.startswith("Ask at the Haidian sample police station (3 Sample Road")
    assert english.text.endswith(
        "Legal basis (in Chinese): 《民法典》第三百一十四条. (To be reviewed by May 2027.)"
    )
    assert chinese.short == "请问派出所。"
    assert english.short == "Ask the police station."
    assert chinese.topic == english.topic == "lost_umbrella"
    assert chinese.urgent is False


def test_an_urgent_topic_makes_an_urgent_reply(topic: Topic, haidian: Place) -> None:
    reply = render(replace(topic, urgent=True), language="zh", place=haidian, today=TODAY)

    assert reply.urgent


def test_without_a_basis_only_the_review_is_told(topic: Topic, haidian: Place) -> None:
    reply = render(replace(topic, basis=()), language="zh", place=haidian, today=TODAY)

    assert "依据" not in reply.text
    assert reply.text.endswith("（复核日期：2027年5月）")


@pytest.mark.parametrize(
    ("language", "notice"), [("zh", "已过复核日期"), ("en", "due for review")]
)
def test_past_its_review_an_answer_carries_a_notice(
    topic: Topic, haidian: Place, language: Language, notice: str
) -> None:
    on_the_day = render(topic, language=language, place=haidian, today=topic.review_by)
    after = render(topic, language=language, place=haidian, today=OVERDUE)

    assert notice not in on_the_day.text
    assert notice in after.text
    assert len(on_the_day.short) < len(after.short) <= 120


def test_a_short_answer_without_room_for_the_notice_is_left_out(
    topic: Topic, haidian: Place
) -> None:
    full = replace(topic, short={"zh": "问" * 120, "en": "a" * 120})

    assert len(render(full, language="zh", place=haidian, today=TODAY).short) == 120
    assert render(full, language="zh", place=haidian, today=OVERDUE).short == ""


@pytest.mark.parametrize("code", ["000000", "110108", "310000", "440100", "659004"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_placeholder_is_filled_everywhere(
    topic: Topic, code: str, language: Language
) -> None:
    text = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    everything = replace(topic, answer={"zh": text, "en": text})

    reply = render(
        everything, language=language, place=Places.load(SHIPPED).find(code), today=TODAY
    )

    assert "{" not in reply.text
    assert "  " not in reply.text
