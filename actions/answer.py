"""Answers a question, offers what it may mean, or says that a person should answer."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.choices import chosen
from actions.decision import decide
from actions.handover import hand_over
from actions.speech import Turn, about
from bot.knowledge.places import places
from bot.knowledge.rendering import render
from bot.knowledge.retrieval import finder
from bot.knowledge.topics import Topic, knowledge
from bot.messages import Suggestion
from bot.settings import current_settings


class ActionAnswer(Action):  # type: ignore[misc]
    """What becomes of everything that is not small talk, danger or a wish for a person."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Find the topic, decide, say one thing."""
        turn = Turn.of(tracker)
        topics = knowledge(current_settings().data).topics
        offered = [id for id in tracker.get_slot("offered_topics") or [] if id in topics]
        forget = SlotSet("offered_topics", None)
        if (at := chosen(turn.text, len(offered))) is not None:
            picked = Suggestion(offered[at], 1.0)
            return [forget, *answer(dispatcher, turn, topics[picked.topic], [picked])]
        found = finder(current_settings().data).find(turn.text)
        decision = decide(turn, found)
        match decision.outcome:
            case "answer":
                return [forget, *answer(dispatcher, turn, topics[found[0].topic], found)]
            case "clarify" if decision.choices:
                choices = [topics[id] for id in decision.choices]
                return offer(dispatcher, turn, choices, found)
            case "handover":
                return [forget, *hand_over(dispatcher, turn, decision.reason, found)]
            case _:
                dispatcher.utter_message(
                    response=decision.response, json_message=about(decision.outcome, found)
                )
                return [forget]


def answer(
    dispatcher: CollectingDispatcher, turn: Turn, topic: Topic, found: Sequence[Suggestion]
) -> list[EventType]:
    """Say the approved text of a topic."""
    place = places(current_settings().data).find(turn.place)
    reply = render(topic, language=turn.language, place=place, today=turn.now.date())
    dispatcher.utter_message(
        text=reply.text,
        json_message=about(
            "answer",
            found,
            topic=topic.id,
            confidence=found[0].confidence,
            short=reply.short,
            urgent=reply.urgent,
        ),
    )
    return [SlotSet("last_topic", topic.id)]


def offer(
    dispatcher: CollectingDispatcher, turn: Turn, choices: list[Topic], found: Sequence[Suggestion]
) -> list[EventType]:
    """Ask which of the likely topics is meant; a choice sends the topic's title back."""
    ids = [topic.id for topic in choices]
    titles = [topic.title[turn.language] for topic in choices]
    dispatcher.utter_message(
        response="utter_choose",
        buttons=[{"title": title, "payload": title} for title in titles],
        json_message=about("clarify", found, choices=ids, confidence=found[0].confidence),
    )
    return [SlotSet("offered_topics", ids)]
