"""The emergency check: it runs before everything else and needs nothing but this package.

    words.py      what was typed, brought into one spelling
    contexts.py   what makes a dangerous word harmless: games, idioms, the past, questions of law
    rules.py      the kinds of danger and the cues that give them away
    replies.py    what the citizen is told: the right number first

`docs/safety.md` says how to add a cue and what the rules find and miss.
"""

from dataclasses import dataclass

from bot.dialogue.safety.contexts import Reading
from bot.dialogue.safety.replies import REPLIES, Advice
from bot.dialogue.safety.rules import DANGERS, Danger
from bot.dialogue.safety.words import normalise, written_in
from bot.messages import Language, Reply

TEXT_LIMIT = 4000
"""Characters that are read, half of them from each end: longer texts cost no more."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Danger now, or about to come."""

    kind: str
    """A key of `REPLIES`: "crime", "fire", "suicide", …"""
    number: str
    """What to call first: "110", "119", "120", "122", "12110" (by SMS) or "12356"."""
    language: Language
    reply: Reply
    """Says that an officer was told: only for where one really was."""
    reply_alone: Reply
    """The same advice for where no officer could be told."""


def check(text: str, language: Language | None = None) -> Alarm | None:
    """The danger that `text` tells of, or None.

    Pure rules: no model, no network, no state; well under a millisecond for a usual message,
    and some tens of milliseconds for the longest. `language` is a hint and counts only where the text
    does not show its own language ("SOS"). Never raises.
    """
    reading = Reading(normalise(_ends(text)))
    danger = next((danger for danger in DANGERS if _tells_of(danger, reading)), None)
    if danger is None:
        return None
    spoken = written_in(reading.text) or language or "zh"
    advice = REPLIES[danger.kind]
    return Alarm(
        kind=danger.kind,
        number=advice.number,
        language=spoken,
        reply=_reply(advice, spoken, officer_told=True),
        reply_alone=_reply(advice, spoken, officer_told=False),
    )


def _ends(text: str) -> str:
    half = TEXT_LIMIT // 2
    return text if len(text) <= TEXT_LIMIT else f"{text[:half]}\n{text[-half:]}"


def _tells_of(danger: Danger, reading: Reading) -> bool:
    if any(not reading.harmless(match, danger.despite) for match in danger.certain(reading.text)):
        return True
    return reading.live and any(
        not reading.harmless(match, danger.despite) for match in danger.if_live(reading.text)
    )


def _reply(advice: Advice, language: Language, *, officer_told: bool) -> Reply:
    note = advice.told[language] if officer_told else advice.untold[language]
    return Reply(f"{advice.text[language]}\n{note}", short=advice.short[language], urgent=True)
