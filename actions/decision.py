"""What to make of a message, given how it was understood and which topics were found.

Two judges speak: the intent model says what kind of request it is, the topic finder which
topic it may be, each with a calibrated chance. A wrong answer is worse than none (D12).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from actions.speech import Turn
from bot.messages import Outcome, Suggestion

ANSWER = 0.6
"""Chance of being right from which a topic is answered."""
OFFER = 0.15
"""Chance of the best topic from which the likely ones are offered as choices."""
WORTH_OFFERING = 0.05
"""A topic less likely than this is no choice."""
ACT = 0.5
"""Confidence from which an intent that is no question is acted upon."""

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
    sure = turn.intent_confidence
    if turn.intent in HAND_OVER and sure >= ACT and sure > chance:
        return Decision("handover", reason=HAND_OVER[turn.intent])
    if turn.intent in REFUSE and sure >= ACT and sure > chance:
        return Decision("refuse", REFUSE[turn.intent])
    if turn.intent == "ask_vaguely" and sure >= ACT and sure > chance:
        return Decision("clarify", "utter_ask_detail")
    if chance >= ANSWER:
        return Decision("answer")
    if chance >= OFFER:
        likely = (match.topic for match in found if match.confidence >= WORTH_OFFERING)
        return Decision("clarify", choices=tuple(likely))
    if turn.intent in HAND_OVER:
        return Decision("handover", reason=HAND_OVER[turn.intent])
    if turn.intent in REFUSE:
        return Decision("refuse", REFUSE[turn.intent])
    if turn.intent == "ask_vaguely":
        return Decision("clarify", "utter_ask_detail")
    if turn.intent == "deny":
        return Decision("clarify", "utter_none_of_these")
    return Decision("clarify", "utter_unsure")
