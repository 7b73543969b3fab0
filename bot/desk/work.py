"""What officers do: look, take over, speak, hand back.

Every act first passes the store's door, which writes it down, and then the mailbox, which
alone decides who holds a conversation; SQL follows through the journal.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

import structlog

from bot.dialogue.handover import CHINA
from bot.errors import Conflict, Misconfigured, NotFound, Unavailable, WenjingError
from bot.knowledge.places import places
from bot.knowledge.rendering import render
from bot.knowledge.topics import knowledge
from bot.mailbox import Mailbox
from bot.messages import Hands, Language, Outbound, Reply, Suggestion
from bot.settings import Settings
from bot.store import Store, conversations, officers
from bot.store.conversations import Thread, Where
from bot.store.officers import Officer
from bot.store.queue import Filter, Queue, queue
from bot.store.sign_in import signed_in

logger = structlog.get_logger()


class NotApproved(WenjingError):
    """In public only approved answers may be given, word for word."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """An approved answer that may fit."""

    title: str
    sure: Literal["high", "medium", "low"]
    reply: Reply


@dataclass(frozen=True, slots=True)
class View:
    """One conversation as its page shows it."""

    thread: Thread
    hands: Hands | None
    """Who really holds it; None while the mailbox does not answer."""
    suggested: tuple[Suggested, ...]


class Work:
    """The acts of officers. All raise Unavailable, and NotFound for what is not theirs."""

    def __init__(self, settings: Settings, mailbox: Mailbox, store: Store) -> None:
        self._settings = settings
        self._mailbox = mailbox
        self._store = store

    async def officer(self, token: str) -> Officer | None:
        """Who is signed in with this cookie; None: nobody any more."""
        return await asyncio.to_thread(signed_in, self._store, token, now=_now())

    async def names(self) -> dict[str, str]:
        """Officers' names by what the mailbox calls them."""
        return await asyncio.to_thread(officers.names, self._store)

    def account_name(self, account: str, language: Language) -> str:
        """What citizens know the account by; its id where it is no longer ours."""
        known = self._store.accounts.get(account)
        if known is None:
            return account
        return known.name_en if language == "en" else known.name

    async def queue(self, officer: Officer, which: Filter) -> Queue:
        """One list of conversations."""
        return await asyncio.to_thread(queue, self._store, officer, which, now=_now())

    async def colleagues(self, officer: Officer, account: str) -> list[Officer]:
        """To whom a conversation of this account can be given."""
        return await asyncio.to_thread(officers.colleagues, self._store, officer, account)

    async def look(self, officer: Officer, number: str, *, newest: int) -> View:
        """Read a conversation: in full for who holds it, masked for everybody else."""
        hands = None
        with suppress(Unavailable):
            hands = await self._mailbox.hands(number)
        thread = await asyncio.to_thread(
            conversations.read,
            self._store,
            officer,
            number,
            whole=hands is not None and hands.holder == officer.holder,
            newest=newest,
            now=_now(),
        )
        suggested = await asyncio.to_thread(self._suggested, thread)
        return View(thread, hands, suggested)

    async def take(self, officer: Officer, number: str, epoch: int) -> Hands:
        """Take over as of `epoch`; raises Conflict with the holder when somebody was faster."""
        async with self._written(officer, number, "take"):
            return await self._mailbox.take(number, officer.id, epoch=epoch)

    async def say(self, officer: Officer, number: str, reply: Reply) -> Outbound:
        """Send a reply; with a topic it is an approved answer, word for word, and the citizen
        can rate it. Raises Conflict, and NotApproved in public for everything else."""
        async with self._written(officer, number, "reply") as where:
            if where.public and reply.topic is None:
                raise NotApproved(number)
            return await self._mailbox.say(number, officer.id, reply)

    async def hand_back(self, officer: Officer, number: str, note: str) -> Hands:
        """Give the conversation back to the bot; the case stays open. Raises Conflict."""
        async with self._written(officer, number, "hand_back"):
            return await self._mailbox.hand_back(number, officer.id, note=note)

    async def close(self, officer: Officer, number: str, reason: str) -> Hands:
        """End the case and give the conversation back to the bot. Raises Conflict."""
        async with self._written(officer, number, "close"):
            return await self._mailbox.hand_back(number, officer.id, note=reason, closed=True)

    async def transfer(self, officer: Officer, number: str, to: Officer, note: str) -> Hands:
        """Give the conversation to a colleague, who must be able to see it. Raises Conflict."""
        async with self._written(officer, number, "transfer", detail=to.login) as where:
            if to not in await self.colleagues(officer, where.account):
                raise NotFound(to.login)
            return await self._mailbox.transfer(number, officer.id, to.id, note=note)

    async def resend(self, officer: Officer, number: str, message: str) -> None:
        """Send a dead letter once more."""
        outbound = await asyncio.to_thread(
            conversations.dead_letter, self._store, officer, number, message, now=_now()
        )
        await self._mailbox.resend(outbound)

    async def mailbox_answers(self) -> bool:
        """Whether anything can be done at all just now."""
        try:
            await self._mailbox.workers_alive()
        except Unavailable:
            return False
        return True

    async def typing(self, number: str) -> None:
        """The citizen may see that an officer is typing."""
        with suppress(Unavailable):
            await self._mailbox.typing(number)

    @asynccontextmanager
    async def _written(
        self, officer: Officer, number: str, act: str, *, detail: str = ""
    ) -> AsyncIterator[Where]:
        """The act is in the audit book before it happens; if it then fails, that too."""
        where = await self._enter(officer, number, act, detail)
        try:
            yield where
        except WenjingError as error:
            with suppress(Unavailable):
                await self._enter(officer, number, f"{act}_not_done", type(error).__name__)
            raise

    async def _enter(self, officer: Officer, number: str, act: str, detail: str) -> Where:
        return await asyncio.to_thread(
            conversations.enter, self._store, officer, number, act, detail=detail, now=_now()
        )

    def _suggested(self, thread: Thread) -> tuple[Suggested, ...]:
        account = self._store.accounts.get(thread.account)
        if account is None or not thread.suggestions:
            return ()
        try:
            topics = knowledge(self._settings.data).topics
            place = places(self._settings.data).find(account.place)
        except Misconfigured as error:
            logger.error("no suggestions", reason=str(error))
            return ()
        language: Language = "en" if thread.language == "en" else "zh"
        today = local_date(_now())
        return tuple(
            Suggested(
                title=topics[one.topic].title[language],
                sure=_sureness(one),
                reply=render(topics[one.topic], language=language, place=place, today=today),
            )
            for one in thread.suggestions
            if one.topic in topics
        )


def local_date(moment: datetime) -> date:
    """The day on an officer's calendar."""
    return moment.astimezone(CHINA).date()


def holder_of(conflict: Conflict) -> str:
    """Who holds the conversation that could not be had: the mailbox names the holder."""
    return str(conflict)


def _sureness(suggestion: Suggestion) -> Literal["high", "medium", "low"]:
    if suggestion.confidence >= 0.7:
        return "high"
    return "medium" if suggestion.confidence >= 0.35 else "low"


def _now() -> datetime:
    return datetime.now(UTC)
