"""Which of the offered choices a citizen means by “2”, “第二个” or “the last one”."""

import re

from bot.nlu.text import normalise

_POSITIONS = {
    "1": 0, "一": 0, "首": 0, "a": 0, "one": 0, "first": 0, "1st": 0,
    "2": 1, "二": 1, "两": 1, "b": 1, "two": 1, "second": 1, "2nd": 1,
    "3": 2, "三": 2, "c": 2, "three": 2, "third": 2, "3rd": 2,
}  # fmt: skip
_CHINESE = re.compile(
    r"(?:(?:我?(?:选|要|想问|问)|就?是)?第?([1-3一二两三首abc])(?:个|项|条|种)?(?:吧|的|呢|啊)?)"
)
_ENGLISH = re.compile(
    r"(?:(?:i (?:mean|want|choose)|it'?s) )?(?:the |number |no\.? ?|option |#)?"
    r"([1-3abc]|one|two|three|first|second|third|1st|2nd|3rd)(?: one)?(?:,? please)?"
)
_LAST = re.compile(r"(?:(?:就?是|选|要)?最后(?:那|一)?(?:个|项|条)|(?:the )?last(?: one)?)")


def chosen(text: str, offered: int) -> int | None:
    """The position of the choice, from 0; None when the text is no choice."""
    said = normalise(text).lower().strip(" .。!！,，~")
    if offered and _LAST.fullmatch(said):
        return offered - 1
    match = _CHINESE.fullmatch(said) or _ENGLISH.fullmatch(said)
    if match is None:
        return None
    position = _POSITIONS[match.group(1)]
    return position if position < offered else None
