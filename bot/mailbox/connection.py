"""The connection to Redis or a Redis Cluster, the names of the keys, and the scripts."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import wraps
from importlib.resources import files
from typing import Any, NamedTuple, ParamSpec, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import (
    ClusterDownError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.errors import Misconfigured, Unavailable
from bot.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

GROUPS = {"ready": "workers", "send": "senders", "journal": "journal"}
"""The streams of a shard, and who reads each."""

_DOWN = (
    RedisConnectionError,
    RedisTimeoutError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    ClusterDownError,
    TryAgainError,
    OSError,
)
_REFUSES = re.compile(r"\b(OOM|MISCONF|NOREPLICAS|READONLY|CLUSTERDOWN|BUSY)\b")
"""How Redis says that it will not write now: memory or disk full, no replica, and so on. What a
script says has these words inside."""


def unavailable_when_down(
    call: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Turn every way in which Redis can be out of reach into Unavailable."""

    @wraps(call)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except _DOWN as error:
            raise Unavailable(f"Redis: {error}") from error
        except ResponseError as error:
            if _REFUSES.search(str(error)):
                raise Unavailable(f"Redis: {error}") from error
            raise

    return wrapper


class Keys(NamedTuple):
    """The keys of one conversation and of its shard, all in one hash slot."""

    conversation: str
    box: str
    out: str
    room: str
    posted: str
    ready: str
    send: str
    later: str
    journal: str
    shard: str


class Connection:
    """What every part of the mailbox stands on; methods raise Unavailable."""

    def __init__(self, redis: Any, settings: Settings) -> None:
        self._redis: Any = redis  # Redis or RedisCluster: the same commands, no common type.
        self._settings = settings
        self._number_key = settings.key("conversation numbers")
        self._scripts = {
            name: _Script(_source("resting") + _source(name))
            for name in (
                "accept",
                "open",
                "commit",
                "hands",
                "say",
                "look",
                "begin",
                "settle",
                "wake",
                "post",
                "release",
            )
        }
        self._remember = int(settings.conversation_days * 86400)

    def number(self, channel: str, account: str, sender: str) -> str:
        """The conversation's number: stable, and without the installation's secret it
        tells nothing about the citizen."""
        name = "\0".join((channel, account, sender)).encode()
        digest = hmac.digest(self._number_key, name, hashlib.sha256)
        return "c" + base64.b32encode(digest).decode().lower()[:15]

    def keys(self, conversation: str) -> Keys:
        """Where Redis keeps this conversation."""
        shard = self._shard_tag(binascii.crc32(conversation.encode()) % self._settings.shards)
        return Keys(
            conversation=f"{shard}:c:{conversation}",
            box=f"{shard}:i:{conversation}",
            out=f"{shard}:o:{conversation}",
            room=f"{shard}:r:{conversation}",
            posted=f"{shard}:p:{conversation}",
            ready=f"{shard}:ready",
            send=f"{shard}:send",
            later=f"{shard}:later",
            journal=f"{shard}:journal",
            shard=shard,
        )

    def _shard_tag(self, shard: int) -> str:
        return f"wj:{{{shard:03}}}"

    def streams(self, name: str) -> list[str]:
        """One stream of every shard: "ready", "send" or "journal"."""
        return [f"{self._shard_tag(shard)}:{name}" for shard in range(self._settings.shards)]

    async def script(self, name: str, keys: Iterable[str], args: Iterable[Any]) -> Any:
        """Run one of the scripts; it is sent once to each server, then called by its hash."""
        script = self._scripts[name]
        keys = list(keys)
        arguments = [*keys, *args]
        try:
            return await self._redis.evalsha(script.sha, len(keys), *arguments)
        except NoScriptError:
            return await self._redis.eval(script.source, len(keys), *arguments)

    async def read(
        self, streams: Sequence[str], group: str, consumer: str, *, count: int, wait: float
    ) -> list[tuple[str, str, dict[bytes, bytes]]]:
        """New entries (stream, entry id, fields) for this consumer, at most `count` of each
        stream; [] when none came within `wait` seconds."""
        if not self._settings.redis_cluster:
            try:
                found = await self._redis.xreadgroup(
                    group,
                    consumer,
                    dict.fromkeys(streams, ">"),
                    count=count,
                    block=max(1, int(wait * 1000)),
                )
            except ResponseError as error:
                await self._create_groups_or_raise(error)
                return []
            return _entries(found)
        # The streams lie on several servers, which cannot be waited for in one call.
        return await self._read_cluster(streams, group, consumer, count=count, wait=wait)

    async def _read_cluster(
        self, streams: Sequence[str], group: str, consumer: str, *, count: int, wait: float
    ) -> list[tuple[str, str, dict[bytes, bytes]]]:
        deadline = asyncio.get_running_loop().time() + wait
        while True:
            found: list[tuple[str, str, dict[bytes, bytes]]] = []
            for stream in streams:
                try:
                    found += _entries(
                        await self._redis.xreadgroup(group, consumer, {stream: ">"}, count=count)
                    )
                except ResponseError as error:
                    await self._create_groups_or_raise(error)
            if found or asyncio.get_running_loop().time() >= deadline:
                return found
            await asyncio.sleep(0.02)

    async def stale(
        self, stream: str, group: str, consumer: str, *, count: int
    ) -> list[tuple[str, str, dict[bytes, bytes]]]:
        """Entries that another consumer took and did not settle within `reclaim_seconds`;
        they belong to this consumer from now on."""
        try:
            answer = await self._redis.xautoclaim(
                stream,
                group,
                consumer,
                min_idle_time=int(self._settings.reclaim_seconds * 1000),
                start_id="0-0",
                count=count,
            )
        except ResponseError as error:
            await self._create_groups_or_raise(error)
            return []
        return _entries([[stream.encode(), answer[1]]])

    async def _create_groups_or_raise(self, error: ResponseError) -> None:
        if not str(error).startswith("NOGROUP"):
            raise error
        for name, group in GROUPS.items():
            for stream in self.streams(name):
                try:
                    await self._redis.xgroup_create(stream, group, id="0", mkstream=True)
                except ResponseError as exists:
                    if not str(exists).startswith("BUSYGROUP"):
                        raise

    async def subscriber(self) -> Redis:
        """A plain connection for a subscription; in a cluster, to any of its servers, since
        each passes on what is published anywhere. The caller closes it."""
        if self._settings.redis_cluster:
            await self._redis.initialize()
            like = self._redis.get_default_node()
        else:
            like = self._redis.connection_pool
        # With a time limit redis-py sends by asyncio.wait_for, which in Python 3.11 can swallow
        # a cancellation: a subscription would then never end.
        options = {**like.connection_kwargs, "socket_timeout": None}
        pool = BlockingConnectionPool(connection_class=like.connection_class, **options)
        return Redis(connection_pool=pool)

    @unavailable_when_down
    async def ping(self) -> None:
        """Raise Unavailable unless Redis answers."""
        await self._redis.ping()

    @unavailable_when_down
    async def server_time(self) -> float:
        """What the clock of Redis shows, in epoch seconds."""
        seconds, microseconds = await self._redis.time()
        return float(seconds) + float(microseconds) / 1e6

    @unavailable_when_down
    async def erase(self) -> None:
        """Forget everything, for good."""
        await self._redis.flushdb()

    async def close(self) -> None:
        await self._redis.aclose()


class _Script(NamedTuple):
    source: str

    @property
    def sha(self) -> str:
        # Redis names scripts by SHA-1; nothing secret depends on it.
        return hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()


def _source(name: str) -> str:
    return files("bot.mailbox").joinpath(f"scripts/{name}.lua").read_text("utf-8")


def connect(settings: Settings) -> Any:
    """A client that connects on first use and gives up on a call after some seconds. Raises
    Misconfigured."""
    url = settings.redis_url or f"unix://{embedded_socket(settings)}"
    try:
        if settings.redis_cluster:
            return RedisCluster.from_url(url, socket_connect_timeout=3, socket_timeout=15)
        pool = BlockingConnectionPool.from_url(
            url,
            # A burst waits its turn for a connection; the plain pool would call Redis
            # unavailable. A sender waits with one connection at every shard.
            max_connections=100 + settings.shards,
            timeout=3,
            socket_connect_timeout=3,
            socket_timeout=15,
        )
    except (ValueError, RedisClusterException) as error:
        raise Misconfigured(f"WENJING_REDIS_URL: {error}") from error
    return Redis.from_pool(pool)


def embedded_socket(settings: Settings) -> str:
    """Path of the embedded server's socket; short, since the system allows 107 bytes."""
    path = str((settings.home / "redis.sock").absolute())
    if len(path.encode()) <= 100:
        return path
    name = hashlib.sha256(path.encode()).hexdigest()[:16]
    return f"/tmp/wenjing-{name}.sock"  # noqa: S108 - the folder is 1777, the name is ours


def _entries(found: Any) -> list[tuple[str, str, dict[bytes, bytes]]]:
    pairs = found.items() if isinstance(found, dict) else found or []
    entries = []
    for stream, items in pairs:
        # RESP3 nests the entries of a stream one level deeper than RESP2.
        rows = items[0] if items and items[0] and isinstance(items[0][0], (list, tuple)) else items
        for entry, fields in rows:
            if fields is not None:
                entries.append((_text(stream), _text(entry), fields))
    return entries


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
