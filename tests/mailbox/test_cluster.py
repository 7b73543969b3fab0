"""The same steps on a real Redis Cluster of three nodes: all keys of a step share a slot."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.cluster import RedisCluster
from redis.crc import key_slot
from redis.exceptions import RedisError

from bot.mailbox import Mailbox
from bot.mailbox.embedded import redis_binary
from bot.messages import Handover, Reply
from bot.settings import Settings
from tests.mailbox.conftest import inbound, turn

pytestmark = pytest.mark.cluster

SLOTS = 16384
PASSWORD = "only-for-this-test"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a node of a cluster of three, on loopback."""
    ports = [_free_port() for _ in range(3)]
    servers = []
    for port in ports:
        folder: Path = tmp_path_factory.mktemp(f"node-{port}")
        servers.append(
            subprocess.Popen(
                [
                    redis_binary(),
                    *("--port", str(port), "--bind", "127.0.0.1"),
                    *("--dir", str(folder), "--save", "", "--cluster-enabled", "yes"),
                    *("--cluster-node-timeout", "2000"),
                    *("--requirepass", PASSWORD, "--masterauth", PASSWORD),
                ],
                stdout=subprocess.DEVNULL,
            )
        )
    try:
        nodes = [Redis(port=port, password=PASSWORD) for port in ports]
        for index, node in enumerate(nodes):
            _until(node.ping)
            first, last = SLOTS * index // 3, SLOTS * (index + 1) // 3
            node.execute_command("CLUSTER ADDSLOTS", *range(first, last))
            node.execute_command("CLUSTER SET-CONFIG-EPOCH", index + 1)
        for port in ports[1:]:
            nodes[0].execute_command("CLUSTER MEET", "127.0.0.1", port)
        for node in nodes:
            _until(lambda node=node: node.cluster("INFO")["cluster_state"] == "ok")
        url = f"redis://:{PASSWORD}@127.0.0.1:{ports[0]}"
        _until(lambda: len(RedisCluster.from_url(url).get_primaries()) == 3)
        yield url
    finally:
        for server in servers:
            server.kill()
            server.wait()


def _free_port() -> int:
    # The cluster bus takes the port 10,000 above, which must exist too.
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port < 55000:
            return port


def _until(check) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            if check():
                return
        except RedisError:
            pass
        assert time.monotonic() < deadline, "the cluster did not come up"
        time.sleep(0.05)


async def test_conversations_on_all_three_nodes_run_from_question_to_hand_back(cluster, tmp_path):
    settings = Settings(
        home=tmp_path, secret="x" * 32, redis_url=cluster, redis_cluster=True, shards=16
    )
    mailbox = Mailbox.connect(settings)
    await mailbox.erase()
    citizens = [f"visitor-{n}" for n in range(40)]
    for citizen in citizens:
        await mailbox.accept(inbound(sender=citizen, id=f"{citizen}-1"), room=True)

    handled = set()
    while (claim := await mailbox.claim("w1", wait=0.5)) is not None:
        handled.add(claim.message.sender)
        handover = Handover(reason="asked")
        assert await mailbox.commit(claim, turn("转接", handover=handover), b"s") == "done"
        hands = await mailbox.hands(claim.conversation)
        await mailbox.take(claim.conversation, 1, epoch=hands.epoch)
        await mailbox.say(claim.conversation, 1, Reply("我是民警"))
        await mailbox.hand_back(claim.conversation, 1, closed=True)
    assert handled == set(citizens)

    sent = []
    for shard in range(16):
        while delivery := await mailbox.next_delivery("s1", shard, wait=0.05):
            if await mailbox.begin(delivery):
                await mailbox.post(delivery.message)
                await mailbox.sent(delivery)
                sent.append((delivery.message.address.recipient, delivery.message.reply.text))
    await mailbox.wake_due()
    assert sorted(sent) == sorted((citizen, "我是民警") for citizen in citizens)

    number = mailbox.number("webchat", "demo", citizens[0])
    assert [item.author for item in await mailbox.room(number)] == ["citizen", "officer"]
    seen = 0
    while pairs := await mailbox.events("j1", wait=0.3):
        seen += len(pairs)
        await mailbox.events_done([ref for ref, _ in pairs])
    # A question, what was understood, the bot's reply, the case, four changes and so on.
    assert seen == len(citizens) * 10
    nodes = {key_slot(stream.encode()) * 3 // SLOTS for stream in mailbox.streams("ready")}
    assert nodes == {0, 1, 2}
    await mailbox.close()


async def test_signals_reach_whoever_listens_at_any_node(cluster, tmp_path):
    settings = Settings(
        home=tmp_path, secret="x" * 32, redis_url=cluster, redis_cluster=True, shards=16
    )
    mailbox = Mailbox.connect(settings)
    heard: list[str] = []

    async def listen() -> None:
        async for conversation in mailbox.desk_signals():
            heard.append(conversation)

    listener = asyncio.create_task(listen())
    async with asyncio.timeout(10):
        while not heard:  # The subscription takes a moment to stand.
            await mailbox.tell_desk({"c1"})
            await mailbox.typing("c1")
            await asyncio.sleep(0.01)
    listener.cancel()
    assert heard[0] == "c1"
    await mailbox.close()
