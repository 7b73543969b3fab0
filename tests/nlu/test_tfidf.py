from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu.tfidf import Tfidf

DOCUMENTS = [["a", "b", "b"], ["a", "c"], ["c", "c", "d"]]


def test_weights_are_those_of_scikit_learn() -> None:
    reference = TfidfVectorizer(analyzer=lambda d: d, sublinear_tf=True)
    expected = reference.fit_transform(DOCUMENTS).toarray()
    assert Tfidf.fit(DOCUMENTS).matrix(DOCUMENTS).toarray() == pytest.approx(expected, abs=1e-6)


def test_an_unknown_document_is_an_empty_row() -> None:
    assert Tfidf.fit(DOCUMENTS).matrix([["z"], []]).nnz == 0


def test_is_the_same_after_saving(tmp_path: Path) -> None:
    tfidf = Tfidf.fit(DOCUMENTS, least=2)
    tfidf.save(tmp_path)
    again = Tfidf.load(tmp_path)
    assert again.columns == tfidf.columns == {"a": 0, "c": 1}
    assert np.array_equal(again.weights, tfidf.weights)
