"""How lists of cues become something that can be looked for."""

import re
from collections.abc import Mapping

Cues = tuple[str, ...]

NOTHING = re.compile(r"(?!)")
_NAME = re.compile(r"<([a-z]+)>")


def words(text: str) -> Cues:
    """Plain words, written with blanks between them."""
    return tuple(text.split())


def compile_cues(
    cues: Cues, named: Mapping[str, str], *, whole_words: bool, at_end: bool = False
) -> re.Pattern[str]:
    """One pattern for all `cues`; `named` gives what `<name>` stands for.

    `whole_words`: no letter may touch a match. `at_end`: only at the end of the text. Raises
    ValueError that shows the cue which is no regular expression.
    """
    if not cues:
        return NOTHING
    for cue in cues:
        try:
            re.compile(_fill(cue, named))
        except re.error as error:
            raise ValueError(f"cue {cue!r}: {error}") from error
    body = "|".join(_fill(cue, named) for cue in cues)
    border = (r"(?<!\w)", r"(?!\w)") if whole_words else ("", "")
    return re.compile(f"{border[0]}(?:{body}){border[1]}" + (r"\s*\Z" if at_end else ""))


def _fill(cue: str, named: Mapping[str, str]) -> str:
    return _NAME.sub(lambda name: named[name[1]], cue)
