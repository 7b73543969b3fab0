"""Finds the topic that a citizen's question belongs to, with a chance of being right.

A question is compared with every phrasing of every topic: by its words and character
n-grams, which is cheap, and by its sentence embedding where the words alone do not decide.
The likenesses of a topic become one score, and the scores of all topics, together with the
chance that no topic fits, become chances that sum to one. The few weights behind this are
fitted by `benchmarks/understanding/fit_finder.py` on phrasings that were left out.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.knowledge.topics import Knowledge, knowledge, normalised
from bot.messages import Suggestion
from bot.nlu.embeddings import Embedder, embedder
from bot.nlu.text import terms_of
from bot.nlu.tfidf import Floats, Tfidf

BEST = 3
"""Topics that are named, most likely first."""
SURE = 0.9
"""Chance from which the words alone decide."""
REMEMBERED = 4096
"""Questions whose topics are remembered."""
EXACT = 0.99
"""Chance given to a question that is a phrasing or a title to the letter."""


@dataclass(frozen=True)
class Weights:
    """How likenesses become chances: p(topic) ~ exp(features · scale), p(none) ~ exp(none)."""

    scale: tuple[float, ...]
    none: float


WORDS = Weights(scale=(12.0, 4.0), none=5.0)
"""For the words alone: nearest phrasing, mean of the three nearest."""
BOTH = Weights(scale=(8.0, 3.0, 25.0, 15.0), none=38.0)
"""For words and embeddings, each: nearest phrasing, mean of the three nearest."""


class TopicFinder:
    """An index over the topics of one moment. Safe to use from several threads."""

    def __init__(self, known: Knowledge, embed: Embedder) -> None:
        self._embed = embed
        self.topics = tuple(sorted(known.topics))
        """Ids, in the order of the columns of all arrays."""
        texts: list[str] = []
        owners: list[int] = []
        for at, id in enumerate(self.topics):
            topic = known.topics[id]
            own = [*topic.title.values()]
            own += [question for asked in topic.questions.values() for question in asked]
            texts += own
            owners += [at] * len(own)
        self._exact = {normalised(text): owner for text, owner in zip(texts, owners, strict=True)}
        self._starts = np.searchsorted(np.array(owners), np.arange(len(self.topics)))
        documents = [terms_of(text) for text in texts]
        self._tfidf = Tfidf.fit(documents)
        # By term, so that a question touches only the rows of its own terms.
        self._by_term = self._tfidf.matrix(documents).T.tocsr()
        self._vectors = embed.many(texts)
        self._remembered: dict[str, tuple[Suggestion, ...]] = {}

    def find(self, text: str) -> tuple[Suggestion, ...]:
        """Up to three topics, best first; equal texts are looked up."""
        key = normalised(text)
        if key in self._remembered:
            return self._remembered[key]
        found = self._find(text, key)
        if len(self._remembered) >= REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)), None)
        self._remembered[key] = found
        return found

    def _find(self, text: str, key: str) -> tuple[Suggestion, ...]:
        if not key:
            return ()
        words = self.likeness_of_words(text)
        chances = _chances(words, WORDS)
        if key in self._exact:
            chances *= (1 - EXACT) / chances.sum()
            chances[self._exact[key]] = EXACT
        elif chances.max() < SURE:
            likeness = np.vstack([words, self.likeness_of_meaning(text)])
            chances = _chances(likeness, BOTH)
        best = np.argsort(-chances)[:BEST]
        return tuple(Suggestion(self.topics[at], float(chances[at])) for at in best)

    def likeness_of_words(self, text: str) -> Floats:
        """Shape (2, topics): nearest phrasing, mean of the three nearest."""
        columns, values = self._tfidf.vector(terms_of(text))
        likeness = np.asarray(values @ self._by_term[columns]).ravel()
        return self._by_topic(likeness)

    def likeness_of_meaning(self, text: str) -> Floats:
        """Shape (2, topics), as `likeness_of_words`."""
        return self._by_topic(self._vectors @ self._embed.one(text))

    def _by_topic(self, likeness: Floats) -> Floats:
        nearest = np.maximum.reduceat(likeness, self._starts)
        ends = [*self._starts[1:], len(likeness)]
        near = [
            np.partition(likeness[start:end], -3)[-3:].mean() if end - start > 3 else top
            for start, end, top in zip(self._starts, ends, nearest, strict=True)
        ]
        return np.stack([nearest, np.array(near, np.float32)])


def finder(data: Path) -> TopicFinder:
    """The finder over the topics as they stand; a new one after a file has changed."""
    global _current
    known = knowledge(data)
    if _current is None or _current[0] is not known:
        _current = (known, TopicFinder(known, embedder()))
    return _current[1]


_current: tuple[Knowledge, TopicFinder] | None = None


def _chances(likeness: Floats, weights: Weights) -> npt.NDArray[np.float64]:
    scores = np.array(weights.scale) @ likeness
    top = max(float(scores.max()), weights.none)
    chances = np.exp(scores - top)
    result: npt.NDArray[np.float64] = chances / (chances.sum() + np.exp(weights.none - top))
    return result
