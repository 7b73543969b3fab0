"""Rasa inside our process: one message and the state before it in, a turn and the state after out.

Rasa's own classes are kept, with three changes that D3 of the design measured: the graph
is run without dask, actions run in this process instead of behind HTTP, and the check of
their results is a short one. An action that raises, raises here, too.
"""

import functools
import json
import logging
import sys
import tarfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import structlog
from pydantic import TypeAdapter
from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.engine import loader
from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata, ModelStorage
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name
from rasa.utils.endpoints import EndpointConfig
from typing_extensions import TypedDict  # pydantic reads typing's own from Python 3.12 on

import actions
from bot.errors import Misconfigured
from bot.knowledge.retrieval import finder
from bot.messages import (
    Choice,
    Handover,
    Language,
    Outcome,
    Question,
    Reply,
    Suggestion,
    Turn,
)
from bot.nlu.text import language_of
from bot.settings import Settings

logger = structlog.get_logger()

_OUTCOMES: tuple[Outcome, ...] = (
    "emergency", "handover", "answer", "clarify", "refuse", "smalltalk",
)  # fmt: skip
"""When several sentences are said in one turn, the first of these names it."""


class Silence(Exception):
    """Rasa had nothing to say, or lost its way: never an answer."""


class RasaDialogue:
    """A trained model, ready to answer. Holds nothing of any conversation."""

    def __init__(self, processor: "_Processor", data: Path) -> None:
        self._processor = processor
        self._data = data
        self.model: str = processor.model_filename.removesuffix(".tar.gz")
        """Name of the trained model."""

    @classmethod
    def load(cls, settings: Settings) -> "RasaDialogue":
        """The newest model of `settings.models` that can be read; raises Misconfigured.

        A broken archive is passed over (and logged) while there is an older good one.
        """
        found = _archives(settings)
        if not found:
            raise Misconfigured(f"no trained model in {settings.models}: run `wenjing train`")
        for path in found:
            try:
                dialogue = cls(_Processor.load(path), settings.data)
            except _BROKEN as error:
                logger.error("model passed over", model=path.name, reason=type(error).__name__)
                continue
            # What is built on first use is built now, and not while a citizen waits.
            dialogue.suggestions("身份证 identity card", "zh")
            return dialogue
        raise Misconfigured(
            f"no model in {settings.models} can be read (the newest is {found[0].name}):"
            " run `wenjing train --force`"
        )

    async def handle(self, question: Question, state: bytes | None) -> tuple[Turn, bytes]:
        """One turn; `state` is what the turn before returned, None at the beginning.

        Being asked means that the bot holds the conversation: a pause of an earlier
        handover ends. Raises whatever an action raises, and Silence.
        """
        domain = self._processor.domain
        tracker = _restore(question, state, domain)
        known = tracker.get_slot("language")
        language = language_of(question.text, question.language or known)
        if known != language:
            tracker.update(SlotSet("language", language), domain)
        message = UserMessage(
            question.text,
            CollectingOutputChannel(),
            question.conversation,
            input_channel=question.channel,
            metadata={
                "place": question.place,
                "account_name": question.account_name,
                "public": question.public,
                "now": question.now.isoformat(),
                "language": language,
            },
        )
        events = await self._processor.turn(message, tracker)
        return _turn(events, tracker), _keep(tracker)

    def suggestions(self, text: str, language: Language) -> tuple[Suggestion, ...]:
        """Up to three topics that may answer `text`, best first, for an officer to choose."""
        return finder(self._data).find(text)[:3]

    def sentence(self, name: str, language: Language) -> str:
        """The text of a response of domain.yml, such as "utter_failed"; raises KeyError."""
        variants = self._processor.domain.responses[name]
        fitting = [v for v in variants if _fits(v, language)]
        return str((fitting or variants)[0]["text"])


def newest_model(settings: Settings) -> str | None:
    """Name of the newest archive, readable or not; None when there is none."""
    found = _archives(settings)
    return found[0].name.removesuffix(".tar.gz") if found else None


def _archives(settings: Settings) -> list[Path]:
    return sorted(settings.models.glob("*.tar.gz"), key=_age, reverse=True)


def _fits(variant: dict[str, Any], language: Language) -> bool:
    """Whether a response's variant is for `language`; one without a condition is Chinese."""
    wanted = [c["value"] for c in variant.get("condition", ()) if c["name"] == "language"]
    return language in (wanted or ["zh"])


_BROKEN = (RasaException, tarfile.TarError, OSError, EOFError, KeyError, ValueError)
"""What reading a half-written, cut or foreign archive raises."""


def _age(path: Path) -> tuple[float, str]:
    return path.stat().st_mtime, path.name


class _Runner(GraphRunner):  # type: ignore[misc]
    """Runs the few nodes of a trained graph one after another."""

    def __init__(self, schema: GraphSchema, nodes: dict[str, GraphNode]) -> None:
        self._schema = schema
        self._nodes = nodes
        self._plans: dict[str, list[tuple[str, list[str]]]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> "_Runner":
        """A runner with every node instantiated."""
        nodes = {
            name: GraphNode.from_schema_node(name, node, model_storage, execution_context, hooks)
            for name, node in graph_schema.nodes.items()
        }
        return cls(graph_schema, nodes)

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """Outputs of the targets."""
        done = dict(inputs or {})
        wanted = targets or self._schema.target_names
        for target in wanted:
            for name, parents in self._plan(target):
                if name not in done:
                    results = [(parent, done[parent]) for parent in parents]
                    _, done[name] = self._nodes[name](*results)
        return {target: done[target] for target in wanted}

    def _plan(self, target: str) -> list[tuple[str, list[str]]]:
        """The nodes that `target` needs, parents first."""
        if target not in self._plans:
            plan: dict[str, list[str]] = {}

            def visit(name: str) -> None:
                if name in plan or name not in self._schema.nodes:
                    return
                parents = list(dict.fromkeys(self._schema.nodes[name].needs.values()))
                for parent in parents:
                    visit(parent)
                plan[name] = parents

            visit(target)
            self._plans[target] = list(plan.items())
        return self._plans[target]


class _Actions(EndpointConfig):  # type: ignore[misc]
    """An action server that is a function call away."""

    def __init__(self) -> None:
        # Without `selective_domain` the whole domain is copied for every action.
        super().__init__("in-process", enable_selective_domain=True)
        self._executor = actions.executor()

    async def request(self, *_: Any, json: dict[str, Any], **__: Any) -> Any:
        """What the action server would have answered; raises what the action raises."""
        return await self._executor.run(json)


class _Processor(MessageProcessor):  # type: ignore[misc]
    """Rasa's message processor, told to fail aloud."""

    @classmethod
    def load(cls, path: Path) -> "_Processor":
        """Unpack and load a model; raises one of _BROKEN."""
        RemoteAction._validate_action_result = _check_result
        speaker = TemplatedNaturalLanguageGenerator({})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            processor = cls(
                path,
                InMemoryTrackerStore(Domain.empty()),
                InMemoryLockStore(),
                speaker,
                action_endpoint=_actions(),
            )
        speaker.responses = processor.domain.responses
        _mute()
        return processor

    @staticmethod
    def _load_model(model_path: Path) -> tuple[str, ModelMetadata, GraphRunner]:
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = loader.load_predict_graph_runner(
                Path(folder), model_path, LocalModelStorage, _Runner
            )
        return model_path.name, metadata, runner

    async def turn(self, message: UserMessage, tracker: DialogueStateTracker) -> list[Event]:
        """Handle one message; the events that it brought about, in order."""
        before = len(tracker.events)
        await self._handle_message_with_tracker(message, tracker)
        await self.run_action_extract_slots(message.output_channel, tracker)
        await self._run_prediction_loop(message.output_channel, tracker)
        if tracker.latest_action_name != ACTION_LISTEN_NAME and not tracker.is_paused():
            raise Silence("the dialogue did not come to an end")
        return list(tracker.events)[before:]

    def predict_next_with_tracker_if_should(
        self, tracker: DialogueStateTracker
    ) -> tuple[Action, PolicyPrediction]:
        """As in Rasa; going in circles is a failure, not a warning."""
        try:
            return cast(
                tuple[Action, PolicyPrediction],
                super().predict_next_with_tracker_if_should(tracker),
            )
        except ActionLimitReached as error:
            raise Silence("the dialogue went in circles") from error

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        # Rasa's own method logs an action's error and goes on as if nothing was said.
        try:
            temporary = tracker.copy()
            temporary.update_with_events(prediction.events, self.domain)
            events = await action.run(output_channel, nlg, temporary, self.domain)
        except ActionExecutionRejection:
            tracker.update(
                ActionExecutionRejected(
                    action.name(), prediction.policy_name, prediction.max_confidence
                )
            )
            return bool(self.should_predict_another_action(action.name()))
        self._log_action_on_tracker(tracker, action, events, prediction)
        return bool(self.should_predict_another_action(action.name()))


@functools.cache
def _actions() -> _Actions:
    return _Actions()


class _Event(TypedDict):
    event: str


class _Result(TypedDict):
    events: list[_Event]
    responses: list[dict[str, Any]]


_RESULT = TypeAdapter(_Result)


def _check_result(_: RemoteAction, result: dict[str, Any]) -> bool:
    """What Rasa's JSON schema says of an action's result, but for the fields of each kind of
    event: Rasa reads those one by one right afterwards. The schema takes a tenth of a turn."""
    _RESULT.validate_python(result)
    return True


class _Mute:
    """A logger that hears nothing."""

    def __getattr__(self, _: str) -> Callable[..., None]:
        return lambda *_, **__: None


def _mute() -> None:
    """Take Rasa's structured loggers away: at debug level they write citizens' words."""
    logging.getLogger("rasa").setLevel(logging.WARNING)
    for name, module in list(sys.modules.items()):
        if name.startswith("rasa.") and hasattr(module, "structlogger"):
            module.structlogger = _Mute()  # type: ignore[attr-defined]


def _restore(question: Question, state: bytes | None, domain: Domain) -> DialogueStateTracker:
    """A tracker that knows what `_keep` kept, listening for the next message."""
    kept = json.loads(state) if state else {}
    names = {slot.name for slot in domain.slots}
    events: list[Event] = [ActionExecuted("action_session_start"), SessionStarted()]
    # A newer model may have fewer slots or forms than the one that wrote the state.
    events += [SlotSet(k, v) for k, v in kept.get("slots", {}).items() if k in names]
    if kept.get("loop") in domain.form_names:
        events.append(ActiveLoop(kept["loop"]))
    elif kept.get("loop"):
        events.append(SlotSet(REQUESTED_SLOT, None))
    events.append(ActionExecuted(ACTION_LISTEN_NAME))
    tracker = DialogueStateTracker(question.conversation, domain.slots)
    tracker.update_with_events(events, domain)
    return tracker


def _keep(tracker: DialogueStateTracker) -> bytes:
    """What of a conversation still matters: the slots and the form under way.

    A pause need not be kept: only the holder is asked, and the holder is not paused.
    """
    slots = {
        slot.name: slot.value
        for slot in tracker.slots.values()
        if slot.value is not None and slot.value != slot.initial_value
    }
    kept = {"slots": slots, "loop": tracker.active_loop_name}
    return json.dumps({k: v for k, v in kept.items() if v}, ensure_ascii=False).encode()


def _turn(events: list[Event], tracker: DialogueStateTracker) -> Turn:
    """Put together what was said; raises Silence."""
    heard = next(event for event in events if isinstance(event, UserUttered))
    said = [event for event in events if isinstance(event, BotUttered)]
    replies = [_reply(event) for event in said if event.text]
    abouts = [event.data.get("custom") or {} for event in said]
    outcome = next((o for o in _OUTCOMES if any(a.get("outcome") == o for a in abouts)), None)
    if not replies or outcome is None:
        raise Silence("no sentence or no outcome")
    about: dict[str, Any] = {}
    for part in abouts:
        about |= part
    handover = about.get("handover")
    return Turn(
        outcome=outcome,
        language=tracker.get_slot("language"),
        replies=(_joined(replies),),
        intent=heard.intent.get("name") or "",
        intent_confidence=heard.intent.get("confidence") or 0.0,
        topic=about.get("topic"),
        confidence=about.get("confidence", 0.0),
        choices=tuple(about.get("choices", ())),
        suggestions=tuple(Suggestion(*pair) for pair in about.get("suggestions", ())),
        handover=Handover(**handover) if handover else None,
    )


def _joined(replies: Sequence[Reply]) -> Reply:
    """One message of all that was said: some platforms count messages."""
    if len(replies) == 1:
        return replies[0]
    shortened = any(reply.short for reply in replies)
    return Reply(
        text="\n\n".join(reply.text for reply in replies),
        short="\n".join(reply.short or reply.text for reply in replies) if shortened else "",
        choices=tuple(choice for reply in replies for choice in reply.choices),
        topic=next((reply.topic for reply in replies if reply.topic), None),
        urgent=any(reply.urgent for reply in replies),
    )


def _reply(event: BotUttered) -> Reply:
    about = event.data.get("custom") or {}
    buttons = event.data.get("buttons") or []
    return Reply(
        text=event.text,
        short=about.get("short", ""),
        choices=tuple(Choice(button["title"], button["payload"]) for button in buttons),
        topic=about.get("topic"),
        urgent=about.get("urgent", False),
    )
