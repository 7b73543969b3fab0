"""Cutting: each part fits, nothing is lost, and nothing that belongs together is parted."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from connectors.cutting import characters, cut, utf8_bytes, utf16_units

UNITS = (characters, utf8_bytes, utf16_units)

_PIECES = st.sampled_from(
    [
        "请带户口簿到派出所办理。",
        "您好！",
        "，",
        "\n",
        "\r\n",
        " ",
        "\u3000",
        "https://www.example.gov.cn/a?b=1&c=2#d",
        "010-62551234",
        "2026-01-01",
        "１２３４５",
        "1️⃣",
        "👨‍👩‍👧",
        "👮🏽‍♀️",
        "é",
        "e\u0301",
        "各\u0300\u0301\u0302",
        "การ",
        "“真的吗？”",
        "Bring your passport. ",
    ]
)
_TEXTS = (
    st.lists(_PIECES | st.text(max_size=8), max_size=30)
    .map("".join)
    .filter(lambda text: not regex.search(r"\p{Cs}", text))
)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("身份证丢了怎么补办？", (10, 30, 10)),
        ("👮字a", (3, 8, 4)),
        ("字" * 682, (682, 2046, 682)),
        ("字" * 683, (683, 2049, 683)),
        ("👨‍👩‍👧", (5, 18, 8)),
    ],
)
def test_counts_as_the_platforms_do(text, sizes):
    assert tuple(unit(text) for unit in UNITS) == sizes


def test_fits_682_characters_into_2048_bytes():
    assert cut("字" * 682, 2048, utf8_bytes) == ["字" * 682]
    assert cut("字" * 683, 2048, utf8_bytes) == ["字" * 682, "字"]


@given(_TEXTS, st.integers(4, 80), st.sampled_from(UNITS))
def test_loses_nothing_but_white_space_at_cuts(text, limit, unit):
    parts = cut(text, limit, unit)
    assert all(1 <= unit(part) <= limit for part in parts)
    position = 0
    for part in parts:
        found = text.index(part, position)
        assert text[position:found].strip() == ""
        position = found + len(part)
    assert text[position:].strip() == ""


@given(_TEXTS, st.integers(60, 200), st.sampled_from(UNITS))
def test_never_cuts_a_composed_character_an_address_or_a_number(text, limit, unit):
    whole = {0, len(text)}
    for match in regex.finditer(r"\X", text):
        if unit(match.group()) <= limit:
            whole |= set(range(match.start() + 1, match.end()))
    for match in regex.finditer(r"https://[!-~]+|\d+(?:-\d+)+", text):
        # Longer runs, such as two addresses without a space between, may be cut.
        run = regex.compile(r"[!-~０-９Ａ-Ｚａ-ｚ\p{Latin}]*")
        start = match.start() - len(run.match(text[: match.start()][::-1]).group())
        end = run.match(text, match.start()).end()
        if unit(text[start:end]) <= limit:
            whole |= set(range(match.start() + 1, match.end()))
    position = 0
    for part in cut(text, limit, unit):
        start = text.index(part, position)
        position = start + len(part)
        assert start not in whole - {0, len(text)}
        assert position not in whole - {0, len(text)}


def test_prefers_the_ends_of_sentences_and_lines():
    text = "请带户口簿到派出所办理。工本费二十元，当场缴纳。\n办理需要几个工作日，请耐心等待。"
    assert cut(text, 30) == [
        "请带户口簿到派出所办理。工本费二十元，当场缴纳。",
        "办理需要几个工作日，请耐心等待。",
    ]
    assert cut("Bring your passport. Then go to counter 3. Thank you for waiting.", 45) == [
        "Bring your passport. Then go to counter 3.",
        "Thank you for waiting.",
    ]


def test_keeps_a_quotation_mark_with_its_sentence():
    assert cut("民警会问：“您带户口簿了吗？”请回答。", 16) == [
        "民警会问：“您带户口簿了吗？”",
        "请回答。",
    ]


def test_a_number_of_a_list_stays_with_its_item():
    text = "需要的材料如下：\n1. 居民户口簿\n2. 本人近期照片"
    assert cut(text, 20) == ["需要的材料如下：\n1. 居民户口簿", "2. 本人近期照片"]


def test_cuts_what_cannot_be_kept_whole():
    address = "https://example.gov.cn/" + "a" * 100
    assert "".join(cut(address, 50)) == address
    piled = "a" + "\u0301" * 100
    assert "".join(cut(piled, 10, utf8_bytes)) == piled


def test_an_empty_text_has_no_parts():
    assert cut("", 10) == cut(" \n\u3000", 10) == []


def test_refuses_a_limit_that_holds_no_character():
    with pytest.raises(ValueError, match="less than 4"):
        cut("字", 3)


def test_long_texts_are_cut_quickly():
    assert len(cut("请带户口簿，" * 20_000, 300)) == 400
