"""One turn: safety first, then Rasa; and what is said when neither can answer.

The worker and `wenjing ask` both come through here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.dialogue import safety
from bot.messages import Handover, Language, Question, Reply, Suggestion, Turn
from bot.nlu.text import language_of

REMIND_AFTER = timedelta(minutes=5)
"""A citizen who waits for an officer and writes again is told so no more often than this."""


class Dialogue(Protocol):
    """A trained model; `bot.dialogue.rasa.RasaDialogue` is the one."""

    @property
    def model(self) -> str:
        """Its name."""

    async def handle(self, question: Question, state: bytes | None) -> tuple[Turn, bytes]:
        """A turn and the state after it; raises on any failure."""

    def suggestions(self, text: str, language: Language) -> tuple[Suggestion, ...]:
        """Up to three topics that may answer `text`, best first."""

    def sentence(self, name: str, language: Language) -> str:
        """A response of domain.yml by its name."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a message."""

    turn: Turn
    state: bytes | None
    waiting_said: datetime | None
    """When the citizen was last told that an officer will come."""


async def answer(
    dialogue: Dialogue,
    question: Question,
    state: bytes | None,
    *,
    holder: str = "bot",
    alarm_answered: bool = False,
    waiting_said: datetime | None = None,
) -> Answered:
    """What to say to a message, by who holds the conversation.

    "bot": the whole dialogue. "desk": the citizen waits for an officer; the bot still warns
    in danger and answers what it knows, and keeps everything else for the officer. An
    officer: nothing is said, but danger makes the case urgent, and the officer gets
    suggestions. `alarm_answered`: the gateway has already given the emergency reply.

    Raises whatever the dialogue raises.
    """
    language = language_of(question.text, question.language)
    alarm = safety.check(question.text, question.language)
    if alarm is not None:
        turn = Turn(
            outcome="emergency",
            language=alarm.language,
            replies=() if alarm_answered or holder.startswith("officer:") else (alarm.reply,),
            intent="emergency",
            intent_confidence=1.0,
            handover=Handover("emergency", "urgent"),
        )
        return Answered(turn, state, waiting_said)
    if holder == "bot":
        return await _as_bot(dialogue, question, state, language)
    if holder == "desk":
        return await _while_waiting(dialogue, question, state, language, waiting_said)
    suggestions = dialogue.suggestions(question.text, language) if question.text else ()
    turn = Turn("handover", language, (), suggestions=suggestions)
    return Answered(turn, state, waiting_said)


async def _while_waiting(
    dialogue: Dialogue,
    question: Question,
    state: bytes | None,
    language: Language,
    waiting_said: datetime | None,
) -> Answered:
    if question.kind == "text" and question.text.strip():
        turn, after = await dialogue.handle(question, state)
        if turn.outcome in ("answer", "smalltalk", "emergency"):
            return Answered(turn, after, waiting_said)
        # A case is open already; this is one more message in it.
        turn = replace(turn, outcome="handover", replies=(), handover=None)
    else:
        turn = Turn("handover", language, ())
    if waiting_said is None or question.now - waiting_said >= REMIND_AFTER:
        reminder = Reply(dialogue.sentence("utter_still_waiting", language))
        return Answered(replace(turn, replies=(reminder,)), state, question.now)
    return Answered(turn, state, waiting_said)


async def _as_bot(
    dialogue: Dialogue, question: Question, state: bytes | None, language: Language
) -> Answered:
    if question.kind == "follow":
        greeting = dialogue.sentence("utter_greet", question.language or "zh")
        turn = Turn("smalltalk", question.language or "zh", (Reply(greeting),), intent="greet")
        return Answered(turn, state, None)
    if not question.text.strip():
        language = question.language or "zh"
        sentence = dialogue.sentence("utter_only_text", language)
        return Answered(Turn("clarify", language, (Reply(sentence),)), state, None)
    turn, state = await dialogue.handle(question, state)
    return Answered(turn, state, None)


def failed(dialogue: Dialogue, question: Question, *, holder: str, reason: str) -> Turn:
    """The turn that hands over when answering failed: an officer is told, and the citizen
    is told so, where the bot may speak."""
    language = language_of(question.text, question.language)
    sentence = dialogue.sentence("utter_failed", language)
    return Turn(
        outcome="handover",
        language=language,
        replies=() if holder.startswith("officer:") else (Reply(sentence),),
        handover=Handover(reason),
    )
