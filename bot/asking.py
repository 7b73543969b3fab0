"""Questions without a channel: `wenjing ask` and `wenjing chat`.

They go the way that the worker goes (`bot.dialogue.turns`), with nothing in between.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TextIO

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Console
from rich.panel import Panel
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.accounts import Account, load_accounts
from bot.dialogue import turns
from bot.dialogue.turns import Dialogue
from bot.errors import Misconfigured
from bot.messages import Language, Question, Turn
from bot.settings import Settings
from bot.training import load_dialogue


class _Dialogue(BaseModel):
    # A phone number in YAML is a number, and what citizens write is text.
    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    turns: list[str]


@dataclass
class Conversation:
    """A conversation that nobody but the bot takes part in."""

    dialogue: Dialogue
    account: Account
    channel: str
    language: Language | None
    holder: str = "bot"
    state: bytes | None = None
    waiting_said: datetime | None = None

    async def say(self, text: str, *, limit: int) -> Turn:
        """What the bot makes of the next message, of which `limit` characters count."""
        question = Question(
            conversation="c0",
            text=text[:limit],
            channel=self.channel,
            place=self.account.place,
            account_name=self.account.name,
            now=datetime.now(UTC),
            language=self.language,
        )
        try:
            answered = await turns.answer(
                self.dialogue,
                question,
                self.state,
                holder=self.holder,
                waiting_said=self.waiting_said,
            )
        except Exception:  # As in the worker: whatever it was, an officer has it.
            turn = turns.failed(self.dialogue, question, holder=self.holder, reason="failed")
            answered = turns.Answered(turn, None, question.now)
        self.state = answered.state
        self.waiting_said = answered.waiting_said
        if answered.turn.handover is not None:
            self.holder = "desk"
        return answered.turn


@dataclass(frozen=True, slots=True)
class Start:
    """How every conversation of a run begins, and how it is written out."""

    settings: Settings
    account: str
    channel: str
    language: Language | None
    as_json: bool

    def conversation(self) -> Conversation:
        """A fresh one; raises Misconfigured. A model is trained first if there is none."""
        accounts = load_accounts(self.settings.accounts_file)
        if self.account not in accounts:
            raise Misconfigured(f"no account {self.account!r}; there are: {', '.join(accounts)}")
        dialogue = load_dialogue(self.settings, Console(stderr=True))
        return Conversation(dialogue, accounts[self.account], self.channel, self.language)


def ask_lines(start: Start, lines: BinaryIO, out: TextIO) -> None:
    """Answer each line of `lines` (UTF-8) in a conversation of its own."""
    fresh = start.conversation()

    async def run() -> None:
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            turn = await replace(fresh).say(text, limit=start.settings.text_limit)
            out.write(_written(text, turn, start.as_json))
            out.flush()

    asyncio.run(run())


def ask_dialogues(start: Start, path: Path, out: TextIO) -> None:
    """Play the dialogues of a YAML file, one object a turn; raises Misconfigured."""
    dialogues = _read_dialogues(path)
    fresh = start.conversation()

    async def run() -> None:
        for dialogue in dialogues:
            conversation = replace(fresh)
            for text in dialogue.turns:
                turn = await conversation.say(text, limit=start.settings.text_limit)
                out.write(_written(text, turn, start.as_json))
            out.flush()

    asyncio.run(run())


def chat_in_terminal(settings: Settings, console: Console, *, account: str) -> None:
    """Talk until an empty end of input (Ctrl-D)."""
    conversation = Start(settings, account, "webchat", None, as_json=False).conversation()
    console.print("Write to the bot; Ctrl-D ends. 请直接输入问题，Ctrl-D 结束。", style="dim")

    async def run() -> None:
        choices: tuple[str, ...] = ()
        while True:
            try:
                text = (await asyncio.to_thread(console.input, "[bold]> [/]")).strip()
            except EOFError:
                return
            if not text:
                continue
            if text.isdecimal() and 1 <= int(text) <= len(choices):
                text = choices[int(text) - 1]
            turn = await conversation.say(text, limit=settings.text_limit)
            for reply in turn.replies:
                console.print(Panel(reply.text, border_style="red" if reply.urgent else "blue"))
            offered = [choice for reply in turn.replies for choice in reply.choices]
            choices = tuple(choice.text for choice in offered)
            for number, choice in enumerate(offered, start=1):
                console.print(f"  {number}. {choice.title}", markup=False)
            console.print(
                f"{turn.outcome} {turn.topic or ''} {turn.confidence:.2f}".strip(), style="dim"
            )

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        console.print()


def _read_dialogues(path: Path) -> list[_Dialogue]:
    try:
        content = YAML(typ="safe").load(path.read_text("utf-8"))
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path} is not UTF-8") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise Misconfigured(f"{path} is no YAML{where}") from error
    if not isinstance(content, list):
        raise Misconfigured(f"{path} must be a list of `- turns: [text, ...]`")
    try:
        return [_Dialogue.model_validate(item) for item in content]
    except ValidationError as error:
        raise Misconfigured(f"{path}: every item must have `turns`, a list of texts") from error


def _written(text: str, turn: Turn, as_json: bool) -> str:
    answer = "\n\n".join(reply.text for reply in turn.replies)
    if not as_json:
        return f"{answer}\n"
    record = {
        "text": text,
        "lang": turn.language,
        "intent": turn.intent,
        "intent_confidence": round(turn.intent_confidence, 4),
        "outcome": turn.outcome,
        "topic": turn.topic,
        "confidence": round(turn.confidence, 4),
        "choices": list(turn.choices),
        "answer": answer,
    }
    return orjson.dumps(record).decode() + "\n"
