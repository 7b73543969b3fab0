"""A small town for the desk: a running journal, and citizens who write."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import httpx

from bot.journal import run_journal
from bot.mailbox import Mailbox
from bot.messages import Handover, Inbound, Language, Outcome, Reply, Suggestion, Turn
from bot.settings import Settings
from bot.store import Store, add_officer, migrate
from bot.store.officers import Officer

PROJECT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
ACCOUNTS = """
accounts:
- {id: haidian, name: 海淀公安, name_en: Haidian Police, place: "110108", channels: {webchat: {}}}
- {id: beijing, name: 平安北京, name_en: Beijing Police, place: "110000", channels: {weibo: {}}}
- {id: guangzhou, name: 广州公安, name_en: Guangzhou Police, place: "440100", channels: {wechat: {}}}
"""


@dataclass
class Town:
    """Citizens, and a bot that says what the test tells it to."""

    settings: Settings
    mailbox: Mailbox
    store: Store
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def officer(self, login: str, name: str, place: str = "000000") -> Officer:
        return add_officer(self.store, login, name, PASSWORD, place)

    async def citizen(
        self,
        sender: str,
        text: str,
        *replies: Reply | str,
        account: str = "haidian",
        channel: str = "webchat",
        public: bool = False,
        outcome: Outcome = "answer",
        topics: tuple[str, ...] = (),
        handover: Handover | None = None,
        language: Language = "zh",
        kind: str = "text",
    ) -> str:
        """A citizen writes and the bot makes this of it; returns the conversation's number."""
        await self.mailbox.accept(
            Inbound(
                channel=channel,
                account=account,
                sender=sender,
                message_id=f"m{next(self._numbers)}",
                text=text,
                sent_at=datetime.now(UTC),
                kind=kind,
                public=public,
            ),
            room=channel == "webchat",
        )
        claim = await self.mailbox.claim("worker", wait=2)
        assert claim is not None
        turn = Turn(
            outcome="handover" if handover else outcome,
            language=language,
            replies=tuple(Reply(one) if isinstance(one, str) else one for one in replies),
            topic=topics[0] if topics else None,
            suggestions=tuple(
                Suggestion(topic, 0.9 - 0.3 * place) for place, topic in enumerate(topics)
            ),
            handover=handover,
        )
        assert await self.mailbox.commit(claim, turn, None) == "done"
        await self.written()
        return claim.conversation

    async def asks_for_officer(self, sender: str, text: str = "我要找民警", **more: object) -> str:
        handover = Handover("asked", "normal", number="")
        return await self.citizen(
            sender,
            text,
            "好的，已为您转接民警，请稍候。",
            handover=handover,
            **more,  # type: ignore[arg-type]
        )

    async def deliver(self, *, status: str = "sent", reason: str = "") -> None:
        """The sender settles everything that waits."""
        while delivery := await self._next_delivery():
            if not await self.mailbox.begin(delivery):
                continue
            if status == "sent":
                await self.mailbox.post(delivery.message)
                await self.mailbox.sent(delivery)
            else:
                await self.mailbox.dead(delivery, status, reason)
        await self.written()

    async def _next_delivery(self):  # type: ignore[no-untyped-def]
        for shard in range(self.settings.shards):
            if delivery := await self.mailbox.next_delivery("sender", shard, wait=0.01):
                return delivery
        return None

    async def written(self) -> None:
        """Wait until the journal has everything in SQL."""
        while await self.mailbox.unread_events():
            pass


@contextlib.asynccontextmanager
async def living_town(settings: Settings, mailbox: Mailbox) -> AsyncIterator[Town]:
    """A town whose journal runs."""
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.accounts_file.write_text(ACCOUNTS, encoding="utf-8")
    migrate(settings.database)
    store = Store.open(settings)
    stop = asyncio.Event()
    journal = asyncio.create_task(run_journal(mailbox, store, stop))
    yield Town(settings, mailbox, store)
    stop.set()
    await journal
    store.close()


@contextlib.contextmanager
def desk_of(settings: Settings) -> Iterator[str]:
    """The desk in a process of its own, as `wenjing desk` starts it; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert settings.secret is not None
    environment = os.environ | {
        "WENJING_HOME": str(settings.home),
        "WENJING_SECRET": settings.secret.get_secret_value(),
        **{
            f"WENJING_{name.upper()}": value
            for name in ("redis_url", "database_url")
            if (value := getattr(settings, name))
        },
        "WENJING_SHARDS": str(settings.shards),
        "WENJING_DATA": str(settings.data),
        "WENJING_DESK_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "bot", "desk"], cwd=PROJECT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not _answers(url):
            assert process.poll() is None, "the desk ended"
            assert time.monotonic() < deadline, "the desk did not start"
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", trust_env=False).is_success
    except httpx.TransportError:
        time.sleep(0.1)
        return False
