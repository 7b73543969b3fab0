"""A message as the check reads it: its words, and the contexts that make a cue harmless."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Literal

from bot.dialogue.safety import chinese, english
from bot.dialogue.safety.cues import compile_cues
from bot.messages import Language

Context = Literal["fiction", "rules", "what_if", "past", "negated", "errand"]

_BEFORE = 24
"""Characters before a cue in which a negation is looked for."""


class Contexts:
    """What one language says about the contexts; the lists are explained where they stand."""

    def __init__(self, language: ModuleType, *, whole_words: bool) -> None:
        def compiled(name: str, *, at_end: bool = False) -> re.Pattern[str]:
            return compile_cues(
                getattr(language, name), language.NAMED, whole_words=whole_words, at_end=at_end
            )

        self.idioms = compiled("IDIOMS")
        self.fiction = compiled("FICTION")
        self.rules = compiled("RULES")
        self.errands = compiled("ERRANDS")
        self.what_if = compiled("WHAT_IF")
        self.live = compiled("LIVE")
        self.past = compiled("PAST")
        self.now = compiled("NOW")
        self.negated = compiled("NEGATED", at_end=True)


CONTEXTS: dict[Language, Contexts] = {
    "zh": Contexts(chinese, whole_words=False),
    "en": Contexts(english, whole_words=True),
}


@dataclass(frozen=True)
class Reading:
    """A normalised text in one language; each context is looked up once, when it is needed."""

    source: str
    language: Language
    _contexts: Contexts = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_contexts", CONTEXTS[self.language])

    @cached_property
    def text(self) -> str:
        """The text with idioms blanked out, each character of one by "#"."""
        return self._contexts.idioms.sub(lambda found: "#" * len(found[0]), self.source)

    @cached_property
    def live(self) -> bool:
        """Whether anything shows that it is happening now."""
        return self._contexts.live.search(self.text) is not None

    @cached_property
    def contexts(self) -> frozenset[str]:
        """What is found anywhere in the text, for the detector; a negation needs a cue."""
        found = {
            "live": self.live,
            "fiction": self._fiction,
            "rules": self._rules,
            "what_if": self._what_if,
            "errand": self._errand,
            "past": any(past for _, past in self._times),
            "now": any(not past for _, past in self._times),
            "idiom": self.text != self.source,
        }
        return frozenset(name for name, there in found.items() if there)

    def harmless(self, cue: re.Match[str], despite: frozenset[Context]) -> bool:
        """Whether a context other than those in `despite` takes the danger out of `cue`."""
        return (
            ("fiction" not in despite and self._fiction)
            or ("rules" not in despite and self._rules and not self.live)
            or ("what_if" not in despite and self._what_if and not self.live)
            or ("errand" not in despite and self._errand)
            or ("past" not in despite and self._past(cue.start()))
            or ("negated" not in despite and self._negated(cue.start()))
        )

    @cached_property
    def _fiction(self) -> bool:
        return self._contexts.fiction.search(self.source) is not None

    @cached_property
    def _rules(self) -> bool:
        return self._contexts.rules.search(self.text) is not None

    @cached_property
    def _what_if(self) -> bool:
        return self._contexts.what_if.search(self.text) is not None

    @cached_property
    def _errand(self) -> bool:
        return self._contexts.errands.search(self.text) is not None

    @cached_property
    def _times(self) -> list[tuple[int, bool]]:
        """Where the text speaks of a time, and whether that time is past; in order."""
        return sorted(
            [(found.start(), True) for found in self._contexts.past.finditer(self.text)]
            + [(found.start(), False) for found in self._contexts.now.finditer(self.text)]
        )

    def _past(self, position: int) -> bool:
        """The last time named before the cue counts; without one, the first one after it."""
        before = [past for at, past in self._times if at <= position]
        after = [past for at, past in self._times if at > position]
        return before[-1] if before else bool(after) and after[0]

    def _negated(self, position: int) -> bool:
        before = self.text[max(0, position - _BEFORE) : position]
        return self._contexts.negated.search(before) is not None
