"""The intent classifier: cheap first, exact where the cheap one is unsure.

Two logistic regressions, one on the sparse features of the pipeline and one on sentence
embeddings. What they say is combined as a weighted geometric mean, whose two weights are
fitted on held-out folds, which also calibrates it: of the messages given 0.8, about 80 %
are right. Embedding costs 20 ms, so it is left out where the sparse model is sure.

An intent may consist of groups (messages carry them under GROUP): a class is learnt for
each, and their chances are added up. One class for all questions of all categories would
outweigh every other intent, and no straight line parts it from them.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.nlu.embeddings import embedder
from bot.nlu.importer import GROUP
from bot.nlu.tfidf import Floats

Labels = npt.NDArray[np.int64]

FOLDS = 3
SPARSE = {"solver": "liblinear", "multi_class": "ovr", "C": 20.0, "tol": 1e-2}
"""One intent against the rest: as good as multinomial here, and ten times as fast."""
DENSE = {"solver": "lbfgs", "C": 100.0, "max_iter": 100, "tol": 1e-2}


@dataclass(frozen=True)
class Regression:
    """Logistic regression as two arrays."""

    weights: Floats
    """Shape (features, intents)."""
    intercepts: Floats

    @classmethod
    def fit(
        cls, rows: csr_matrix | Floats, labels: Labels, options: dict[str, Any], rarity: float
    ) -> "Regression":
        """Learn; a class of n examples weighs n ** (1 - rarity) in all."""
        count = np.bincount(labels)
        model = LogisticRegression(random_state=0, **options)
        model.fit(rows, labels, sample_weight=(count[labels] / count.mean()) ** -rarity)
        weights, intercepts = model.coef_, model.intercept_
        if len(weights) == 1:  # scikit-learn stores one row for two classes
            weights, intercepts = (
                np.vstack([-weights, weights]),
                np.hstack([-intercepts, intercepts]),
            )
        return cls(weights.T.astype(np.float32).copy(), intercepts.astype(np.float32))

    def scores(self, rows: csr_matrix | Floats) -> Floats:
        """Log-probabilities, shape (rows, intents)."""
        return _log_softmax(np.asarray(rows @ self.weights) + self.intercepts)

    def score(self, at: npt.NDArray[np.int32], values: Floats) -> Floats:
        """Log-probabilities of one sparse row, given by its columns and values."""
        return _log_softmax(values @ self.weights[at] + self.intercepts)


@dataclass(frozen=True)
class Cascade:
    """What is kept of the training."""

    intents: tuple[str, ...]
    """The intent of each class; an intent with groups stands here once a group."""
    sparse: Regression
    dense: Regression | None
    """None when the pipeline was told to do without embeddings."""
    alone: float
    """Exponent that calibrates the sparse model when it speaks alone."""
    together: tuple[float, float]
    """Exponents of the sparse and of the dense model in their weighted geometric mean."""

    def by_intent(self, scores: Floats) -> dict[str, float]:
        """Chances of the intents, from scores of the classes."""
        chances: dict[str, float] = {}
        for intent, chance in zip(self.intents, np.exp(_log_softmax(scores)), strict=True):
            chances[intent] = chances.get(intent, 0.0) + float(chance)
        return chances

    def save(self, folder: Path) -> None:
        """Write into an existing folder."""
        about = {"intents": self.intents, "alone": self.alone, "together": self.together}
        (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False))
        np.save(folder / "sparse.npy", np.vstack([self.sparse.weights, self.sparse.intercepts]))
        if self.dense is not None:
            dense = np.vstack([self.dense.weights, self.dense.intercepts])
            np.save(folder / "dense.npy", dense)

    @classmethod
    def load(cls, folder: Path) -> "Cascade":
        """Read what `save` wrote."""
        about = json.loads((folder / "about.json").read_text())
        sparse = np.load(folder / "sparse.npy")
        dense = np.load(folder / "dense.npy") if (folder / "dense.npy").exists() else None
        return cls(
            tuple(about["intents"]),
            Regression(sparse[:-1], sparse[-1]),
            None if dense is None else Regression(dense[:-1], dense[-1]),
            about["alone"],
            tuple(about["together"]),
        )


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CascadeClassifier(IntentClassifier, GraphComponent):  # type: ignore[misc]
    """Sets `intent` and `intent_ranking` with calibrated confidences."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Some features come first."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`embeddings`: use them at all. `sure`: confidence from which the sparse model
        decides alone. `rarity`: 0 weighs every example alike, 1 every intent."""
        return {"embeddings": True, "sure": 0.9, "rarity": 0.5, "ranking_length": 10}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raise InvalidConfigException for numbers that mean nothing."""
        if not 0 <= config["sure"] <= 1 or not 0 <= config["rarity"] <= 1:
            raise InvalidConfigException("sure and rarity lie between 0 and 1")

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        cascade: Cascade | None = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._cascade = cascade

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "CascadeClassifier":
        """An untrained one."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> "CascadeClassifier":
        """The one that `train` kept."""
        with model_storage.read_from(resource) as folder:
            cascade = Cascade.load(folder)
        return cls(config, model_storage, resource, cascade)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that have an intent."""
        examples = [e for e in training_data.intent_examples if _sparse(e) is not None]
        classes = [(example.get(INTENT), example.get(GROUP) or "") for example in examples]
        if len({intent for intent, _ in classes}) < 2:
            raise InvalidConfigException("the training data must hold at least two intents")
        rows = vstack([_sparse(example) for example in examples]).tocsr()
        number = {name: at for at, name in enumerate(sorted(set(classes)))}
        labels = np.array([number[name] for name in classes])
        dense = None
        if self._config["embeddings"]:
            dense = embedder().many([example.get(TEXT) for example in examples])
        self._cascade = fit(
            tuple(intent for intent, _ in number), rows, dense, labels, self._config["rarity"]
        )
        with self._storage.write_to(self._resource) as folder:
            self._cascade.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent of each message; without any known term it gets none."""
        for message in messages:
            ranking = self._rank(message)
            best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set("intent", best, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        row = _sparse(message)
        if self._cascade is None or row is None:
            return []
        cascade = self._cascade
        sparse = cascade.sparse.score(row.indices, row.data)
        chances = cascade.by_intent(cascade.alone * sparse)
        if cascade.dense is not None and max(chances.values()) < self._config["sure"]:
            dense = cascade.dense.scores(embedder().one(message.get(TEXT))[None])[0]
            one, other = cascade.together
            chances = cascade.by_intent(one * sparse + other * dense)
        ranking = sorted(chances.items(), key=lambda pair: -pair[1])
        return [
            {"name": intent, "confidence": chance}
            for intent, chance in ranking[: self._config["ranking_length"]]
        ]


def fit(
    intents: tuple[str, ...],
    rows: csr_matrix,
    dense: Floats | None,
    labels: Labels,
    rarity: float,
) -> Cascade:
    """Train both models, and their exponents on folds that the models did not see."""
    sparse_held = np.zeros((len(labels), len(intents)), np.float32)
    dense_held = np.zeros_like(sparse_held)
    folds = min(FOLDS, int(np.bincount(labels).min()))
    if folds >= 2:
        splitter = StratifiedKFold(folds, shuffle=True, random_state=0)
        for seen, held in splitter.split(rows, labels):
            model = Regression.fit(rows[seen], labels[seen], SPARSE, rarity)
            sparse_held[held] = model.scores(rows[held])
            if dense is not None:
                model = Regression.fit(dense[seen], labels[seen], DENSE, rarity)
                dense_held[held] = model.scores(dense[held])
    return Cascade(
        intents,
        Regression.fit(rows, labels, SPARSE, rarity),
        None if dense is None else Regression.fit(dense, labels, DENSE, rarity),
        alone=_exponents(labels, sparse_held)[0] if folds >= 2 else 1.0,
        together=(
            _exponents(labels, sparse_held, dense_held)  # type: ignore[arg-type]
            if folds >= 2 and dense is not None
            else (0.5, 0.5)
        ),
    )


def _exponents(labels: Labels, *models: Floats) -> tuple[float, ...]:
    """The exponents that make the true labels most likely (temperature scaling)."""

    # In single precision the optimiser's small steps would change nothing.
    held = np.stack(models).astype(np.float64)

    def loss(exponents: npt.NDArray[np.float64]) -> float:
        mixed = _log_softmax(np.tensordot(exponents, held, axes=1))
        return -float(mixed[np.arange(len(labels)), labels].mean())

    start = np.full(len(models), 1 / len(models))
    best = minimize(loss, start, bounds=[(0.0, 10.0)] * len(models), method="L-BFGS-B")
    return tuple(float(value) for value in best.x)


def _log_softmax(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    shifted = values - values.max(axis=-1, keepdims=True)
    result: npt.NDArray[Any] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def _sparse(message: Message) -> csr_matrix | None:
    """The sparse sentence features of a message, shape (1, features)."""
    _, sentence = message.get_sparse_features(TEXT, [])
    return None if sentence is None else sentence.features.tocsr()
