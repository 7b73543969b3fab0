"""The emergency check finds danger and lets everything else pass.

The mended lists of data/safety/ are kept from getting worse, text by text: the rules were
written with the first pair and mended after the others. heldout4 taught neither the rules nor
the detector and stays a measure (docs/safety.md has the figures).
"""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.safety import TEXT_LIMIT, check, chinese, english
from bot.dialogue.safety.dangers import DANGERS
from bot.dialogue.safety.replies import REPLIES
from bot.dialogue.safety.words import normalise

HERE = Path(__file__).parent
DATA = Path(__file__).parents[3] / "data" / "safety"
NUMBERS = {"110", "12110", "119", "120", "122", "12356"}


def lines(file: Path) -> list[str]:
    return file.read_text("utf-8").strip().split("\n")


def mended_dangers() -> list[tuple[str, set[str]]]:
    """Pairs of a text and the numbers that may come first."""
    found = []
    for file in sorted(DATA.glob("mended*_danger.tsv")):
        for line in lines(file):
            kinds, text = line.split("\t")
            found.append((text, {REPLIES[kind].number for kind in kinds.split("/")}))
    return found


def mended_harmless() -> list[str]:
    return [text for file in sorted(DATA.glob("mended*_harmless.tsv")) for text in lines(file)]


@pytest.mark.parametrize(("text", "numbers"), mended_dangers())
def test_finds_danger_and_names_the_right_number_first(text, numbers):
    alarm = check(text)
    assert alarm is not None
    assert alarm.number in numbers


@pytest.mark.parametrize("text", mended_harmless())
def test_leaves_everything_else_alone(text):
    assert check(text) is None


def test_finds_no_less_than_measured_in_texts_that_taught_it_nothing():
    dangers = [line.split("\t")[1] for line in lines(HERE / "heldout4_danger.tsv")]
    harmless = lines(HERE / "heldout4_harmless.tsv")
    assert sum(check(text) is not None for text in dangers) >= 126
    assert sum(check(text) is not None for text in harmless) <= 24


@pytest.mark.parametrize("kind", REPLIES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reply_opens_with_the_number_and_promises_nothing(kind, language):
    advice = REPLIES[kind]
    first_sentence = advice.text[language].split("。" if language == "zh" else ". ")[0]
    assert advice.number in first_sentence
    assert advice.number in advice.short[language]
    assert len(advice.short[language]) <= 120
    for promise in (
        "警察马上到",
        "民警马上到",
        "正在赶",
        "已出警",
        "已派",
        "on the way",
        "are coming",
    ):
        assert promise not in advice.text[language] + advice.short[language]
    assert advice.told[language] != advice.untold[language]


def test_every_danger_has_a_reply_and_every_reply_a_danger():
    assert {danger.kind for danger in DANGERS} == set(REPLIES)
    assert {advice.number for advice in REPLIES.values()} == NUMBERS


def test_says_that_an_officer_was_told_only_in_the_reply_for_that():
    alarm = check("着火了")
    assert alarm is not None
    assert "已提醒值班民警" in alarm.reply.text
    assert "民警" not in alarm.reply_alone.text
    assert alarm.reply.urgent
    assert alarm.reply_alone.urgent


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("着火了", "en", "zh"),
        ("help, fire in my kitchen", "zh", "en"),
        ("jiuming", "en", "zh"),
        ("SOS", "zh", "zh"),
        ("SOS", "en", "en"),
        ("110", "en", "en"),
        ("110", None, "zh"),
    ],
)
def test_answers_in_the_language_of_the_text_and_only_then_in_the_page_s(text, hint, language):
    alarm = check(text, hint)
    assert alarm is not None
    assert alarm.language == language


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("救 命 啊", "救命啊"),
        ("救*命", "救命"),
        ("殺人啦！！", "杀人啦"),
        ("ＨＥＬＰ", "help"),
        ("h e l p", "help"),
        ("heeeelp", "help"),
        ("he’s here", "hes here"),
        ("jiu ming", "救命"),
        ("有人在砸门 我怕", "有人在砸门,我怕"),
        ("着火了。快来", "着火了\n快来"),
    ],
)
def test_brings_what_was_typed_into_one_spelling(typed, plain):
    assert normalise(typed) == plain


def test_reads_both_ends_of_a_long_text():
    filler = "请问身份证在哪里办。" * (TEXT_LIMIT // 5)
    assert check(filler) is None
    assert check("有人在撬我家门\n" + filler) is not None
    assert check(filler + "\n有人要杀我快来") is not None


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_never_raises(text):
    check(text)


FRAGMENTS = [
    *"有人在我他拿着刀被打砸了的门火车水，。 \n",
    *[
        "现在",
        "正在",
        "没有",
        "怎么",
        "如果",
        "去年",
        "he",
        "is",
        "the",
        "my",
        "in",
        "on",
        "with",
        "help",
        "going",
        "to",
        "110",
        "#",
    ],
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=200).map("".join))
@settings(max_examples=200, deadline=None)
def test_never_raises_on_pieces_of_its_own_cues(text):
    check(text)


@pytest.mark.parametrize(
    "piece", ["我", "他在", "有人", "拿着", "is a ", "he is my ", "把人", "a", "."]
)
def test_time_stays_bounded_however_long_the_text(piece):
    text = piece * 20_000
    start = time.process_time()
    check(text)
    assert time.process_time() - start < 1


def test_every_cue_has_a_kind_that_exists():
    kinds = {danger.kind for danger in DANGERS}
    for language in (chinese, english):
        assert set(language.CERTAIN) | set(language.IF_LIVE) <= kinds
        assert set(language.CERTAIN) == kinds
