"""Measures understanding on labelled questions: `python -m benchmarks.understanding.measure TSV`.

TSV has the columns text, topic, alternates (comma-separated) and scope (in, human, ask,
out). Each question is a fresh conversation through the trained model of the settings.
A question whose topic has no answer yet counts as `uncovered`: the right thing is not to
answer. "Wrong" is an answer with another topic than the right ones.
"""

import argparse
import asyncio
import csv
import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from bot.dialogue.rasa import RasaDialogue
from bot.knowledge.topics import knowledge
from bot.messages import Question, Turn
from bot.settings import current_settings

EXPECTED = {
    "emergency": {"emergency"}, "report_crime_now": {"emergency"},
    "case_progress_personal": {"handover"}, "complaint_about_officer": {"handover"},
    "ask_human": {"handover"}, "rumour_check": {"handover"}, "praise": {"handover"},
    "none_police": {"handover", "clarify"},
    "greet": {"smalltalk"}, "thanks": {"smalltalk"}, "bye": {"smalltalk"},
    "who_are_you": {"smalltalk"}, "abuse": {"smalltalk"},
    "other_department": {"refuse"}, "out_of_scope": {"refuse"}, "nonsense": {"refuse"},
    "needs_detail": {"clarify"},
}  # fmt: skip
"""The right outcomes of what is no topic."""


def main() -> None:
    """Print a table, and with --out every turn as a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--out", type=Path, help="write one JSON object a question")
    arguments = parser.parse_args()
    with arguments.questions.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    settings = current_settings()
    covered = set(knowledge(settings.data).topics)
    dialogue = RasaDialogue.load(settings)
    start = time.monotonic()
    turns = asyncio.run(_ask(dialogue, [row["text"] for row in rows]))
    seconds = time.monotonic() - start
    verdicts = [verdict(row, turn, covered) for row, turn in zip(rows, turns, strict=True)]
    table = Counter(verdicts)
    for group in sorted({group for group, _ in table}):
        size = sum(count for (name, _), count in table.items() if name == group)
        parts = ", ".join(
            f"{what} {count} ({count / size:.1%})"
            for (name, what), count in sorted(table.items())
            if name == group
        )
        print(f"{group} ({size}): {parts}")
    wrong = sum(count for (_, what), count in table.items() if what.startswith("wrong"))
    answers = sum(turn.outcome == "answer" for turn in turns)
    print(f"answers {answers}; wrong answers {wrong} ({wrong / len(rows):.1%} of all questions)")
    print(f"{len(rows) / seconds:.0f} questions/s, one process")
    if arguments.out:
        with arguments.out.open("w", encoding="utf-8") as file:
            for row, turn, (group, what) in zip(rows, turns, verdicts, strict=True):
                about = {
                    "group": group, "verdict": what, "text": row["text"], "topic": row["topic"],
                    "outcome": turn.outcome, "intent": turn.intent,
                    "intent_confidence": round(turn.intent_confidence, 3),
                    "found": [(s.topic, round(s.confidence, 3)) for s in turn.suggestions],
                    "choices": turn.choices,
                }  # fmt: skip
                file.write(json.dumps(about, ensure_ascii=False) + "\n")


async def _ask(dialogue: RasaDialogue, texts: list[str]) -> list[Turn]:
    now = datetime.now(UTC)
    return [
        (await dialogue.handle(Question("c", text, "webchat", "000000", "", now), None))[0]
        for text in texts
    ]


def verdict(row: dict[str, str], turn: Turn, covered: set[str]) -> tuple[str, str]:
    """The group of a question, and what became of it."""
    right = {row["topic"], *filter(None, (row.get("alternates") or "").split(","))}
    behaviours = set().union(*(EXPECTED.get(label, set()) for label in right))
    if turn.outcome == "answer":
        outcome = "right answer" if turn.topic in right else "wrong answer"
    elif turn.outcome in behaviours:
        outcome = f"right {turn.outcome}"
    elif turn.outcome == "clarify" and right & set(turn.choices):
        outcome = "right topic offered"
    else:
        outcome = turn.outcome + (" with choices" if turn.choices else "")
    if row["topic"] in EXPECTED:
        return f"{row['scope']}: {row['topic']}", outcome
    return ("covered" if row["topic"] in covered else "uncovered"), outcome


if __name__ == "__main__":
    main()
