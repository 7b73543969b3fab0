"""Makes the detector's weights: `python -m bot.dialogue.safety.training`. Half a minute.

    data/safety/*_danger.tsv, danger.tsv    kind of danger, a tab, what somebody wrote
    data/safety/*harmless.tsv               what sounds like danger and is none, one a line
    data/faq/                               the phrasings of topics that are not urgent: harmless
    data/nlu/ except danger.yml             what else people write: harmless

The same data give the same weights. `fingerprint` covers data/safety/ only, so that a new topic
does not ask for new weights; the tests say when topics raise alarms and it is time.
"""

import hashlib
import re
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bot.dialogue.safety.contexts import Reading
from bot.dialogue.safety.dangers import DANGERS
from bot.dialogue.safety.detector import FILE, Detector, Model, hashes
from bot.dialogue.safety.words import languages_in, normalise
from bot.knowledge.topics import Knowledge

Floats = NDArray[np.float64]

DATA = Path(__file__).parents[3] / "data"
HARMLESS = "harmless"
KINDS = tuple(danger.kind for danger in DANGERS)

_SEEN = 2
"""Texts a piece must stand in: one that stands in a single text teaches that text by heart."""
_WEIGHT = {"danger": 3.0, "look-alike": 4.0, "everyday": 1.0}
"""What one text counts. Chosen, like the next one, by leaving out a part of the data in turn."""
_FREEDOM = 20.0
"""How large weights may grow, as sklearn's C."""
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what it tells of."""

    text: str
    kind: str
    """One of `KINDS`, or `HARMLESS`."""
    weight: float
    source: str
    """The file it stands in."""


def examples(data: Path = DATA) -> list[Example]:
    """All texts to learn from. Raises OSError, ValueError and what `Knowledge.load` raises."""
    found = []
    for file in _lists(data):
        for line in file.read_text("utf-8").splitlines():
            if file.stem.endswith("harmless"):
                found.append(Example(line, HARMLESS, _WEIGHT["look-alike"], file.name))
            else:
                kinds, text = line.split("\t")
                found.append(Example(text, kinds.split("/")[0], _WEIGHT["danger"], file.name))
    for text, source in [*_topics(data), *_intents(data)]:
        found.append(Example(text, HARMLESS, _WEIGHT["everyday"], source))
    return found


def fingerprint(data: Path = DATA) -> str:
    """Of the lists in data/safety/: changes with any of their bytes."""
    digest = hashlib.sha256()
    for file in _lists(data):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def train(learned: Sequence[Example], made_from: str) -> Detector:
    """The detector that `learned` teaches."""
    found = [np.unique(hashes(read(example.text))) for example in learned]
    counts = Counter(piece for text in found for piece in text.tolist())
    known = np.array(sorted(piece for piece, texts in counts.items() if texts >= _SEEN))
    matrix = _matrix(found, known)
    weights = np.array([example.weight for example in learned])
    danger = np.array([example.kind != HARMLESS for example in learned])
    alarm = _softmax_regression(matrix, danger.astype(int), weights, 2)
    kind = np.array([KINDS.index(example.kind) for example in learned if example.kind != HARMLESS])
    kinds = _softmax_regression(matrix[danger], kind, weights[danger], len(KINDS))
    return Detector(
        array("I", known.tolist()),
        _model(alarm[:, 1] - alarm[:, 0]),
        {kind: _model(column) for kind, column in zip(KINDS, kinds.T, strict=True)},
        made_from,
    )


def read(text: str) -> list[Reading]:
    """A text as the check reads it."""
    plain = normalise(text)
    return [Reading(plain, language) for language in languages_in(plain)]


def _lists(data: Path) -> list[Path]:
    return sorted((data / "safety").glob("*.tsv"))


def _topics(data: Path) -> list[tuple[str, str]]:
    topics = Knowledge.load(data).topics.values()
    return [
        (text, f"faq/{topic.category}")
        for topic in topics
        if not topic.urgent
        for texts in topic.questions.values()
        for text in texts
    ]


def _intents(data: Path) -> list[tuple[str, str]]:
    found = []
    for file in sorted((data / "nlu").glob("*.yml")):
        if file.name == "danger.yml":
            continue
        for entry in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            for line in entry.get("examples", "").splitlines() if "intent" in entry else ():
                text = _ENTITY.sub(r"\1", line.removeprefix("- "))
                found.append((text, f"nlu/{file.stem}"))
    return found


def _model(column: Floats) -> Model:
    scale = float(np.abs(column[:-1]).max()) / 127 or 1.0
    weights = np.rint(column[:-1] / scale).astype(np.int8)
    return Model(array("b", weights.tolist()), round(scale, 8), round(float(column[-1]), 6))


def _matrix(found: Sequence[NDArray[np.int_]], known: NDArray[np.int_]) -> csr_matrix:
    """A row a text: 1 / sqrt(number of its pieces) for each known piece, and 1 for the bias."""
    rows = []
    for text in found:
        places = np.flatnonzero(np.isin(known, text, assume_unique=True))
        values = np.full(len(places), 1 / np.sqrt(max(1, len(text))))
        rows.append((np.append(places, len(known)), np.append(values, 1.0)))
    return csr_matrix(
        (
            np.concatenate([values for _, values in rows]),
            np.concatenate([places for places, _ in rows]),
            np.cumsum([0, *(len(places) for places, _ in rows)]),
        ),
        shape=(len(found), len(known) + 1),
    )


def _softmax_regression(
    matrix: csr_matrix, classes: NDArray[np.int_], weights: Floats, count: int
) -> Floats:
    """Weights of shape (columns of `matrix`, count) that tell the classes apart; the last row,
    the bias, may grow freely."""
    wanted = np.eye(count)[classes]
    penalty = np.full((matrix.shape[1], 1), 1 / _FREEDOM)
    penalty[-1] = 0

    def loss(flat: Floats) -> tuple[float, Floats]:
        now = flat.reshape(-1, count)
        scores = matrix @ now
        scores -= scores.max(axis=1, keepdims=True)
        scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
        missed = -(weights * (scores * wanted).sum(axis=1)).sum()
        slope = matrix.T @ ((np.exp(scores) - wanted) * weights[:, None])
        return (
            float(missed + (penalty * now**2).sum() / 2),
            (slope + penalty * now).ravel(),
        )

    start = np.zeros(matrix.shape[1] * count)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    solution: Floats = found.x.reshape(-1, count)
    return solution


def main() -> None:
    """Train on the project's data and put the weights beside this file."""
    learned = examples()
    made = train(learned, fingerprint())
    made.save()
    dangers = sum(example.kind != HARMLESS for example in learned)
    sys.stdout.write(
        f"{dangers} dangers, {len(learned) - dangers} harmless texts, {len(made.pieces)} pieces,"
        f" {FILE.stat().st_size // 1000} kB\n"
    )


if __name__ == "__main__":
    main()
