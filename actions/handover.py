"""Hands the conversation to an officer, with the reason and a number for the citizen."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ConversationPaused, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.speech import Turn, about
from bot.dialogue.handover import case_number
from bot.knowledge.retrieval import finder
from bot.messages import Suggestion
from bot.settings import current_settings

REPORT = ("lost_item", "lost_place", "lost_time", "lost_contact")
"""Slots of the report of a lost item, in the order in which they are asked."""
CONFIRMED = "lost_confirmed"


class ActionHandOver(Action):  # type: ignore[misc]
    """The citizen asked for a person."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_hand_over"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Hand over, with what a form under way has collected."""
        turn = Turn.of(tracker)
        found = finder(current_settings().data).find(turn.text)
        report = {slot: tracker.get_slot(slot) for slot in REPORT if tracker.get_slot(slot)}
        said = hand_over(dispatcher, turn, "asked", found, report=report)
        return [*said, *forgotten()]


class ActionGiveEmergencyNumber(Action):  # type: ignore[misc]
    """An emergency that the rules before Rasa did not recognise."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_give_emergency_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """The number first, then an officer on duty."""
        handover = {"reason": "emergency", "priority": "urgent"}
        dispatcher.utter_message(
            response="utter_emergency",
            json_message=about("emergency", urgent=True, handover=handover),
        )
        return [ConversationPaused(), *forgotten()]


def forgotten() -> list[EventType]:
    """Forgets what a form collected."""
    return [SlotSet(slot, None) for slot in (*REPORT, CONFIRMED)]


def hand_over(
    dispatcher: CollectingDispatcher,
    turn: Turn,
    reason: str,
    suggestions: Sequence[Suggestion] = (),
    *,
    response: str | None = None,
    report: dict[str, str] | None = None,
) -> list[EventType]:
    """Say so, with a number where only the citizen can read it; the bot then pauses."""
    number = case_number(turn.now)
    handover = {"reason": reason, "number": "" if turn.public else number, "report": report or {}}
    dispatcher.utter_message(
        response=response or f"utter_hand_over_{reason}",
        json_message=about("handover", suggestions, handover=handover),
    )
    if not turn.public:
        dispatcher.utter_message(
            response="utter_case_number", number=number, json_message={"outcome": "handover"}
        )
    return [ConversationPaused()]
