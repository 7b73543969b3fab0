"""The worker: takes conversations from the mailbox, lets the dialogue answer, commits.

The dialogue computes in a thread of its own, so that a turn that hangs can be given up:
its conversation goes to an officer, and the process ends to be started afresh.
"""

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from bot.accounts import Account
from bot.dialogue import turns
from bot.dialogue.turns import Answered, Dialogue
from bot.errors import Unavailable
from bot.mailbox import Claim, Mailbox
from bot.messages import Question
from bot.settings import Settings

logger = structlog.get_logger()

T = TypeVar("T")

COUNTRY = "000000"
"""Place of an account that is no longer in the accounts file."""

FOLLOW_SECONDS = 2.0
"""How often a worker looks for a newer model."""


class Stuck(Exception):
    """A turn could not be stopped: this process is of no more use."""


class Worker:
    """One process's share of all conversations."""

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        load: Callable[[], Dialogue],
        newest_model: Callable[[], str | None],
        accounts: Mapping[str, Account],
        settings: Settings,
    ) -> None:
        self._mailbox = mailbox
        self._load = load
        self._newest_model = newest_model
        self._accounts = accounts
        self._settings = settings
        self._name = f"{socket.gethostname()}-{os.getpid()}"
        self._dialogue = load()
        self._thread = _Thread()

    async def run(self, stop: asyncio.Event) -> None:
        """Handle conversations until `stop` is set, and give back what was not begun. Raises
        Stuck when a turn hangs; Redis being down is waited out."""
        helpers = [
            asyncio.create_task(self._report_alive()),
            asyncio.create_task(self._follow_models()),
        ]
        try:
            while not stop.is_set():
                for helper in helpers:
                    if helper.done():
                        helper.result()  # A bug: without its helpers a worker is of no use.
                try:
                    claim = await self._mailbox.claim(self._name, wait=0.5)
                    if claim is not None:
                        await self._handle(claim)
                except Unavailable as error:
                    logger.warning("mailbox is unavailable", reason=str(error))
                    await asyncio.sleep(1)
        finally:
            for helper in helpers:
                helper.cancel()
            with contextlib.suppress(Unavailable):
                await self._mailbox.release(self._name)

    async def _handle(self, claim: Claim) -> None:
        while True:
            dialogue = self._dialogue
            question = self._question(claim)
            answered = await self._answer(dialogue, claim, question)
            said = answered.waiting_said
            outcome = await self._mailbox.commit(
                claim,
                answered.turn,
                answered.state,
                model=dialogue.model,
                waiting_said=int(said.timestamp()) if said else 0,
            )
            if outcome != "fenced":
                break
            # The conversation changed hands while we thought: think again, as it is now.
            again = await self._mailbox.reopen(claim)
            if again is None:
                break
            claim = again
        if self._thread.stuck():
            raise Stuck(claim.conversation)

    async def _answer(self, dialogue: Dialogue, claim: Claim, question: Question) -> Answered:
        holder = claim.hands.holder
        waiting_said = (
            datetime.fromtimestamp(claim.waiting_said, UTC) if claim.waiting_said else None
        )
        reason = "failed"
        if claim.tries > self._settings.tries:
            # It has cost several workers their life: no more risks with it.
            logger.error("message given up", conversation=claim.conversation, tries=claim.tries)
        else:
            try:
                return await self._thread.run(
                    turns.answer(
                        dialogue,
                        question,
                        claim.state,
                        holder=holder,
                        alarm_answered=claim.message.alarm_answered,
                        waiting_said=waiting_said,
                    ),
                    seconds=self._settings.turn_seconds,
                )
            except TimeoutError:
                reason = "too slow"
                logger.error("turn took too long", conversation=claim.conversation)
            except Exception as error:
                # Whatever it was, the citizen must not be left without an answer. The text
                # of the error may quote the citizen: only its class and place are logged.
                logger.error(
                    "turn failed",
                    conversation=claim.conversation,
                    error=type(error).__name__,
                    place=_place(error),
                )
        turn = turns.failed(dialogue, question, holder=holder, reason=reason)
        # The memory that led here would lead here again: it is not kept.
        return Answered(turn, None, question.now)

    def _question(self, claim: Claim) -> Question:
        message = claim.message
        account = self._accounts.get(message.account)
        return Question(
            conversation=claim.conversation,
            text=message.text,
            channel=message.channel,
            place=account.place if account else COUNTRY,
            account_name=account.name if account else "",
            now=datetime.now(UTC),
            language=message.language,
            kind=message.kind,
            public=message.public,
        )

    async def _report_alive(self) -> None:
        while True:
            with contextlib.suppress(Unavailable):  # The main loop says so.
                await self._mailbox.report_alive()
            await asyncio.sleep(3)

    async def _follow_models(self) -> None:
        """Serve a newly trained model as soon as it lies in the folder; turns go on with the
        old one until the new one is ready."""
        refused: str | None = None
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            try:
                newest = self._newest_model()
            except OSError:
                continue  # An archive was deleted while we looked.
            if newest in (None, self._dialogue.model, refused):
                continue
            try:
                self._dialogue = await asyncio.to_thread(self._load)
                logger.info("model is served", model=self._dialogue.model)
            except Exception:
                # Whatever is wrong with the new one, citizens have the old one.
                logger.exception("model cannot be served", model=newest)
            if self._dialogue.model != newest:
                refused = newest


class _Thread:
    """An event loop in a thread of its own, for work that may hang."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="dialogue", daemon=True).start()
        self._running: Future[Any] | None = None

    async def run(self, work: Coroutine[Any, Any, T], *, seconds: float) -> T:
        """Its result, or what it raises, or TimeoutError after `seconds`."""
        self._running = future = asyncio.run_coroutine_threadsafe(work, self._loop)
        return await asyncio.wait_for(asyncio.wrap_future(future), seconds)

    def stuck(self, *, seconds: float = 1) -> bool:
        """Whether the loop still hangs in work that was given up."""
        if self._running is None or not self._running.cancelled():
            return False
        answered = threading.Event()
        self._loop.call_soon_threadsafe(answered.set)
        return not answered.wait(seconds)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
