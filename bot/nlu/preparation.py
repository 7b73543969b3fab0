"""Rasa components that prepare a message: cleaning, words, sparse features."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import ENTITIES, FEATURE_TYPE_SENTENCE, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import text as texts
from bot.nlu.tfidf import Tfidf

_Type = DefaultV1Recipe.ComponentType


@DefaultV1Recipe.register(_Type.MESSAGE_TOKENIZER, is_trainable=False)
class WordTokenizer(Tokenizer):  # type: ignore[misc]
    """Cleans the text and cuts it into words: jieba for Chinese, letters for the rest.

    The message keeps the cleaned text, so that the starts of the words are true in it.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options that Rasa's tokenizers share."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Words of one attribute."""
        text = message.get(attribute)
        # Annotated entities count characters of the text as the trainer wrote it.
        if attribute == TEXT and not message.get(ENTITIES):
            text = texts.normalise(text)
            message.set(TEXT, text, add_to_output=True)
        return [Token(word, start) for word, start in texts.tokens(text)]


@DefaultV1Recipe.register(_Type.MESSAGE_FEATURIZER, is_trainable=True)
class TermFeaturizer(SparseFeaturizer, GraphComponent):  # type: ignore[misc]
    """TF-IDF of words, pairs of words and character n-grams as sentence features."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Words come first."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`least`: a term that stands in fewer examples is left out."""
        return {**SparseFeaturizer.get_default_config(), "least": 2}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be wrong with one number."""

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        storage: ModelStorage,
        resource: Resource,
        tfidf: Tfidf | None = None,
    ) -> None:
        super().__init__(name, config)
        self._storage = storage
        self._resource = resource
        self._tfidf = tfidf or Tfidf.fit([])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "TermFeaturizer":
        """An untrained one."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> "TermFeaturizer":
        """The one that `train` kept."""
        with model_storage.read_from(resource) as folder:
            tfidf = Tfidf.load(folder)
        return cls(config, execution_context.node_name, model_storage, resource, tfidf)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the vocabulary from the examples of all intents."""
        self._tfidf = Tfidf.fit(
            (_terms(example) for example in training_data.intent_examples),
            least=self._config["least"],
        )
        with self._storage.write_to(self._resource) as folder:
            self._tfidf.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Put features on every example."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Put features on messages."""
        for message in messages:
            if message.get(TEXT_TOKENS):
                row = self._tfidf.matrix([_terms(message)])
                message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages


def _terms(message: Message) -> list[str]:
    return texts.terms([token.text for token in message.get(TEXT_TOKENS, [])])
