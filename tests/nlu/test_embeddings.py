from pathlib import Path

import numpy as np
import pytest

from bot.nlu.embeddings import Embedder


def test_alike_texts_are_near_and_vectors_have_length_one() -> None:
    lost, card, weather = Embedder().many(["身份证丢了", "I lost my ID card", "今天天气很好"])
    assert np.linalg.norm(lost) == pytest.approx(1, abs=1e-3)
    assert lost @ card > lost @ weather


def test_known_texts_are_read_from_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "home" / "embeddings.npz"
    first = Embedder(file).many(["身份证丢了"])
    again = Embedder(file)
    monkeypatch.setattr(again, "_embed", None)
    assert again.many(["身份证丢了"]) == pytest.approx(first, abs=1e-3)
    assert again.one("身份证丢了") == pytest.approx(first[0], abs=1e-3)


def test_a_broken_cache_is_only_a_lost_cache(tmp_path: Path) -> None:
    file = tmp_path / "embeddings.npz"
    file.write_bytes(b"PK\x03\x04 cut off")
    assert Embedder(file).many(["身份证丢了"]).shape == (1, 384)
