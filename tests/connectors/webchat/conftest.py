"""A page without a browser: it speaks to the application in this process, frame by frame."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from bot.accounts import DEMO, Account
from bot.errors import Unavailable
from bot.mailbox import Mailbox, RoomItem
from bot.messages import Address, Choice, Inbound, Outbound, Reply
from bot.settings import Settings
from connectors.webchat import webchat_routes

PATIENCE = 5.0
"""Seconds after which a frame that does not come is a failure."""

OTHER = Account(
    id="other",
    name="<b>别处</b>公安",
    name_en="Other & Sons",
    place="310000",
    channels={"webchat": {"origins": ["https://gaj.example.gov.cn"]}},
)
WITHOUT_WEBCHAT = Account(
    id="silent", name="无网页", name_en="No page", place="310000", channels={}
)
ACCOUNTS = {account.id: account for account in (DEMO, OTHER, WITHOUT_WEBCHAT)}


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, span: timedelta) -> None:
        self.now += span


class BreakableMailbox(Mailbox):
    """The real mailbox, whose Redis a test can take away."""

    down = False

    async def accept(self, inbound: Inbound, *, room: bool = False) -> Any:
        self._check()
        return await super().accept(inbound, room=room)

    async def room(self, conversation: str, after: str = "") -> list[RoomItem]:
        self._check()
        return await super().room(conversation, after)

    async def workers_alive(self) -> bool:
        self._check()
        return await super().workers_alive()

    async def post(self, message: Outbound) -> bool:
        self._check()
        return await super().post(message)

    def _check(self) -> None:
        if self.down:
            raise Unavailable("Redis: taken away by the test")


class Page:
    """One socket as a browser would hold it."""

    def __init__(self, app: FastAPI, account: str, headers: dict[str, str]) -> None:
        self._app = app
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "scheme": "ws",
            "path": f"/webchat/{account}/socket",
            "raw_path": f"/webchat/{account}/socket".encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [
                (name.encode(), value.encode())
                for name, value in {"host": "chat.example.gov.cn", **headers}.items()
            ],
            "subprotocols": [],
            "state": {},
        }
        self.close_code: int | None = None

    async def connect(self) -> bool:
        """Whether the server let the page in."""
        self._task = asyncio.create_task(
            self._app(self._scope, self._to_app.get, self._from_app.put)
        )
        await self._to_app.put({"type": "websocket.connect"})
        async with asyncio.timeout(PATIENCE):
            message = await self._from_app.get()
        return bool(message["type"] == "websocket.accept")

    async def send(self, frame: dict[str, Any] | str) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        await self._to_app.put({"type": "websocket.receive", "text": text})

    async def send_bytes(self, content: bytes) -> None:
        await self._to_app.put({"type": "websocket.receive", "bytes": content})

    async def next(self, *types: str) -> dict[str, Any]:
        """The next frame of one of `types` (of any type without); others are passed over.
        When the server closes instead, {"type": "closed"}."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self._from_app.get()
                if message["type"] == "websocket.close":
                    self.close_code = message.get("code", 1000)
                    return {"type": "closed"}
                frame: dict[str, Any] = json.loads(message["text"])
                if not types or frame["type"] in types:
                    return frame

    async def hello(self, **fields: Any) -> dict[str, Any]:
        await self.send({"type": "hello", **fields})
        return await self.next("welcome", "error")

    async def say(self, text: str, **fields: Any) -> str:
        """Say it, and return its id."""
        message = fields.pop("id", uuid.uuid4().hex)
        await self.send({"type": "say", "id": message, "text": text, **fields})
        return str(message)

    async def settled(self) -> list[dict[str, Any]]:
        """What comes until the server has answered a ping."""
        await self.send({"type": "ping"})
        frames = []
        while (frame := await self.next())["type"] not in ("pong", "closed"):
            frames.append(frame)
        return frames

    async def leave(self) -> None:
        await self._to_app.put({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(PATIENCE):
            await self._task


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def mailbox(settings: Settings) -> AsyncIterator[BreakableMailbox]:
    connected = BreakableMailbox.connect(settings)
    await connected.erase()
    # `connect` is typed as a plain Mailbox; it makes one of the class it is called on.
    assert isinstance(connected, BreakableMailbox)
    yield connected
    await connected.close()


@pytest.fixture
def app(settings: Settings, mailbox: BreakableMailbox, clock: Clock) -> FastAPI:
    app = FastAPI()
    app.include_router(webchat_routes(settings, mailbox, ACCOUNTS, clock=clock))
    return app


PageOpener = Callable[..., Any]


@pytest.fixture
async def open_page(app: FastAPI) -> AsyncIterator[PageOpener]:
    """Open pages; all are left when the test ends."""
    async with AsyncExitStack() as pages:

        async def open_page(account: str = "demo", **headers: str) -> Page:
            page = Page(app, account, headers)
            assert await page.connect()
            pages.push_async_callback(page.leave)
            return page

        yield open_page


def outbound(conversation: str, text: str, **fields: Any) -> Outbound:
    """A reply on its way to the demo account's web chat."""
    return Outbound(
        id=fields.pop("id", uuid.uuid4().hex),
        conversation=conversation,
        address=Address("webchat", "demo", "visitor"),
        author=fields.pop("author", "bot"),
        epoch=fields.pop("epoch", 0),
        said_at=datetime(2026, 11, 24, 8, 1, tzinfo=UTC),
        reply=Reply(text, **fields),
    )


CHOICES = (Choice("补领身份证", "身份证丢失补领"), Choice("转人工", "转人工"))
