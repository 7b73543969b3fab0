"""The emergency check: it runs before everything else and needs nothing but this package.

    words.py                  what was typed, brought into one spelling
    chinese.py, english.py    the cues of each danger, and the contexts that make them harmless
    dangers.py                the kinds of danger and their order
    contexts.py               how a context takes the danger out of a cue
    detector.py               a small trained model that hears what the rules have no words for
    training.py               makes its weights, detector.bin, from data/safety/
    replies.py                what the citizen is told: the right number first

`docs/safety.md` says how to add a cue and what the rules find and miss.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.safety.contexts import Reading
from bot.dialogue.safety.dangers import DANGERS
from bot.dialogue.safety.detector import detector
from bot.dialogue.safety.replies import REPLIES
from bot.dialogue.safety.words import languages_in, normalise
from bot.messages import Language, Reply

TEXT_LIMIT = 2000
"""Characters that are read, half of them from each end: longer texts cost no more."""

SURE = 0.75
"""Likelihood from which the detector raises an alarm where the rules are silent."""
UNLIKELY = 0.02
"""Likelihood below which it silences a rule, except for a danger that is `always` told."""
DOUBTED = 60
"""Characters of the longest message in which it silences a rule."""

_SIGNALS = re.compile(r"(?:sos|\W|\d)*")


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

    Rules first; the detector hears what they miss, and silences one only where it is all but
    certain. No network, no state; about half a millisecond for a usual message, some tens of milliseconds for the longest. `language` is
    a hint and counts only where the text does not show its own language ("SOS"). Raises nothing
    but OSError and ValueError, where the detector's file is missing or broken.
    """
    plain = normalise(_ends(text))
    spoken = languages_in(plain)
    readings = [Reading(plain, each) for each in spoken]
    kind = _kind(readings)
    if kind is None:
        return None
    shown = spoken[0] if language is None or _SIGNALS.sub("", plain) else language
    return _alarm(kind, shown)


def _kind(readings: Sequence[Reading]) -> str | None:
    likelihood = detector().likelihood(readings)
    # In a long message one sentence of danger is lost to the detector among the others.
    doubtful = likelihood < UNLIKELY and len(readings[0].source) <= DOUBTED
    for danger in DANGERS:
        if doubtful and not danger.always:
            continue
        if any(danger.told_in(reading) for reading in readings):
            return danger.kind
    return detector().kind(readings) if likelihood >= SURE else None


def _ends(text: str) -> str:
    half = TEXT_LIMIT // 2
    return text if len(text) <= TEXT_LIMIT else f"{text[:half]}\n{text[-half:]}"


def _alarm(kind: str, language: Language) -> Alarm:
    advice = REPLIES[kind]

    def reply(notes: dict[Language, str]) -> Reply:
        text = f"{advice.text[language]}\n{notes[language]}"
        return Reply(text, short=advice.short[language], urgent=True)

    return Alarm(kind, advice.number, language, reply(advice.told), reply(advice.untold))
