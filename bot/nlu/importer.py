"""Feeds the questions of `data/faq` to the intent model, so that they stand in one place.

Rasa reads its training data through this. Each phrasing of a topic is an example of the
one intent of all questions; which topic it belongs to is the topic finder's business.
"""

from pathlib import Path

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.topics import Knowledge

INTENT_OF_QUESTIONS = "ask_police_question"
GROUP = "group"
"""Key of a message: the part of an intent that it belongs to."""


class KnowledgeImporter(RasaFileImporter):  # type: ignore[misc]
    """Rasa's own importer, plus the questions of a `faq` folder among the data paths.

    Trained on other data (`rasa train nlu --nlu FILE`), it adds nothing.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        paths = (
            [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths
        )
        self._folders = [Path(path) for path in paths or [] if (Path(path) / "faq").is_dir()]

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The examples of the files, then the questions of the topics."""
        data = super().get_nlu_data(language)
        questions = [
            Message({TEXT: question, INTENT: INTENT_OF_QUESTIONS, GROUP: topic.category})
            for folder in self._folders
            for topic in Knowledge.load(folder).topics.values()
            for phrasings in topic.questions.values()
            for question in phrasings
        ]
        return data.merge(TrainingData(questions)) if questions else data
