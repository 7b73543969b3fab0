"""The trained model that several tests talk to."""

from functools import cache

from bot.dialogue.rasa import RasaDialogue
from bot.nlu.training import train
from bot.settings import current_settings


@cache
def dialogue() -> RasaDialogue:
    """The project's own model, trained first if its data have changed."""
    settings = current_settings()
    train(settings)
    return RasaDialogue.load(settings)
