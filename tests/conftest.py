"""Servers and settings that many tests share."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis

from bot.mailbox import Mailbox, embedded_socket
from bot.mailbox.embedded import start_redis
from bot.settings import Settings

SECRET = "a secret that only the tests know, and no installation"


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real Redis, the embedded one, for the whole run."""
    settings = Settings(home=tmp_path_factory.mktemp("redis"), secret=SECRET)
    server = start_redis(settings)
    yield f"unix://{embedded_socket(settings)}"
    server.terminate()
    server.wait()


_databases = itertools.cycle(range(1, 16))


@pytest.fixture
def settings(redis_server: str, tmp_path: Path) -> Settings:
    """An installation of its own: an empty home and an empty Redis database."""
    url = f"{redis_server}?db={next(_databases)}"
    with Redis.from_url(url) as redis:
        redis.flushdb()  # An earlier test may have had the same one.
    return Settings(home=tmp_path / "var", secret=SECRET, redis_url=url, shards=2)


@pytest.fixture
async def mailbox(settings: Settings) -> AsyncIterator[Mailbox]:
    mailbox = Mailbox.connect(settings)
    yield mailbox
    await mailbox.close()
