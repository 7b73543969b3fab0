"""One open page: what the citizen says goes to the mailbox, what is in the room comes back."""

import asyncio
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from fastapi import WebSocketDisconnect

from bot.accounts import Account
from bot.dialogue.safety import check
from bot.errors import BadSignature, Unavailable
from bot.mailbox import Mailbox
from bot.messages import Inbound, Language
from bot.settings import Settings
from connectors.reading import clean_text
from connectors.webchat.following import Follower, Following
from connectors.webchat.frames import (
    FRAME_LIMIT,
    Ack,
    Emergency,
    Error,
    Hello,
    Item,
    Ping,
    Pong,
    Rate,
    Refused,
    Say,
    Typing,
    Welcome,
)
from connectors.webchat.pace import Pace
from connectors.webchat.visitors import Visitor, admit
from connectors.webchat.wire import BAD_TOKEN, OUR_FAULT, POLICY, Wire

logger = structlog.get_logger()

HELLO_SECONDS = 10.0
IDLE_SECONDS = 75.0
"""A page pings every 20 seconds: one that is silent for so long is gone."""
LOOK_SECONDS = 15.0
"""A page looks into its room so often even without a signal."""
LOOK_SOON_SECONDS = 1.0
"""The same, after something new, or when Redis did not answer."""
MAILBOX_SECONDS = 3.0
"""A citizen in danger cannot wait longer for a mailbox that does not answer."""
BUSY_SECONDS = 4.0
"""When a page may say again what the mailbox did not take."""


@dataclass(frozen=True, slots=True)
class House:
    """What all visits of this process share."""

    settings: Settings
    mailbox: Mailbox
    following: Following
    words: Pace
    """How fast a visitor may write."""
    clock: Callable[[], datetime]


async def receive_visitor(wire: Wire, account: Account, house: House) -> None:
    """Talk with one page until it goes away."""
    try:
        await _receive(wire, account, house)
    except Exception as error:
        # The server would log the error's message, and that may quote the citizen.
        cause: BaseException = error
        while isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        logger.error(
            "bug in the web chat",
            account=account.id,
            error=type(cause).__name__,
            at="".join(traceback.format_tb(cause.__traceback__)[-3:]),
        )
        with suppress(WebSocketDisconnect):
            await wire.close(OUR_FAULT)


async def _receive(wire: Wire, account: Account, house: House) -> None:
    try:
        hello = await wire.receive(HELLO_SECONDS)
        if not isinstance(hello, Hello):
            await wire.send(Error(reason="hello_expected"))
            await wire.close(POLICY)
        else:
            await _welcome(wire, account, house, hello)
    except WebSocketDisconnect:
        pass


async def _welcome(wire: Wire, account: Account, house: House, hello: Hello) -> None:
    try:
        visitor = admit(house.settings.key("webchat"), account.id, hello.token, house.clock())
    except BadSignature:
        await wire.send(Error(reason="bad_token"))
        await wire.close(BAD_TOKEN)
        return
    visit = Visit(wire, account, house, visitor, hello.language)
    await wire.send(await visit.welcome())
    with house.following.follow(visit.conversation) as follower:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(visit.show(follower, hello.after))
                await visit.listen()
        except* WebSocketDisconnect:
            pass


class Visit:
    """One page whose visitor is known."""

    def __init__(
        self,
        wire: Wire,
        account: Account,
        house: House,
        visitor: Visitor,
        language: Language | None,
    ) -> None:
        self._wire = wire
        self._account = account
        self._house = house
        self._mailbox = house.mailbox
        self._visitor = visitor
        self._language = language
        self._left = False
        self.conversation = house.mailbox.number("webchat", account.id, visitor.id)

    async def welcome(self) -> Welcome:
        """The first frame to the page; it can be said without Redis."""
        return Welcome(
            token=self._visitor.token,
            conversation=self.conversation,
            name=self._account.name,
            name_en=self._account.name_en,
            text_limit=self._house.settings.text_limit,
            workers=await self._workers_alive(),
        )

    async def show(self, follower: Follower, cursor: str) -> None:
        """Show the room from `cursor` on, each item once, for as long as the visit lasts."""
        follower.wake()
        seconds = LOOK_SOON_SECONDS
        # Not left to a cancellation alone: in Python 3.11 a call to Redis may swallow it.
        while not self._left:
            if await follower.wait(seconds):
                await self._wire.send(Typing(author="officer"))
            try:
                items = await self._house.following.look(self.conversation, cursor)
            except Unavailable:
                seconds = LOOK_SOON_SECONDS
                continue
            # Where words were said, an answer is near, and its signal may be lost.
            seconds = LOOK_SOON_SECONDS if items else LOOK_SECONDS
            for item in items:
                await self._wire.send(
                    Item(
                        cursor=item.cursor,
                        id=self._page_id(item.id),
                        author=item.author,
                        text=item.text,
                        at=item.at,
                        choices=item.choices,
                        topic=item.topic,
                        urgent=item.urgent,
                    )
                )
                cursor = item.cursor

    async def listen(self) -> None:
        """Do what the page's frames ask; raises WebSocketDisconnect when it goes away."""
        try:
            while True:
                match await self._wire.receive(IDLE_SECONDS):
                    case Say() as words:
                        await self._say(words)
                    case Rate() as rating:
                        await self._rate(rating)
                    case Ping():
                        await self._wire.send(Pong())
                    case Hello():
                        await self._wire.send(Error(reason="bad_frame"))
        finally:
            self._left = True

    async def _say(self, words: Say) -> None:
        text = clean_text(words.text, FRAME_LIMIT)
        if not text:
            await self._wire.send(Refused(id=words.id, reason="empty"))
            return
        if len(text) > self._house.settings.text_limit:
            await self._wire.send(Refused(id=words.id, reason="too_long"))
            return
        if retry := self._house.words.wait(self.conversation):
            await self._wire.send(Refused(id=words.id, reason="too_fast", retry=retry))
            return
        self._language = words.language or self._language
        workers = await self._workers_alive()
        alarmed = not workers and await self._answer_alarm(words.id, text)
        try:
            async with asyncio.timeout(MAILBOX_SECONDS):
                await self._mailbox.accept(
                    Inbound(
                        channel="webchat",
                        account=self._account.id,
                        sender=self._visitor.id,
                        message_id=f"{self.conversation}:{words.id}",
                        text=text,
                        sent_at=self._house.clock(),
                        language=self._language,
                        alarm_answered=alarmed,
                    ),
                    room=True,
                )
        except (Unavailable, TimeoutError):
            logger.warning(
                "message not taken, mailbox unavailable", conversation=self.conversation
            )
            if workers:  # It went away just now, and nobody has looked for an alarm yet.
                await self._answer_alarm(words.id, text)
            await self._wire.send(Refused(id=words.id, reason="busy", retry=BUSY_SECONDS))
            return
        await self._wire.send(Ack(id=words.id, delayed=not workers))
        if workers:
            await self._show_bot_typing()

    async def _answer_alarm(self, message: str, text: str) -> bool:
        """Say which number to call, if this is an emergency; True when it is."""
        alarm = check(text, self._language)
        if alarm is None:
            return False
        await self._wire.send(
            Emergency(
                id=message,
                number=alarm.number,
                text=alarm.reply_alone.text,
                at=self._house.clock(),
            )
        )
        return True

    async def _show_bot_typing(self) -> None:
        # While an officer or the desk has the conversation, the bot will not answer.
        try:
            hands = await self._mailbox.hands(self.conversation)
        except Unavailable:
            return
        if hands.holder == "bot":
            await self._wire.send(Typing(author="bot"))

    async def _rate(self, rating: Rate) -> None:
        try:
            items = await self._mailbox.room(self.conversation)
            if not any(
                item.id == rating.message and item.author == "bot" and item.topic for item in items
            ):
                await self._wire.send(Refused(id=rating.message, reason="unknown"))
                return
            await self._mailbox.rate(self.conversation, rating.message, rating.helpful)
        except Unavailable:
            await self._wire.send(Refused(id=rating.message, reason="busy", retry=BUSY_SECONDS))
            return
        await self._wire.send(Ack(id=rating.message))

    async def _workers_alive(self) -> bool:
        try:
            async with asyncio.timeout(MAILBOX_SECONDS):
                return await self._mailbox.workers_alive()
        except (Unavailable, TimeoutError):
            return False

    def _page_id(self, item: str) -> str:
        """A citizen's message under the id that the page chose, any other unchanged."""
        return item.removeprefix(f"{self.conversation}:")


def utc_now() -> datetime:
    return datetime.now(UTC)
