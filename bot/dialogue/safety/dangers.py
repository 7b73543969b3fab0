"""The kinds of danger, in the order in which one is chosen where a message tells of several."""

import re
from dataclasses import dataclass
from types import ModuleType

from bot.dialogue.safety import chinese, english
from bot.dialogue.safety.contexts import Context, Reading
from bot.dialogue.safety.cues import compile_cues
from bot.messages import Language


@dataclass(frozen=True, slots=True)
class Danger:
    """One kind of danger."""

    kind: str
    """A key of `REPLIES`, and of CERTAIN or IF_LIVE in chinese.py and english.py."""
    despite: frozenset[Context] = frozenset({"errand"})
    """Contexts that do not make it harmless. An errand silences only a bare cry for help."""
    always: bool = False
    """A cue is enough, however unlikely the detector finds it: few words, or a life at stake
    that is told as a question."""

    def told_in(self, reading: Reading) -> bool:
        """Whether the text tells of this danger: by a cue that is certain, or by one that
        counts where something shows that it is happening now."""
        return self._found(_CERTAIN, reading) or (reading.live and self._found(_IF_LIVE, reading))

    def _found(self, patterns: "Patterns", reading: Reading) -> bool:
        matches = patterns[reading.language][self.kind].finditer(reading.text)
        return any(not reading.harmless(match, self.despite) for match in matches)


DANGERS = (
    # Whoever must not be heard is told to send an SMS, whatever the danger is.
    Danger("silent", despite=frozenset({"errand", "rules", "what_if", "negated"}), always=True),
    # Has taken something, or has cut: a doctor first.
    Danger("suicide_hurt", despite=frozenset({"errand", "rules"}), always=True),
    # Stands on the edge.
    Danger("suicide_now", despite=frozenset({"errand", "rules"}), always=True),
    Danger("suicide_other", always=True),
    # The citizen's own words. Recall comes first: an odd question counts as a hint.
    Danger(
        "suicide",
        despite=frozenset({"errand", "rules", "what_if", "past", "negated"}),
        always=True,
    ),
    Danger("explosive"),
    Danger("gas"),
    Danger("fire"),
    Danger("traffic_injured"),
    Danger("held"),
    Danger("rescue"),
    Danger("medical"),
    # A child writes. After fire and illness, whose advice a child needs just as much.
    Danger("child", always=True),
    Danger("followed"),
    Danger("break_in"),
    Danger("sexual"),
    Danger("crime"),
    Danger("dangerous_driver", despite=frozenset({"errand", "negated"})),
    Danger("traffic"),
    Danger("missing_child"),
    # A cry for help that does not say from what.
    Danger("help", despite=frozenset(), always=True),
)

Patterns = dict[Language, dict[str, re.Pattern[str]]]


def _compiled(lists: str) -> Patterns:
    def language(module: ModuleType, *, whole_words: bool) -> dict[str, re.Pattern[str]]:
        cues = getattr(module, lists)
        unknown = set(cues) - {danger.kind for danger in DANGERS}
        if unknown:
            raise ValueError(f"{module.__name__}.{lists} has cues for no danger: {unknown}")
        return {
            danger.kind: compile_cues(
                cues.get(danger.kind, ()), module.NAMED, whole_words=whole_words
            )
            for danger in DANGERS
        }

    return {
        "zh": language(chinese, whole_words=False),
        "en": language(english, whole_words=True),
    }


_CERTAIN = _compiled("CERTAIN")
_IF_LIVE = _compiled("IF_LIVE")
