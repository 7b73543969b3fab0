"""Training seen from outside: is there a model for the current data, and if not, make one."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.nlu.training import train, trained
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.dialogue.rasa import RasaDialogue


def train_with_progress(settings: Settings, console: Console, *, force: bool = False) -> None:
    """Train unless there is a model for the data as they are, and show how far it is."""
    current = trained(settings)
    if current is not None and not force:
        console.print(f"The model {current.name} fits the data.", markup=False)
        return
    if not console.is_terminal:
        console.print("Training: this takes some minutes …")
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Training: looking at the data", total=1.0)
        path = train(
            settings,
            force=force,
            on_progress=lambda part, what: progress.update(
                task, completed=part, description=f"Training: {what}"
            ),
        )
    console.print(f"Trained {path.name}.", markup=False)


def load_dialogue(settings: Settings, console: Console) -> "RasaDialogue":
    """The newest model; one is trained first where there is none at all."""
    # Imported late: to see that nothing has to be trained, nobody should wait for Rasa.
    from bot.dialogue.rasa import RasaDialogue

    if not any(settings.models.glob("*.tar.gz")):
        train_with_progress(settings, console)
    return RasaDialogue.load(settings)
