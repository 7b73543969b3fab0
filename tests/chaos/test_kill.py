"""Roles are killed at random while 200 citizens write 2,000 messages."""

import asyncio
import json
import random
import sqlite3
import time
import uuid
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import websockets
from websockets.exceptions import InvalidHandshake, WebSocketException

from bot.knowledge.topics import Knowledge
from tests.installation import PROJECT, Running, running

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]

CITIZENS = 200
QUESTIONS = 10
ARRIVE_WITHIN = 30.0
"""Seconds over which the citizens come, so that the killing falls among them."""
KILL_EVERY = (0.5, 3.0)
VICTIMS = {"worker": 25.0, "sender": 4.0, "journal": 4.0, "gateway": 4.0}
"""The roles, and how old one must be to be killed: killed while it starts, none would ever
work, and nothing would be tested but patience."""


def questions() -> dict[str, str]:
    """Ten questions that trainers wrote, by the topic that answers them."""
    topics = Knowledge.load(PROJECT / "data").topics.values()
    plain = [topic for topic in topics if not topic.urgent]
    return {topic.id: topic.questions["zh"][0] for topic in plain[: QUESTIONS * 3 : 3]}


class Citizen:
    """Writes the questions one after another, as the widget does: what is not acknowledged is
    said again under the same id, and a lost connection is resumed at the last cursor."""

    def __init__(self, installation: Running, texts: list[str]) -> None:
        self._url = f"ws://127.0.0.1:{installation.gateway_port}/webchat/demo/socket"
        self._origin = installation.gateway
        self._unsaid = [(str(uuid.uuid4()), text) for text in texts]
        self.said = [id for id, _ in self._unsaid]
        self.items: list[dict[str, object]] = []
        self._token: str | None = None
        self._cursor = ""

    async def write_until_answered(self) -> None:
        while len(self._by("bot")) < len(self.said):
            with suppress(OSError, WebSocketException, InvalidHandshake, TimeoutError):
                async with websockets.connect(
                    self._url, origin=self._origin, open_timeout=5, close_timeout=1
                ) as socket:
                    await self._talk(socket)
            await asyncio.sleep(random.uniform(0.1, 0.5))

    async def _talk(self, socket) -> None:
        hello = {"type": "hello", "token": self._token, "after": self._cursor, "language": "zh"}
        await socket.send(json.dumps(hello))
        while len(self._by("bot")) < len(self.said):
            frame = json.loads(await asyncio.wait_for(socket.recv(), 30))
            match frame["type"]:
                case "welcome":
                    self._token = frame["token"]
                    await self._say_next(socket)
                case "ack":
                    if self._unsaid and frame["id"] == self._unsaid[0][0]:
                        self._unsaid.pop(0)
                    await self._say_next(socket)
                case "refused":
                    await asyncio.sleep(frame["retry"])
                    await self._say_next(socket)
                case "item":
                    self.items.append(frame)
                    self._cursor = frame["cursor"]

    async def _say_next(self, socket) -> None:
        if self._unsaid:
            id, text = self._unsaid[0]
            await socket.send(json.dumps({"type": "say", "id": id, "text": text}))

    def _by(self, author: str) -> list[dict[str, object]]:
        return [item for item in self.items if item["author"] == author]

    def check(self, topics: list[str]) -> None:
        assert [item["id"] for item in self._by("citizen")] == self.said, "the citizen's order"
        assert [item["topic"] for item in self._by("bot")] == topics, "the answers' order"
        ids = Counter(item["id"] for item in self.items)
        assert max(ids.values()) == 1, "shown twice"


async def kill_at_random(installation: Running, killed: Counter[str]) -> None:
    while True:
        await asyncio.sleep(random.uniform(*KILL_EVERY))
        name = random.choice(list(VICTIMS))
        victim = installation.role(name)
        with suppress(psutil.NoSuchProcess):
            if victim is not None and time.time() - victim.create_time() > VICTIMS[name]:
                victim.kill()
                killed[name] += 1


async def test_nothing_is_lost_nothing_answered_twice_and_order_is_kept(tmp_path: Path):
    asked = questions()
    killed: Counter[str] = Counter()
    with running(tmp_path / "var", reclaim_seconds="3") as installation:
        citizens = [Citizen(installation, list(asked.values())) for _ in range(CITIZENS)]

        async def come(citizen: Citizen) -> None:
            await asyncio.sleep(random.uniform(0, ARRIVE_WITHIN))
            await citizen.write_until_answered()

        killer = asyncio.create_task(kill_at_random(installation, killed))
        async with asyncio.timeout(480):
            await asyncio.gather(*(come(citizen) for citizen in citizens))
        killer.cancel()
        for citizen in citizens:
            citizen.check(list(asked))
        await _written(tmp_path / "var" / "wenjing.db", CITIZENS * QUESTIONS)
    assert killed.total() >= 8, killed
    assert set(killed) == set(VICTIMS), killed


async def _written(database: Path, number: int) -> None:
    """Wait until the journal has written everything, once."""
    query = "select author, count(*), count(distinct id) from message group by author"
    rows: dict[str, tuple[int, int]] = {}
    async with asyncio.timeout(60):
        while {author: count for author, (count, _) in rows.items()} != {
            "citizen": number,
            "bot": number,
        }:
            await asyncio.sleep(0.5)
            with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
                rows = {author: (a, b) for author, a, b in connection.execute(query)}
    assert all(count == distinct for count, distinct in rows.values()), rows
