"""Trains the model when its data have changed, and puts it in place in one step."""

import contextlib
import hashlib
import io
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import yaml

from bot.errors import Misconfigured
from bot.knowledge.topics import knowledge
from bot.nlu.embeddings import embedder
from bot.settings import Settings

Progress = Callable[[float, str], None]
"""Called with the part that is done, 0 to 1, and what is being done."""

KEPT = 3
"""Models that stay in the folder."""
_BATCH = 64
_EMBEDDED = 0.6
"""Part of the time that embedding takes when no text is known yet."""


def trained(settings: Settings) -> Path | None:
    """The archive of a model trained on the data as they are now; None when there is none."""
    ending = f"-{fingerprint(settings)}.tar.gz"
    return max(
        (path for path in settings.models.glob("*.tar.gz") if path.name.endswith(ending)),
        key=lambda path: path.name,
        default=None,
    )


def train(settings: Settings, *, force: bool = False, on_progress: Progress | None = None) -> Path:
    """Train on the project around `settings.data`; the archive appears complete or not at all.

    Does nothing when there is a model for these data, unless forced. Raises Misconfigured
    when the data cannot be trained on or the folder cannot be written to.
    """
    tell = on_progress or (lambda _part, _what: None)
    current = trained(settings)
    if current is not None and not force:
        return current
    settings.models.mkdir(parents=True, exist_ok=True)
    name = f"wenjing-{datetime.now(UTC):%Y%m%d-%H%M%S}-{fingerprint(settings)}.tar.gz"
    try:
        folder = Path(tempfile.mkdtemp(prefix=".training-", dir=settings.models))
    except OSError as error:
        raise Misconfigured(
            f"cannot write to {settings.models} ({error.strerror}): make the folder writable"
            " or set WENJING_MODELS"
        ) from error
    try:
        _embed_all(settings, tell)
        tell(_EMBEDDED, "training")
        done = _train(settings, folder, name)
        os.replace(done, settings.models / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _tidy(settings)
    tell(1.0, "trained")
    return settings.models / name


def _tidy(settings: Settings) -> None:
    """Keep the newest models: one to serve, and older ones to fall back on."""
    for old in sorted(settings.models.glob("wenjing-*.tar.gz"))[:-KEPT]:
        old.unlink(missing_ok=True)


def fingerprint(settings: Settings) -> str:
    """12 characters that change with everything the model is trained on.

    An answer may change without training, so of the topics only the questions count.
    """
    digest = hashlib.sha256(version("rasa").encode())
    for path in sorted(_sources(settings)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for id, topic in sorted(knowledge(settings.data).topics.items()):
        digest.update(f"{id}\0{sorted(topic.questions.items())}\0".encode())
    return digest.hexdigest()[:12]


def _sources(settings: Settings) -> Iterator[Path]:
    root = settings.data.parent
    yield from (root / "config.yml", root / "domain.yml")
    for folder in ("nlu", "rules", "stories"):
        yield from (settings.data / folder).rglob("*.yml")
    for pattern in ("*.py", "*.txt"):
        yield from Path(__file__).parent.glob(pattern)


def _embed_all(settings: Settings, tell: Progress) -> None:
    """Embed the texts that training and the topic finder will ask for, to tell how far it is."""
    texts = [
        text
        for topic in knowledge(settings.data).topics.values()
        for language in topic.questions
        for text in (topic.title[language], *topic.questions[language])
    ]
    for path in sorted((settings.data / "nlu").rglob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or []:
            texts += [line[2:] for line in group.get("examples", "").splitlines()]
    for start in range(0, len(texts), _BATCH):
        tell(_EMBEDDED * start / len(texts), "reading the questions")
        embedder().many(texts[start : start + _BATCH])


def _train(settings: Settings, folder: Path, name: str) -> Path:
    root = settings.data.parent
    said = io.StringIO()
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            warnings.simplefilter("ignore")
            # Imported late: `wenjing train` with nothing to do should take no time.
            import rasa.model_training

            result = rasa.model_training.train(
                domain=str(root / "domain.yml"),
                config=str(root / "config.yml"),
                training_files=[str(settings.data)],
                output=str(folder),
                fixed_model_name=name,
                # Rasa's cache would hand out parts trained by an older version of our code.
                force_training=True,
            )
    except (SystemExit, Exception) as error:
        # Rasa raises many kinds, and ends the process for some faults of the data.
        reason = said.getvalue().strip()[-500:] if isinstance(error, SystemExit) else error
        raise Misconfigured(f"the model cannot be trained: {reason}") from error
    finally:
        logging.disable(level)
    if result.model is None:
        raise Misconfigured(f"the model cannot be trained: {said.getvalue().strip()[-500:]}")
    return Path(result.model)
