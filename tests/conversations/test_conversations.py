"""Plays the conversations of this folder through the trained model."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.messages import Question
from tests.trained import dialogue

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Conversation:
    name: str
    turns: list[dict[str, Any]]
    public: bool = False


CONVERSATIONS = [
    Conversation(**entry)
    for path in sorted(Path(__file__).parent.glob("*.yml"))
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda c: c.name)
async def test_goes_as_written(conversation: Conversation) -> None:
    state = None
    for expected in conversation.turns:
        question = Question(
            "c1", expected["say"], "webchat", "110108", "平安", NOW, public=conversation.public
        )
        turn, state = await dialogue().handle(question, state)
        said = "\n".join(reply.text for reply in turn.replies)
        where = f"after {expected['say']!r}: {turn.intent} {turn.intent_confidence:.2f}, {said!r}"
        assert turn.outcome == expected["outcome"], where
        assert expected.get("contains", "") in said, where
        assert "lacks" not in expected or expected["lacks"] not in said, where
        assert turn.topic == expected.get("topic", turn.topic), where
        handed = turn.handover
        if "reason" in expected:
            assert (handed.reason if handed else None) == expected["reason"], where
        for slot, value in expected.get("report", {}).items():
            assert (handed.report.get(slot) if handed else None) == value, where
