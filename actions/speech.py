"""What every action needs to know of a turn, and how it tells what it did.

A sentence of the bot carries, beside its text, a small JSON object (`custom`) that names
the outcome of the turn; bot/dialogue/rasa.py reads it. `About` is that object.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from rasa_sdk import Tracker

from bot.messages import Language, Outcome, Suggestion
from bot.nlu.text import language_of


@dataclass(frozen=True)
class Turn:
    """One message of a citizen, as Rasa hands it to an action."""

    text: str
    language: Language
    place: str
    """GB/T 2260 code of the account's place."""
    public: bool
    now: datetime
    intent: str
    intent_confidence: float
    ranking: dict[str, float]
    """Confidence of the ten likeliest intents, in that order."""

    @classmethod
    def of(cls, tracker: Tracker) -> "Turn":
        """The turn under way; `rasa shell` gives no metadata, so the country answers."""
        message = tracker.latest_message
        metadata = message.get("metadata") or {}
        text = message.get("text") or ""
        intent = message.get("intent") or {}
        now = metadata.get("now")
        return cls(
            text=text,
            language=tracker.get_slot("language") or language_of(text),
            place=metadata.get("place", "000000"),
            public=metadata.get("public", False),
            now=datetime.fromisoformat(now) if now else datetime.now(UTC),
            intent=intent.get("name") or "",
            intent_confidence=intent.get("confidence") or 0.0,
            ranking={
                entry["name"]: entry["confidence"]
                for entry in cast("list[dict[str, Any]]", message.get("intent_ranking") or [])
            },
        )


def about(outcome: Outcome, suggestions: Iterable[Suggestion] = (), **more: Any) -> dict[str, Any]:
    """The object that goes with a sentence; `more` are fields of messages.Turn and Reply."""
    pairs = [[suggestion.topic, suggestion.confidence] for suggestion in suggestions]
    return {"outcome": outcome, "suggestions": pairs, **more}
