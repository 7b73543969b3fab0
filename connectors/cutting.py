"""Cutting a text into messages that fit a channel."""

from collections.abc import Callable

import regex

Unit = Callable[[str], int]
"""Counts the size of a text; the size of two joined texts is the sum of their sizes."""

# What stays whole: web addresses, numbers and words (no character of a sentence written in
# Chinese is among these), and otherwise what a reader takes for one character.
_ATOM = regex.compile(r"[\x21-\x7e０-９Ａ-Ｚａ-ｚ\p{Latin}]+(?![\p{M}\u200d\u200c])|\X")
_SENTENCE_END = regex.compile(r"[。！？；…!?;]$|\p{L}\.$")
_CLAUSE_END = regex.compile(r"[，、：,:]$|^\s+$")
_CLOSING = regex.compile(r"^[，。、；：！？…”’）》」』】,.;:!?)\]]")


def characters(text: str) -> int:
    """Size in Unicode code points."""
    return len(text)


def utf8_bytes(text: str) -> int:
    """Size in bytes of UTF-8."""
    return len(text.encode())


def utf16_units(text: str) -> int:
    """Size in UTF-16 code units, as JavaScript counts."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, limit: int, unit: Unit = characters) -> list[str]:
    """The parts of `text`, each of size 1 to `limit`; joined they are `text` but for the
    white space around the cuts and at both ends.

    Cuts fall at line ends, sentence ends or at least between words where the part stays
    more than half full; never inside a web address, a number or a composed character,
    unless that alone is over the limit. `limit` is at least 4.
    """
    if limit < 4:
        raise ValueError("no character is sure to fit into less than 4")
    atoms = _atoms(text, limit, unit)
    parts = []
    start = 0
    while start < len(atoms):
        if atoms[start].isspace():
            start += 1
            continue
        end = _end(atoms, start, limit, unit)
        last = end
        while atoms[last - 1].isspace():
            last -= 1
        parts.append("".join(atoms[start:last]))
        start = end
    return parts


def _atoms(text: str, limit: int, unit: Unit) -> list[str]:
    """The pieces of `text` that are never cut, each within the limit."""
    atoms: list[str] = []
    for atom in _ATOM.findall(text):
        if unit(atom) <= limit:
            atoms.append(atom)
            continue
        for character in regex.findall(r"\X", atom):
            # A character with hundreds of accents may be too long by itself.
            atoms.extend([character] if unit(character) <= limit else character)
    return atoms


def _end(atoms: list[str], start: int, limit: int, unit: Unit) -> int:
    """Index after the last atom of the part that begins with atom `start`."""
    end = half = start
    size = 0
    while end < len(atoms) and size + unit(atoms[end]) <= limit:
        size += unit(atoms[end])
        end += 1
        if size <= limit / 2:
            half = end
    if end == len(atoms):
        return end
    borders = range(end, max(half, start), -1)
    return max(borders, key=lambda border: _fitness(atoms, border), default=end)


def _fitness(atoms: list[str], border: int) -> int:
    """How well readers bear a cut before atom `border`; the higher the better."""
    before, after = atoms[border - 1], atoms[border]
    if _CLOSING.match(after):
        return 0
    if "\n" in before or "\n" in after:
        return 4
    if _CLOSING.match(before) and border >= 2 and _SENTENCE_END.search(atoms[border - 2]):
        return 3  # A quotation ends with its mark, after the full stop.
    if _SENTENCE_END.search(before):
        return 3
    return 2 if _CLAUSE_END.search(before) or after.isspace() else 1
