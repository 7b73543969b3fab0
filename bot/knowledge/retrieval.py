"""Finds the topic that a citizen's question belongs to, with a chance of being right.

Two judges: the words of the question against those of every phrasing, and its sentence
embedding against the topics, as a linear discriminant sees them (one mean a topic, one
shrunken covariance for all: closed form, so that a changed topic costs no training). Their
scores, together with the chance that no topic fits, become chances that sum to one. The
weights are fitted by benchmarks/understanding/fit_finder.py, which leaves each phrasing
out of the index while it is asked.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.knowledge.topics import Knowledge, Topic, knowledge, normalised
from bot.messages import Suggestion
from bot.nlu.embeddings import DIMENSIONS, Embedder, embedder
from bot.nlu.text import terms_of
from bot.nlu.tfidf import Floats, Tfidf

BEST = 3
"""Topics that are named, most likely first."""
REMEMBERED = 4096
"""Questions whose topics are remembered."""
SHRINKAGE = 0.7
"""Part of the covariance that is replaced by a sphere; flat between 0.5 and 0.9."""
EXACT = 0.99
"""Chance given to a question that is a phrasing or a title, up to punctuation."""
NEARLY_EXACT = 0.8
"""Likeness to a phrasing from which it counts as the same, without asking the embedding..."""
APART = 0.3
"""...if the next topic is less alike by so much."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """p(topic) ~ exp(words · likeness + meaning · score), p(no topic) ~ exp(none)."""

    words: float
    meaning: float
    none: float


WEIGHTS = Weights(words=5.33, meaning=0.1134, none=168.06)


class TopicFinder:
    """An index over the topics of one moment. Safe to use from several threads."""

    def __init__(self, known: Knowledge, embed: Embedder) -> None:
        self._embed = embed
        self.topics = tuple(sorted(known.topics))
        """Ids, in the order of the entries of all arrays."""
        groups = [phrasings(known.topics[id]) for id in self.topics]
        self.texts = tuple(text for group in groups for text in group)
        """All phrasings, topic by topic."""
        self.owners = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        """Position of the topic of each phrasing."""
        self._starts = np.searchsorted(self.owners, np.arange(len(groups)))
        self._exact = {
            normalised(text): int(owner)
            for text, owner in zip(self.texts, self.owners, strict=True)
        }
        documents = [terms_of(text) for text in self.texts]
        self._tfidf = Tfidf.fit(documents)
        # By term, so that a question touches only the rows of its own terms.
        self._by_term = self._tfidf.matrix(documents).T.tocsr()
        self._discriminant = Discriminant.fit(embed.many(self.texts), self.owners)
        self.find = lru_cache(REMEMBERED)(self._find)

    def _find(self, text: str) -> tuple[Suggestion, ...]:
        """Up to three topics, best first; none for a text without letters or digits."""
        key = normalised(text)
        if not key or not self.topics:
            return ()
        words = self.words(text)
        at = self._exact.get(key, self._nearly_exact(words))
        if at is None:
            chances = chances_of(words, self.meaning(text), WEIGHTS)
        else:
            chances = words.astype(np.float64) / max(float(words.sum()), 1.0) * (1 - EXACT)
            chances[at] = EXACT
        best = np.argsort(-chances)[:BEST]
        return tuple(Suggestion(self.topics[at], float(chances[at])) for at in best)

    def words(self, text: str) -> Floats:
        """Likeness of the nearest phrasing of each topic, 0 to 1, by words and n-grams."""
        columns, values = self._tfidf.vector(terms_of(text))
        return self.nearest(np.asarray(values @ self._by_term[columns]).ravel())

    def meaning(self, text: str) -> Floats:
        """Score of each topic by the embedding; only their differences mean something."""
        return self._discriminant.scores(self._embed.one(text))

    def nearest(self, likeness: Floats) -> Floats:
        """From one value a phrasing to the best one of each topic."""
        best: Floats = np.maximum.reduceat(likeness, self._starts)
        return best

    @staticmethod
    def _nearly_exact(words: Floats) -> int | None:
        best = int(words.argmax())
        if words[best] < NEARLY_EXACT:
            return None
        others = np.delete(words, best)
        return None if others.size and words[best] - others.max() < APART else best


@dataclass(frozen=True)
class Discriminant:
    """Linear discriminant analysis with a shrunken covariance."""

    means: Floats
    """Shape (topics, 384)."""
    precision: Floats
    """Inverse of the covariance within topics."""

    @classmethod
    def fit(cls, vectors: Floats, owners: npt.NDArray[np.int64]) -> "Discriminant":
        """Vectors of all phrasings, ordered by owner."""
        count = int(owners.max()) + 1 if len(owners) else 0
        means = np.zeros((count, DIMENSIONS), np.float32)
        np.add.at(means, owners, vectors)
        means /= np.bincount(owners, minlength=count)[:, None]
        rest = vectors - means[owners]
        covariance = rest.T @ rest / max(len(rest), 1)
        sphere = max(float(np.trace(covariance)), 1e-6) / DIMENSIONS * np.eye(DIMENSIONS)
        shrunken = (1 - SHRINKAGE) * covariance + SHRINKAGE * sphere
        return cls(means, np.linalg.inv(shrunken).astype(np.float32))

    def __post_init__(self) -> None:
        slopes = self.precision @ self.means.T
        object.__setattr__(self, "_slopes", slopes)
        object.__setattr__(self, "_offsets", 0.5 * np.einsum("td,dt->t", self.means, slopes))

    def scores(self, vector: Floats) -> Floats:
        """Log-likelihood of each topic up to a common constant."""
        scores: Floats = vector @ self._slopes - self._offsets  # type: ignore[attr-defined]
        return scores


def phrasings(topic: Topic) -> tuple[str, ...]:
    """Every way to put a topic that we know: its titles and its questions."""
    asked = (question for questions in topic.questions.values() for question in questions)
    return (*topic.title.values(), *asked)


def chances_of(words: Floats, meaning: Floats, weights: Weights) -> Numbers:
    """The chance of each topic; what is missing to one is the chance of none."""
    scores = weights.words * words.astype(np.float64) + weights.meaning * meaning
    top = max(float(scores.max()), weights.none)
    raised = np.exp(scores - top)
    chances: Numbers = raised / (raised.sum() + np.exp(weights.none - top))
    return chances


def finder(data: Path) -> TopicFinder:
    """The finder over the topics as they stand; a new one after a file has changed."""
    global _current
    known = knowledge(data)
    if _current is None or _current[0] is not known:
        _current = (known, TopicFinder(known, embedder()))
    return _current[1]


_current: tuple[Knowledge, TopicFinder] | None = None
