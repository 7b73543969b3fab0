"""Turns a second from accepted webhook to outbox, beside stock Rasa on the same data.

    python benchmarks/throughput/run.py [--messages N] [--questions FILE] [--ours-only]

Ours: signed Weibo calls to the gateway; Redis with its append-only file on; one worker. First the
wait of a single client, from the moment the gateway accepted the message to the step that put the
reply into the outbox. Then the rate: all messages are accepted while the worker is stopped (the
client and the gateway would take the two cores from it), then it goes on, and the time from the
first to the last step is taken. Stock: `rasa run` with its REST channel and `rasa run actions`, Rasa's default
pipeline and policies (with the Jieba tokenizer, as the default one refuses Chinese), trained on
the same data with the same actions; for one epoch instead of a hundred, since that takes hours
and the speed of a model does not depend on how long it was trained. Both get the same questions from the same number of clients,
one after the other, on the same machine.
"""

import argparse
import asyncio
import hashlib
import itertools
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bot.events import CitizenSaid, Understood
from bot.knowledge.topics import Knowledge
from bot.mailbox import Mailbox
from bot.mailbox.embedded import start_redis
from bot.settings import Settings

PROJECT = Path(__file__).parents[2]
SECRET = "benchmark" * 4
CLIENTS = 32
EPOCHS = 1

STOCK = """
recipe: default.v1
language: zh
importers:
- name: bot.nlu.importer.KnowledgeImporter
pipeline:
- name: JiebaTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: EPOCHS
  constrain_similarities: true
- name: EntitySynonymMapper
- name: ResponseSelector
  epochs: EPOCHS
  constrain_similarities: true
- name: FallbackClassifier
  threshold: 0.3
  ambiguity_threshold: 0.1
policies:
- name: MemoizationPolicy
- name: RulePolicy
- name: UnexpecTEDIntentPolicy
  max_history: 5
  epochs: EPOCHS
- name: TEDPolicy
  max_history: 5
  epochs: EPOCHS
  constrain_similarities: true
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=int, default=3000)
    arguments.add_argument("--questions", type=Path, help="one question a line")
    arguments.add_argument("--ours-only", action="store_true")
    arguments.add_argument("--stock-model", type=Path, help="a stock model trained before")
    chosen = arguments.parse_args()
    os.chdir(PROJECT)
    questions = (
        chosen.questions.read_text("utf-8").splitlines()
        if chosen.questions
        else [
            question
            for topic in Knowledge.load(PROJECT / "data").topics.values()
            for question in topic.questions["zh"]
        ]
    )
    texts = list(itertools.islice(itertools.cycle(questions), chosen.messages))
    print(f"{len(texts)} messages, {len(set(texts))} of them different, {CLIENTS} clients")
    with tempfile.TemporaryDirectory() as folder:
        ours = asyncio.run(measure_ours(texts, Path(folder) / "var"))
        if chosen.ours_only:
            return
        stock = measure_stock(texts, Path(folder), chosen.stock_model)
    print(f"ratio: {ours / stock:.1f}")


def write_accounts(home: Path) -> None:
    """An account that Weibo can call."""
    home.mkdir()
    (home / "accounts.yml").write_text(
        json.dumps(
            {
                "accounts": [
                    {
                        "id": "demo",
                        "name": "示例",
                        "name_en": "Sample",
                        "place": "110108",
                        "channels": {
                            "weibo": {
                                "app_secret": SECRET,
                                "access_token": "no real token",
                                "uid": "5100000001",
                            }
                        },
                    }
                ]
            },
            ensure_ascii=False,
        )
    )


async def measure_ours(texts: list[str], home: Path) -> float:
    """Turns a second of one worker; prints the rest."""
    write_accounts(home)
    settings = Settings(home=home, secret=SECRET, gateway_port=_free_port())
    with ExitStack() as servers:
        redis = start_redis(settings)
        servers.callback(redis.wait)
        servers.callback(redis.terminate)
        environment = os.environ | {
            "WENJING_HOME": str(home),
            "WENJING_SECRET": SECRET,
            "WENJING_GATEWAY_PORT": str(settings.gateway_port),
        }
        started = {}
        for role in ("gateway", "worker"):
            log = (home / f"{role}.log").open("wb")
            command = [sys.executable, "-m", "bot", role]
            started[role] = servers.enter_context(_process(command, env=environment, log=log))
        worker = started["worker"]
        mailbox = Mailbox.connect(settings)
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            url = f"http://127.0.0.1:{settings.gateway_port}"
            await _until(lambda: _answers(http, f"{url}/health/live"))
            await _until(mailbox.workers_alive)
            await _ask_ours(http, url, texts[:50], "warm", clients=1)
            await _turns(mailbox, 50)
            alone = texts[:: max(1, len(texts) // 200)]
            waits = []
            for number, text in enumerate(alone):
                await _ask_ours(http, url, [text], f"alone{number}-", clients=1)
                (accepted, done), *_ = await _turns(mailbox, 1)
                waits.append((done - accepted).total_seconds() * 1000)
            waits.sort()
            worker.send_signal(signal.SIGSTOP)
            await _ask_ours(http, url, texts, "run", clients=CLIENTS)
            worker.send_signal(signal.SIGCONT)
            turns = await _turns(mailbox, len(texts))
        await mailbox.close()
    ends = sorted(at for _, at in turns)
    rate = (len(ends) - 1) / (ends[-1] - ends[0]).total_seconds()
    print(
        f"ours:  {rate:6.1f} turns/s; one client waits p50 {statistics.median(waits):.0f} ms,"
        f" p99 {waits[int(len(waits) * 0.99)]:.0f} ms"
    )
    return rate


async def _ask_ours(
    http: httpx.AsyncClient, url: str, texts: list[str], run: str, *, clients: int
) -> None:
    work = iter(enumerate(texts))

    async def client() -> None:
        for number, text in work:
            now = datetime.now(UTC)
            body = {
                "type": "text",
                "receiver_id": 5100000001,
                "sender_id": int(hashlib.sha256(f"{run}{number}".encode()).hexdigest()[:12], 16),
                "created_at": now.strftime("%a %b %d %H:%M:%S +0000 %Y"),
                "text": text,
                "data": {},
            }
            stamp, nonce = str(int(now.timestamp() * 1000)), str(number)
            joined = "".join(sorted((SECRET, stamp, nonce)))
            response = await http.post(
                f"{url}/hooks/weibo/demo",
                params={
                    "timestamp": stamp,
                    "nonce": nonce,
                    "signature": hashlib.sha1(joined.encode()).hexdigest(),
                },
                content=json.dumps(body),
                headers={"content-type": "application/json"},
            )
            response.raise_for_status()

    await asyncio.gather(*(client() for _ in range(clients)))


async def _turns(mailbox: Mailbox, number: int) -> list[tuple[datetime, datetime]]:
    """When each of `number` messages was accepted, and when its turn was committed."""
    accepted: dict[str, datetime] = {}
    done: dict[str, datetime] = {}
    while len(done) < number:
        pairs = await mailbox.events("benchmark", count=2000, wait=1)
        await mailbox.events_done([ref for ref, _ in pairs])
        for _, event in pairs:
            if isinstance(event, CitizenSaid):
                accepted[event.id] = event.at
            elif isinstance(event, Understood):
                done[event.message] = event.at
    return [(accepted[message], at) for message, at in done.items()]


def measure_stock(texts: list[str], folder: Path, model: Path | None) -> float:
    """Turns a second of `rasa run` and `rasa run actions`; prints the rest."""
    environment = os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": str(PROJECT),
    }
    rasa = str(Path(sys.executable).with_name("rasa"))
    actions_port, port = _free_port(), _free_port()
    for name in ("data", "actions", "bot"):
        (folder / name).symlink_to(PROJECT / name)
    shutil.copy(PROJECT / "domain.yml", folder)
    (folder / "config.yml").write_text(STOCK.replace("EPOCHS", str(EPOCHS)))
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "endpoints.yml").write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n"
    )
    started = time.monotonic()
    if model is None:
        subprocess.run(
            [rasa, "train", "--fixed-model-name", "stock"],
            cwd=folder,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        print(f"stock: trained in {time.monotonic() - started:.0f} s")
        model = folder / "models" / "stock.tar.gz"
    with ExitStack() as servers:
        log = (folder / "stock.log").open("wb")
        actions = [rasa, "run", "actions", "--port", str(actions_port)]
        server = [rasa, "run", "-p", str(port), "-i", "127.0.0.1", "-m", str(model)]
        servers.enter_context(_process(actions, env=environment, log=log, cwd=folder))
        servers.enter_context(_process(server, env=environment, log=log, cwd=folder))
        return asyncio.run(_ask_stock(f"http://127.0.0.1:{port}", actions_port, texts))


async def _ask_stock(url: str, actions_port: int, texts: list[str]) -> float:
    waits: list[float] = []
    silent = 0

    async with httpx.AsyncClient(trust_env=False, timeout=120) as http:
        await _until(lambda: _answers(http, f"{url}/"))
        await _until(lambda: _answers(http, f"http://127.0.0.1:{actions_port}/health"))

        async def ask(texts: Iterator[tuple[int, str]], run: str) -> None:
            nonlocal silent
            for number, text in texts:
                begun = time.monotonic()
                response = await http.post(
                    f"{url}/webhooks/rest/webhook",
                    json={
                        "sender": f"{run}{number}",
                        "message": text,
                        "metadata": {
                            "place": "110108",
                            "account_name": "示例",
                            "public": False,
                            "now": datetime.now(UTC).isoformat(),
                            "language": "zh",
                        },
                    },
                )
                response.raise_for_status()
                silent += not response.json()
                waits.append((time.monotonic() - begun) * 1000)

        async def run(texts: list[str], name: str) -> float:
            work = iter(enumerate(texts))
            begun = time.monotonic()
            await asyncio.gather(*(ask(work, name) for _ in range(CLIENTS)))
            return len(texts) / (time.monotonic() - begun)

        await run(texts[:50], "warm")
        waits.clear()
        silent = 0
        rate = await run(texts, "run")
    waits.sort()
    print(
        f"stock: {rate:6.1f} turns/s; p50 {statistics.median(waits):.0f} ms,"
        f" p99 {waits[int(len(waits) * 0.99)]:.0f} ms; {silent} turns without any reply"
    )
    return rate


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.HTTPError:
        return False


async def _until(check, seconds: float = 240) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.2)


@contextmanager
def _process(command: list[str], *, log, **options) -> Iterator[subprocess.Popen[bytes]]:  # type: ignore[no-untyped-def]
    process = subprocess.Popen(
        command,
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        **options,
    )
    try:
        yield process
    finally:
        # `rasa run` starts processes of its own.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
