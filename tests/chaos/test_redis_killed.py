"""Redis is killed again and again while citizens write, and started again as `up` does."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.accounts import DEMO
from bot.dialogue.worker import Worker
from bot.errors import Unavailable
from bot.events import CitizenSaid, Delivered, ServiceSaid
from bot.mailbox import Mailbox
from bot.mailbox.embedded import start_redis, stop_left_over
from bot.messages import Inbound
from bot.settings import Settings
from connectors.base import Limits
from connectors.sender import Sender
from tests.connectors.test_sender import Pigeon
from tests.dialogue.test_worker import ObedientDialogue

pytestmark = pytest.mark.chaos

CITIZENS, WORDS, KILLS = 20, "甲乙丙丁戊己", 6


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """An installation of its own, whose Redis is gone when the test is over."""
    settings = Settings(home=tmp_path, secret="x" * 32, shards=2, reclaim_seconds=1)
    yield settings
    stop_left_over(settings)


async def test_what_was_acknowledged_is_answered_once_and_in_order(settings):
    server = start_redis(settings)
    gateway, work, send, read = (Mailbox.connect(settings) for _ in range(4))
    worker = Worker(
        mailbox=work,
        load=ObedientDialogue,
        newest_model=lambda: None,
        accounts={DEMO.id: DEMO},
        settings=settings,
    )
    pigeon = Pigeon("webchat", Limits(idempotent=True))
    stop = asyncio.Event()
    roles = [
        asyncio.create_task(worker.run(stop)),
        asyncio.create_task(Sender(settings, send, {("webchat", "demo"): pigeon}).run(stop)),
    ]
    said: dict[str, CitizenSaid] = {}
    answered: dict[str, ServiceSaid] = {}
    sent: set[str] = set()

    async def write(citizen: str) -> None:
        for word in WORDS:
            message = Inbound("webchat", "demo", citizen, citizen + word, word, datetime.now(UTC))
            while True:
                try:
                    await gateway.accept(message)
                    break
                except Unavailable:
                    await asyncio.sleep(0.1)
            await asyncio.sleep(0.5)

    async def journal() -> None:
        while len(sent) < CITIZENS * len(WORDS):
            try:
                pairs = await read.events("journal", wait=0.2)
                for _, event in pairs:
                    if isinstance(event, CitizenSaid):
                        said[event.id] = event
                    elif isinstance(event, ServiceSaid):
                        answered[event.id] = event
                    elif isinstance(event, Delivered):
                        sent.add(event.message)
                await read.events_done([ref for ref, _ in pairs])
            except Unavailable:
                await asyncio.sleep(0.1)

    citizens = [asyncio.create_task(write(f"visitor-{n}")) for n in range(CITIZENS)]
    reading = asyncio.create_task(journal())
    for _ in range(KILLS):
        await asyncio.sleep(0.5)
        server.kill()
        server.wait()
        server = await asyncio.to_thread(start_redis, settings)
    async with asyncio.timeout(60):
        await asyncio.gather(*citizens, reading)
    stop.set()
    await asyncio.gather(*roles)

    assert len(said) == len(answered) == len(sent) == CITIZENS * len(WORDS)
    expected = ["m1:110108:" + "".join(f"{w}|" for w in WORDS[: n + 1]) for n in range(len(WORDS))]
    for n in range(CITIZENS):
        number = gateway.number("webchat", "demo", f"visitor-{n}")
        received = {m.id: m.reply.text for m in pigeon.delivered if m.conversation == number}
        assert list(received.values()) == expected
    for mailbox in (gateway, work, send, read):
        await mailbox.close()
