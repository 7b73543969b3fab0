"""Term weights: log-scaled counts times inverse document frequency, rows of length one.

The same numbers as scikit-learn's TfidfVectorizer (sublinear_tf, smooth_idf), without
its cost per call: one short text takes some 20 µs here instead of 300.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Tfidf:
    """A fixed vocabulary with the weight of each of its terms."""

    columns: dict[str, int]
    weights: Floats
    """Inverse document frequency by column."""

    @classmethod
    def fit(cls, documents: Iterable[Sequence[str]], *, least: int = 1) -> "Tfidf":
        """Learn from documents given as terms; a term in fewer than `least` is left out."""
        frequency: Counter[str] = Counter()
        size = 0
        for document in documents:
            frequency.update(set(document))
            size += 1
        kept = sorted(term for term, count in frequency.items() if count >= least)
        counts = np.array([frequency[term] for term in kept], dtype=np.float64)
        weights = np.log((1 + size) / (1 + counts)) + 1
        return cls({term: at for at, term in enumerate(kept)}, weights.astype(np.float32))

    def vector(self, document: Iterable[str]) -> tuple[Integers, Floats]:
        """Columns and values of one document; both empty when nothing in it is known."""
        columns = self.columns
        counts = Counter(columns[term] for term in document if term in columns)
        at = np.fromiter(counts.keys(), dtype=np.int32, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (np.log(values) + 1) * self.weights[at]
        length = float(np.sqrt(values @ values)) or 1.0
        return at, values / length

    def matrix(self, documents: Iterable[Sequence[str]]) -> csr_matrix:
        """One row a document."""
        rows = [self.vector(document) for document in documents]
        ends = np.cumsum([0] + [len(at) for at, _ in rows])
        return csr_matrix(
            (
                np.concatenate([values for _, values in rows] or [np.zeros(0, np.float32)]),
                np.concatenate([at for at, _ in rows] or [np.zeros(0, np.int32)]),
                ends,
            ),
            shape=(len(rows), len(self.columns)),
        )

    def save(self, folder: Path) -> None:
        """Write into an existing folder."""
        terms = json.dumps(list(self.columns), ensure_ascii=False)
        (folder / "terms.json").write_text(terms, encoding="utf-8")
        np.save(folder / "weights.npy", self.weights)

    @classmethod
    def load(cls, folder: Path) -> "Tfidf":
        """Read what `save` wrote."""
        terms = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        return cls({term: at for at, term in enumerate(terms)}, np.load(folder / "weights.npy"))
