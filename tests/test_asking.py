"""`wenjing ask` with a dialogue that does as it is told: what docs/ask.md promises."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import Misconfigured
from bot.settings import current_settings
from tests.dialogue.test_worker import ObedientDialogue

DOC = Path(__file__).parent.parent / "docs" / "ask.md"


@pytest.fixture(autouse=True)
def dialogue(monkeypatch, tmp_path):
    monkeypatch.setattr("bot.asking.load_dialogue", lambda settings, console: ObedientDialogue())
    monkeypatch.setenv("WENJING_HOME", str(tmp_path))
    current_settings.cache_clear()
    yield
    current_settings.cache_clear()


def ask(*options: str, said: str | bytes = "") -> str:
    result = CliRunner().invoke(app, ["ask", *options], input=said)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def answers(*options: str, said: str | bytes = "") -> list[dict[str, object]]:
    return [json.loads(line) for line in ask("--json", *options, said=said).splitlines()]


def play(tmp_path: Path, dialogues: str, *options: str) -> list[dict[str, object]]:
    path = tmp_path / "dialogues.yml"
    path.write_text(dialogues, "utf-8")
    return answers("--dialogue", str(path), *options)


def test_the_fields_and_their_order_are_those_of_the_page():
    promised = re.findall(r"^\| `(\w+)` \|", DOC.read_text("utf-8"), re.MULTILINE)
    assert len(promised) == 9
    for said in ("身份证", "转人工", "救命 有人拿刀追我", "", "raise"):
        (answer,) = answers(said=f"{said}\n")
        assert list(answer) == promised
        assert answer["text"] == said
        assert answer["lang"] in ("zh", "en")
        assert 0 <= answer["intent_confidence"] <= 1
        assert 0 <= answer["confidence"] <= 1
        assert answer["topic"] is None
        assert isinstance(answer["choices"], list)


def test_every_line_is_a_conversation_of_its_own():
    first, second = answers(said="一\n二")
    assert (first["answer"], second["answer"]) == ("m1:110108:一|", "m1:110108:二|")


def test_a_dialogue_remembers_and_the_next_begins_anew(tmp_path):
    played = play(
        tmp_path, "- turns: [一, 二]\n  name: for the reader only\n- turns: [13800138000]\n"
    )
    assert [one["answer"] for one in played] == [
        "m1:110108:一|",
        "m1:110108:一|二|",
        "m1:110108:13800138000|",
    ]


def test_after_a_hand_over_the_bot_answers_what_it_knows_and_keeps_the_rest(tmp_path):
    played = play(tmp_path, "- turns: [转人工, 在吗, 身份证, 在吗, 救命 有人拿刀追我]\n")
    assert [one["outcome"] for one in played] == [
        "handover",
        "handover",
        "answer",
        "handover",
        "emergency",
    ]
    assert [bool(one["answer"]) for one in played] == [True, True, True, False, True]


def test_a_turn_that_breaks_goes_to_an_officer_as_in_the_worker():
    (answer,) = answers(said="raise\n")
    assert (answer["outcome"], answer["answer"]) == ("handover", "utter_failed/en")


def test_what_the_page_is_set_to_is_a_hint_and_the_text_counts_more():
    assert [one["lang"] for one in answers("--lang", "en", said="\n救命 有人拿刀追我\n")] == [
        "en",
        "zh",
    ]


def test_without_json_only_the_answers_are_written():
    assert ask(said="一\n二\n") == "m1:110108:一|\nm1:110108:二|\n"


def test_bytes_that_are_no_text_and_endless_lines_are_borne():
    broken, long = answers(said=b"\xff\xfe\x00\n" + b"a" * 1_000_000)
    assert broken["outcome"] == "answer"
    assert len(broken["answer"]) < 100
    assert len(long["answer"]) < 3000


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, r"cannot be read \(No such file or directory\)"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"- turns: [one\n- two: {", r"is no YAML, line \d+"),
        (b"", "must be a list"),
        (b"turns: [one]", "must be a list"),
        (b"- turns: one", "every item must have `turns`, a list of texts"),
        (b"- [one, two]", "every item must have `turns`, a list of texts"),
    ],
)
def test_a_dialogue_file_that_is_wrong_is_told_in_one_sentence(tmp_path, content, fault):
    path = tmp_path / "dialogues.yml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Misconfigured, match=rf"^{re.escape(str(path))}:? {fault}[^\n]*$"):
        ask("--dialogue", str(path))


def test_an_account_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(Misconfigured, match=r"^no account 'nowhere'; there are: demo$"):
        ask("--account", "nowhere", said="一\n")
