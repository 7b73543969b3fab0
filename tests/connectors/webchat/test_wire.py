"""Whatever comes over the socket: a frame, or an error frame, and never anything else."""

import asyncio
import json
from typing import Any

import pytest
from fastapi import WebSocketDisconnect
from hypothesis import given
from hypothesis import strategies as st

from connectors.webchat.frames import FRAME_LIMIT, Hello, Ping, Rate, Say
from connectors.webchat.wire import FAULTS, FRAMES_AT_ONCE, POLICY, Wire

PING = '{"type":"ping"}'


class ScriptedSocket:
    """Says what a test wrote down, then leaves."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = [*messages, {"type": "websocket.disconnect", "code": 1001}]
        self.sent: list[dict[str, Any]] = []
        self.closed: int | None = None

    async def receive(self) -> dict[str, Any]:
        return self._messages.pop(0)

    async def send_text(self, text: str) -> None:
        self.sent.append(json.loads(text))

    async def close(self, code: int) -> None:
        self.closed = code


def texts(*frames: str) -> ScriptedSocket:
    return ScriptedSocket(*({"type": "websocket.receive", "text": frame} for frame in frames))


def read_all(socket: ScriptedSocket) -> list[Any]:
    async def read() -> list[Any]:
        wire = Wire(socket)  # type: ignore[arg-type]
        frames = []
        try:
            while True:
                frames.append(await wire.receive(1))
        except WebSocketDisconnect:
            return frames

    return asyncio.run(read())


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "null",
        "[]",
        "42",
        "{",
        "{}",
        '{"type":"fly"}',
        '{"type":["ping"]}',
        '{"type":"say","id":"aaaaaaaa","text":7}',
        '{"type":"say","id":"aaaaaaaa"}',
        '{"type":"say","id":"../../etc","text":"a"}',
        '{"type":"say","id":"a:b:c:d:e","text":"a"}',
        '{"type":"say","id":"' + "a" * 65 + '","text":"a"}',
        '{"type":"say","id":"aaaaaaaa","text":"\\ud800"}',
        '{"type":"hello","after":"(0-1"}',
        '{"type":"hello","after":"+"}',
        '{"type":"hello","token":12}',
        '{"type":"hello","language":"fr"}',
        '{"type":"rate","message":"m","helpful":"yes"}',
        '{"type":"rate","message":"m","helpful":1}',
        '{"a":' * 10_000,
        "[" * 10_000 + "]" * 10_000,
        '{"type":"ping","x":"' + "a" * FRAME_LIMIT + '"}',
    ],
    ids=lambda frame: frame[:40] or "nothing",
)
def test_answers_an_unreadable_frame_with_an_error_and_goes_on(frame):
    socket = texts(frame, PING)
    assert read_all(socket) == [Ping(type="ping")]
    assert socket.sent == [{"type": "error", "reason": "bad_frame"}]


def test_answers_a_binary_frame_with_an_error():
    socket = ScriptedSocket({"type": "websocket.receive", "bytes": b'{"type":"ping"}'})
    assert read_all(socket) == []
    assert socket.sent == [{"type": "error", "reason": "bad_frame"}]


def test_shuts_out_a_page_that_sends_only_nonsense():
    socket = texts(*["nonsense"] * (FAULTS + 1), PING)
    assert read_all(socket) == []
    assert socket.closed == POLICY


def test_shuts_out_a_page_that_sends_too_much():
    socket = texts(*[PING] * (FRAMES_AT_ONCE + 10))
    assert len(read_all(socket)) <= FRAMES_AT_ONCE + 1
    assert socket.sent == [{"type": "error", "reason": "too_many_frames"}]
    assert socket.closed == POLICY


def test_closes_on_a_page_that_says_nothing():
    class SilentSocket(ScriptedSocket):
        async def receive(self) -> dict[str, Any]:
            await asyncio.Event().wait()
            raise AssertionError

    async def wait() -> None:
        await Wire(socket).receive(0.01)  # type: ignore[arg-type]

    socket = SilentSocket()
    with pytest.raises(WebSocketDisconnect):
        asyncio.run(wait())
    assert socket.closed == POLICY


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
frame_like = st.fixed_dictionaries(
    {},
    optional={
        name: json_values | st.sampled_from(["hello", "say", "rate", "ping", "aaaaaaaa", "1-0"])
        for name in ("type", "id", "text", "token", "after", "language", "message", "helpful")
    },
).map(json.dumps)


@given(st.text() | json_values.map(json.dumps) | frame_like)
def test_any_text_is_a_frame_or_an_error_frame(text):
    socket = texts(text)
    frames = read_all(socket)
    assert all(isinstance(frame, Hello | Say | Rate | Ping) for frame in frames)
    assert len(frames) + len(socket.sent) == 1
    assert all(answer == {"type": "error", "reason": "bad_frame"} for answer in socket.sent)
