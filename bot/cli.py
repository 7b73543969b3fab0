"""The command `wenjing`."""

import asyncio
import os
import sys
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer
from rich.console import Console

from bot.errors import Misconfigured, Unavailable
from bot.privacy.logs import configure_logging
from bot.settings import current_settings, keep_libraries_quiet

# What a command needs is imported inside of it: `wenjing --help` should not wait for Rasa.

app = typer.Typer(
    help="Wenjing answers the questions citizens send to a police account.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
officer_app = typer.Typer(help="Officers of the desk.", no_args_is_help=True)
faq_app = typer.Typer(help="Topics and their answers.", no_args_is_help=True)
app.add_typer(officer_app, name="officer")
app.add_typer(faq_app, name="faq")

P = ParamSpec("P")
T = TypeVar("T")


class PageLanguage(StrEnum):
    """The languages that a page can be set to."""

    ZH = "zh"
    EN = "en"


def main() -> None:
    """Run the command; what is wrong with the installation is said in one sentence."""
    keep_libraries_quiet()
    # What a command writes on standard output is its result alone, and no library may print a
    # citizen's words; a role sets the level it was given.
    configure_logging("WARNING")
    # Rasa and its actions are files of the project: commands work from its root.
    sys.path.insert(0, os.getcwd())
    try:
        app()
    except (Misconfigured, Unavailable) as error:
        Console(stderr=True).print(f"wenjing: {error}", style="red", markup=False)
        sys.exit(1)


def _role(run: Callable[P, None]) -> Callable[P, None]:
    """A command that serves until it is told to stop."""

    @wraps(run)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        configure_logging(current_settings().log_level)
        run(*args, **kwargs)

    return wrapper


Attached = Annotated[bool, typer.Option(hidden=True, help="Stop when standard input closes.")]


@app.command()
def up(
    without_bot: Annotated[
        bool, typer.Option("--without-bot", help="Officers only: nothing is answered by itself.")
    ] = False,
) -> None:
    """Run every role with an embedded Redis and SQLite, until Ctrl-C."""
    from bot.up import Installation

    sys.exit(Installation(current_settings(), Console(), bot=not without_bot).run())


@app.command()
@_role
def gateway(attached: Attached = False) -> None:
    """Receive what citizens write: webhooks and web chat."""
    from bot.roles import run_gateway

    run_gateway(current_settings(), attached=attached)


@app.command()
@_role
def worker(attached: Attached = False) -> None:
    """Answer."""
    from bot.roles import run_worker

    run_worker(current_settings(), attached=attached)


@app.command()
@_role
def sender(attached: Attached = False) -> None:
    """Deliver replies to the channels."""
    from bot.roles import run_sender

    run_sender(current_settings(), attached=attached)


@app.command()
@_role
def journal(attached: Attached = False) -> None:
    """Write what happened into the database."""
    from bot.roles import run_journal

    run_journal(current_settings(), attached=attached)


@app.command()
@_role
def desk(attached: Attached = False) -> None:
    """Serve the officers' desk."""
    from bot.roles import run_desk

    run_desk(current_settings(), attached=attached)


@app.command()
def train(
    force: Annotated[bool, typer.Option(help="Train even if nothing has changed.")] = False,
) -> None:
    """Train the model, if the data have changed since the last time."""
    from bot.training import train_with_progress

    train_with_progress(current_settings(), Console(), force=force)


@app.command()
def ask(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    dialogue: Annotated[
        Path | None, typer.Option(help="YAML file of dialogues: `- turns: [text, ...]`.")
    ] = None,
    account: Annotated[str, typer.Option(help="Id of the account that is asked.")] = "demo",
    channel: Annotated[str, typer.Option(help="Channel it comes by.")] = "webchat",
    lang: Annotated[
        PageLanguage | None, typer.Option(help="What the citizen's page is set to.")
    ] = None,
) -> None:
    """Answer questions from standard input, one a line, or dialogues from a file.

    Every line and every dialogue is a fresh conversation. See docs/ask.md for the fields.
    """
    from bot.asking import Start, ask_dialogues, ask_lines

    settings = current_settings()
    start = Start(settings, account, channel, lang.value if lang else None, as_json)
    if dialogue is not None:
        ask_dialogues(start, dialogue, sys.stdout)
    else:
        ask_lines(start, sys.stdin.buffer, sys.stdout)


@app.command()
def chat(
    account: Annotated[str, typer.Option(help="Id of the account that is asked.")] = "demo",
) -> None:
    """Talk to the bot in the terminal."""
    from bot.asking import chat_in_terminal

    chat_in_terminal(current_settings(), Console(), account=account)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from bot.store.migrate import migrate as migrate_database

    migrate_database(current_settings().database)
    Console().print("The database is up to date.")


@app.command()
def doctor() -> None:
    """Check settings, files, Redis, database, model, ports and clock."""
    from bot.doctor import examine

    sys.exit(0 if asyncio.run(examine(current_settings(), Console())) else 1)


@officer_app.command("add")
def officer_add(
    login: Annotated[str, typer.Argument(help="What the officer signs in with.")],
    name: Annotated[str, typer.Option(help="What colleagues see.")],
    place: Annotated[
        str, typer.Option(help="GB/T 2260 code; conversations of this place and below are seen.")
    ] = "000000",
) -> None:
    """Add an officer; the password is asked for."""
    from bot.roles import open_store
    from bot.store.officers import add_officer

    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    add_officer(open_store(current_settings()), login, name, password, place)
    Console().print(f"{name} can sign in as {login}.", markup=False)


@faq_app.command("check")
def faq_check() -> None:
    """Say what is wrong with the topics and answers."""
    from datetime import date

    from bot.knowledge.topics import check

    faults = check(current_settings().data, date.today())
    for fault in faults:
        print(fault)
    print(f"{len(faults)} faults" if faults else "All topics are in order.")
    sys.exit(1 if faults else 0)
