"""Training seen from outside: is there a model for the current data, and if not, make one."""

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.dialogue.rasa import RasaDialogue, train
from bot.settings import Settings


def train_with_progress(settings: Settings, console: Console, *, force: bool = False) -> None:
    """Train unless the newest model fits the data, and show how far it is."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as progress:
        task = progress.add_task("Looking at the data")
        path = train(
            settings,
            force=force,
            on_progress=lambda what: progress.update(task, description=what),
        )
    console.print(f"Model {path.name} fits the data.", markup=False)


def load_dialogue(settings: Settings, console: Console) -> RasaDialogue:
    """The newest model; one is trained first where there is none at all."""
    if not any(settings.models.glob("*.tar.gz")):
        train_with_progress(settings, console)
    return RasaDialogue.load(settings)
