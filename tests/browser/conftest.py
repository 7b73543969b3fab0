"""A real Chromium, and servers on loopback that a test can stop and start again."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, async_playwright

from bot.mailbox import Mailbox
from bot.messages import Address, Outbound, Reply, Turn
from tests.servers import require

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser that knows nothing of earlier tests."""
    require(os.access(CHROMIUM, os.X_OK), "Chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


class Server(uvicorn.Server):
    """Says when it can be reached."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class Site:
    """An application served on a port of its own, as `wenjing` serves it; made anew with
    every start, as a new process would."""

    def __init__(self, make_app: Callable[[], FastAPI]) -> None:
        self._make_app = make_app
        self._server: Server | None = None
        self._serving: asyncio.Task[None] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        config = uvicorn.Config(
            self._make_app(),
            host="127.0.0.1",
            port=self.port,
            ws="wsproto",
            log_level="warning",
            timeout_graceful_shutdown=2,
        )
        self._server = Server(config)
        self._serving = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(10):
            await self._server.ready.wait()

    async def stop(self) -> None:
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = None


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Callable[[], FastAPI]], Awaitable[Site]]]:
    """Serve an application until the test ends."""
    async with AsyncExitStack() as sites:

        async def start(make_app: Callable[[], FastAPI]) -> Site:
            site = Site(make_app)
            await site.start()
            sites.push_async_callback(site.stop)
            return site

        yield start


class StubService:
    """Stands for everything behind the mailbox: answers each message with a given reply."""

    def __init__(self, mailbox: Mailbox, answer: Callable[[str], Reply | None]) -> None:
        self._mailbox = mailbox
        self._answer = answer
        self.heard: list[str] = []
        """What was taken in, in order: a message that was handled twice stands here twice."""
        self.conversation = ""

    async def run(self) -> None:
        while True:
            await self._mailbox.report_alive()
            claim = await self._mailbox.claim("stub", wait=0.2)
            if claim is None:
                continue
            self.heard.append(claim.message.text)
            self.conversation = claim.conversation
            reply = self._answer(claim.message.text)
            if reply is not None:
                await self.say("bot", reply)
            # The reply went straight to the room: no sender runs here.
            await self._mailbox.commit(claim, Turn("answer", "zh", replies=()), None)

    async def say(self, author: str, reply: Reply) -> None:
        await self._mailbox.post(
            Outbound(
                id=secrets.token_hex(12),
                conversation=self.conversation,
                address=Address("webchat", "demo", "visitor"),
                reply=reply,
                author=author,
                epoch=0,
                said_at=datetime.now(UTC),
            )
        )


@asynccontextmanager
async def running(service: StubService) -> AsyncIterator[StubService]:
    task = asyncio.create_task(service.run())
    try:
        yield service
    finally:
        task.cancel()
