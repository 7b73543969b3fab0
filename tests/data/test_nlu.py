"""What trainers write in data/nlu: complete, and nothing under two intents."""

from collections import Counter
from pathlib import Path

import yaml

from bot.knowledge.topics import normalised

FILES = sorted(Path("data/nlu").glob("*.yml"))


def examples() -> list[tuple[str, str]]:
    return [
        (group["intent"], line[2:])
        for path in FILES
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in group["examples"].splitlines()
    ]


def test_every_intent_has_examples_in_both_languages() -> None:
    intents = yaml.safe_load(Path("domain.yml").read_text(encoding="utf-8"))["intents"]
    counts = Counter((intent, text.isascii()) for intent, text in examples())
    assert {intent for intent, _ in counts} == set(intents)
    assert [i for i in intents if counts[i, False] < 15 or counts[i, True] < 8] == []


def test_no_sentence_stands_under_two_intents() -> None:
    seen: dict[str, str] = {}
    # Marks alone are normalised to nothing; they may only be nonsense.
    twice = [
        text
        for intent, text in examples()
        if (key := normalised(text)) and seen.setdefault(key, intent) != intent
    ]
    assert twice == []


def test_every_file_opens_by_saying_what_belongs_in_it() -> None:
    assert [p.name for p in FILES if not p.read_text(encoding="utf-8").startswith("# ")] == []
