"""What to make of a message, given how it was understood and which topics were found.

Two judges speak: the intent model says what kind of request it is, the topic finder which
topic it may be, each with a calibrated chance. A wrong answer is worse than none (D12).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from actions.speech import Turn
from bot.knowledge.topics import normalised
from bot.messages import Outcome, Suggestion

QUESTION = "ask_police_question"
ANSWER = 0.57
"""Chance of the best topic from which it is answered."""
OFFER = 0.05
"""Chance of the best topic from which the likely ones are offered as choices."""
WORTH_OFFERING = 0.02
"""A topic less likely than this is no choice."""
NO_QUESTION = ((ANSWER, 0.8), (0.15, 0.3), (0.0, 0.1))
"""Chance of the best topic, and how likely something else than a question must then be to
be acted upon. Most messages are questions, so the intent model leans towards them; where
no topic fits, a small doubt is enough. Measured with benchmarks/understanding."""

HAND_OVER = {
    "ask_case_progress": "case_progress",
    "complain_about_officer": "complaint",
    "check_rumour": "rumour",
    "praise_police": "praise",
}
"""Intents for which only a person can do something, and the reason given to the desk."""
REFUSE = {
    "ask_other_department": "utter_other_department",
    "ask_out_of_scope": "utter_out_of_scope",
    "send_nonsense": "utter_not_understood",
}
ASK_BACK = {
    "ask_vaguely": "utter_ask_detail",
    "inform": "utter_ask_detail",
    "affirm": "utter_ask_detail",
    "correct_detail": "utter_ask_detail",
    "cancel_report": "utter_ask_detail",
    "choose_option": "utter_none_of_these",
    "deny": "utter_none_of_these",
}
"""Intents that say too little, most of them because no form and no choice is under way."""
BARE = 3
"""A text of so few letters names a field and hardly ever a wish: it is not answered..."""
EVIDENT = 0.9
"""...unless the topic is as likely as this."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done."""

    outcome: Outcome
    response: str = ""
    """Name of the sentence in domain.yml; empty for an answer and for choices."""
    reason: str = ""
    """Why an officer should answer."""
    choices: tuple[str, ...] = ()
    """Topics to offer."""


def decide(turn: Turn, found: Sequence[Suggestion]) -> Decision:
    """The outcome of a message that is neither small talk nor danger."""
    chance = found[0].confidence if found else 0.0
    enough = next(doubt for least, doubt in NO_QUESTION if chance >= least)
    if turn.intent and 1 - turn.ranking.get(QUESTION, 0.0) >= enough:
        for intent in turn.ranking:
            if decision := otherwise(intent):
                return decision
            if intent != QUESTION:
                break
    if chance >= (EVIDENT if len(normalised(turn.text)) <= BARE else ANSWER):
        return Decision("answer")
    if chance >= OFFER:
        likely = (match.topic for match in found if match.confidence >= WORTH_OFFERING)
        return Decision("clarify", choices=tuple(likely))
    return Decision("clarify", "utter_unsure")


def otherwise(intent: str) -> Decision | None:
    """What an intent asks for that is no question; None for all others."""
    if intent in HAND_OVER:
        return Decision("handover", reason=HAND_OVER[intent])
    if intent in REFUSE:
        return Decision("refuse", REFUSE[intent])
    return Decision("clarify", ASK_BACK[intent]) if intent in ASK_BACK else None
