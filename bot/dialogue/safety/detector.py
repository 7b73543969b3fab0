"""The trained detector: how likely a text tells of danger, and of which kind.

Two linear models over the pieces of a text, the second one only for texts of danger:

    likelihood = 1 / (1 + exp(-(bias + sum of the pieces' weights / sqrt(number of pieces))))

`training.py` makes `detector.bin` from data/safety/ and other maintained texts.
"""

import json
import math
import re
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.dialogue.safety.contexts import Reading

FILE = Path(__file__).with_name("detector.bin")

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_RUN = re.compile(rf"[{_HAN}#]+|[a-z]+|\d+")
_NUMBERS = frozenset({"110", "119", "120", "122", "12110", "12356"})
"""Other numbers are all alike."""
_END = 250
"""Characters that are read at either end: danger stands in the first words or the last."""
_LONGEST_RUN = 3
_LETTERS = (3, 4, 5)
_NAMED = 0.4
"""Likelihood from which a kind is named: advice for the wrong danger is worse than 110."""


@dataclass(frozen=True, slots=True)
class Model:
    """What pieces say for one thing: the danger, or one kind of it."""

    weights: "array[int]"
    """One for each piece the detector knows, -127 to 127."""
    scale: float
    """What one unit of a weight is worth."""
    bias: float

    def score(self, places: Sequence[int], count: int) -> float:
        """The score of a text of `count` pieces, where those at `places` are known."""
        said = sum(self.weights[place] for place in places)
        return said * self.scale / math.sqrt(max(1, count)) + self.bias


@dataclass(frozen=True, slots=True)
class Detector:
    """The models; a piece is known by its hash."""

    pieces: "array[int]"
    """The hashes of all known pieces, ascending."""
    danger: Model
    kinds: dict[str, Model]
    made_from: str
    """The fingerprint of data/safety/ at the time of training."""

    @classmethod
    def load(cls, file: Path = FILE) -> "Detector":
        """Raises OSError or ValueError where the file is missing or broken."""
        first, _, packed = file.read_bytes().partition(b"\n")
        head = json.loads(first)
        try:
            body = zlib.decompress(packed)
        except zlib.error as error:
            raise ValueError(f"{file} is broken: {error}") from error
        count = head["pieces"]
        if len(body) != count * (4 + len(head["models"])):
            raise ValueError(f"{file} is broken: {len(body)} bytes for {count} pieces")
        pieces = _array("I", body[: 4 * count])
        models = {
            name: Model(_array("b", body[(4 + at) * count : (5 + at) * count]), scale, bias)
            for at, (name, scale, bias) in enumerate(head["models"])
        }
        return cls(pieces, models.pop("danger"), models, head["made_from"])

    def save(self, file: Path = FILE) -> None:
        """One line of JSON, then the packed hashes and the weights of one model after another."""
        models = {"danger": self.danger, **self.kinds}
        head = {
            "made_from": self.made_from,
            "pieces": len(self.pieces),
            "models": [[name, model.scale, model.bias] for name, model in models.items()],
        }
        pieces = _array("I", self.pieces.tobytes())
        body = pieces.tobytes() + b"".join(model.weights.tobytes() for model in models.values())
        file.write_bytes(json.dumps(head).encode() + b"\n" + zlib.compress(body, 9))

    def likelihood(self, readings: Sequence[Reading]) -> float:
        """How likely, 0 to 1, a message tells of danger; a reading for each of its languages."""
        score = self.danger.score(*self._known(readings))
        # Far from 0 the likelihood is certain anyway; the bounds keep exp() from overflowing.
        return 1 / (1 + math.exp(-min(50.0, max(-50.0, score))))

    def kind(self, readings: Sequence[Reading]) -> str:
        """The likeliest kind of a danger; "help" where none is likely enough."""
        known = self._known(readings)
        scores = {kind: model.score(*known) for kind, model in self.kinds.items()}
        best = max(scores, key=scores.__getitem__)
        share = 1 / sum(math.exp(score - scores[best]) for score in scores.values())
        return best if share >= _NAMED else "help"

    def _known(self, readings: Sequence[Reading]) -> tuple[list[int], int]:
        """Where the known pieces of a message stand, and how many pieces it has in all."""
        wanted = hashes(readings)
        places = []
        for piece in wanted:
            place = bisect_left(self.pieces, piece)
            if place < len(self.pieces) and self.pieces[place] == piece:
                places.append(place)
        return places, len(wanted)


@cache
def detector() -> Detector:
    """The detector of this process."""
    return Detector.load()


def pieces(readings: Sequence[Reading]) -> set[str]:
    """What is counted: runs of one to three Chinese characters; Latin words, with the word
    before them and by three to five of their letters; and the contexts that the rules see."""
    found = {f"context {name}" for reading in readings for name in reading.contexts}
    text = readings[0].text
    if len(text) > 2 * _END:
        text = f"{text[:_END]}\n{text[-_END:]}"
    found.add(f"length {min(6, len(text).bit_length())}")
    for sentence in text.split("\n"):
        before = ""
        for match in _RUN.finditer(sentence):
            run = match[0]
            if run[0] == "#" or run[0] >= "\u3400":
                for length in range(1, _LONGEST_RUN + 1):
                    found.update(run[at : at + length] for at in range(len(run) - length + 1))
                before = run[-1]
                continue
            if run.isdecimal() and run not in _NUMBERS:
                run = "0"
            found.update((f" {run} ", f"{before} {run}"))
            word = f" {run[:20]} "
            for length in _LETTERS:
                found.update(word[at : at + length] for at in range(len(word) - length + 1))
            before = run
    return found


def hashes(readings: Sequence[Reading]) -> list[int]:
    """The hashes of a message's pieces, 32 bits each."""
    return [zlib.crc32(piece.encode()) for piece in pieces(readings)]


def _array(code: str, packed: bytes) -> "array[int]":
    """Numbers out of the file, or into it: it is little-endian on every machine."""
    numbers: array[int] = array(code, packed)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
