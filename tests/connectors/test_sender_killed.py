"""Senders are killed while they deliver to a platform that cannot recognise a repetition."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.events import Delivered, ServiceSaid
from bot.mailbox import Mailbox
from bot.messages import Inbound, Reply, Turn
from bot.settings import Settings
from tests.connectors.platforms import WeiboPlatform, served
from tests.connectors.weibo import accounts as weibo

CONVERSATIONS, REPLIES = 30, 4
KILLS = 3

ACCOUNTS = """
accounts:
- id: npd
  name: 某地公安
  name_en: Sample Police
  place: "110108"
  channels:
    weibo: {{uid: "{uid}", app_secret: {secret}, access_token: {token}, api_url: "{address}"}}
"""


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_every_reply_arrives_at_most_once_in_order_or_an_officer_is_told(
    settings: Settings, mailbox: Mailbox, tmp_path: Path
):
    platform = WeiboPlatform(weibo.TOKEN)
    for number in range(CONVERSATIONS):
        await mailbox.accept(
            Inbound("weibo", "npd", str(number), str(number), "问", datetime.now(UTC))
        )
    answered = 0
    while answered < CONVERSATIONS:
        if claim := await mailbox.claim("worker", wait=0.1):
            replies = tuple(
                Reply(f"{claim.address.recipient}-{number}") for number in range(REPLIES)
            )
            assert await mailbox.commit(claim, Turn("answer", "zh", replies), None) == "done"
            answered += 1

    async with served(platform) as address:
        (tmp_path / "accounts.yml").write_text(
            ACCOUNTS.format(uid=weibo.UID, secret=weibo.SECRET, token=weibo.TOKEN, address=address)
        )
        environment = os.environ | {
            "WENJING_HOME": str(tmp_path),
            "WENJING_SECRET": settings.secret.get_secret_value(),
            "WENJING_REDIS_URL": settings.redis_url,
            "WENJING_SHARDS": str(settings.shards),
            "WENJING_RECLAIM_SECONDS": "2",
        }
        senders = [_start(environment), _start(environment)]
        try:
            async with asyncio.timeout(240):
                for kill in range(KILLS):
                    await platform.delivered((kill + 1) * 20)
                    senders[kill % 2].kill()
                    senders[kill % 2].wait()
                    senders[kill % 2] = _start(environment)
                statuses = await _settled(mailbox, CONVERSATIONS * REPLIES)
        finally:
            for sender in senders:
                sender.terminate()
                sender.wait()

    arrived = Counter(message["text"] for message in platform.messages)
    assert set(arrived.values()) == {1}, "nothing twice"
    assert set(statuses.values()) <= {"sent", "unknown"}
    for text, status in statuses.items():
        assert status == "unknown" or arrived[text] == 1, "what was sent has arrived"
    assert sum(status == "unknown" for status in statuses.values()) <= KILLS * 32
    for citizen in range(CONVERSATIONS):
        mine = [text for text in arrived if text.startswith(f"{citizen}-")]
        assert mine == sorted(mine), "in order"


def _start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bot", "sender"], env=environment)


async def _settled(mailbox: Mailbox, count: int) -> dict[str, str]:
    """What became of each text, once all of them are settled."""
    texts: dict[str, str] = {}
    statuses: dict[str, str] = {}
    while len(statuses) < count:
        for _, event in await mailbox.events("test", wait=0.1):
            if isinstance(event, ServiceSaid):
                texts[event.id] = event.text
            elif isinstance(event, Delivered):
                statuses[event.message] = event.status
    return {texts[id]: status for id, status in statuses.items()}
