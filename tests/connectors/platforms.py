"""Stand-ins for the platforms' APIs: they take and refuse what the real ones would."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response


class WechatPlatform:
    """api.weixin.qq.com for one official account."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.messages: list[dict[str, Any]] = []
        """What citizens received."""
        self.token = "TOKEN-1"
        self.refusals: list[int] = []
        """errcodes of the next sends; 0 and what comes after the list is taken."""
        self.transport = httpx.MockTransport(self._answer)

    def expire_token(self) -> None:
        """The token in use is refused from now on."""
        self.token = f"TOKEN-{int(self.token.removeprefix('TOKEN-')) + 1}"

    def calls(self, path: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.path == path]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path == "/cgi-bin/stable_token":
            if json.loads(request.content)["force_refresh"]:
                self.expire_token()
            return httpx.Response(200, json={"access_token": self.token, "expires_in": 7200})
        assert request.url.path == "/cgi-bin/message/custom/send"
        if request.url.params["access_token"] != self.token:
            return _wechat_error(40001)
        if self.refusals and (code := self.refusals.pop(0)):
            return _wechat_error(code)
        if rb"\u" in request.content:
            return _wechat_error(40033)
        message = json.loads(request.content)
        said = message.get("text", message.get("msgmenu"))
        if len(said.get("content", "").encode()) > 2048:
            return _wechat_error(45002)
        self.messages.append(message)
        return _wechat_error(0)


def _wechat_error(code: int) -> httpx.Response:
    return httpx.Response(200, json={"errcode": code, "errmsg": "ok" if code == 0 else "no"})


class WeiboPlatform:
    """m.api.weibo.com for one account."""

    def __init__(self, token: str) -> None:
        self.requests: list[httpx.Request] = []
        self.messages: list[dict[str, str]] = []
        """What citizens received: the form, with `text` from its data."""
        self.token = token
        self.refusals: list[int | str] = []
        """error_codes of the next sends; 0 and what comes after the list is taken."""
        self.transport = httpx.MockTransport(self._answer)
        self._arrived = asyncio.Event()

    async def delivered(self, count: int) -> None:
        """Wait until so many messages have arrived."""
        while len(self.messages) < count:
            self._arrived.clear()
            await self._arrived.wait()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert request.url.path == "/2/messages/reply.json"
        if request.url.params["access_token"] != self.token:
            return _weibo_error(21332)
        if self.refusals and (code := self.refusals.pop(0)):
            return _weibo_error(code)
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        text = json.loads(form["data"])["text"]
        if len(text) >= 300:
            return _weibo_error(20013)
        self.messages.append(form | {"text": text})
        self._arrived.set()
        return httpx.Response(200, json={"result": True})


def _weibo_error(code: int | str) -> httpx.Response:
    return httpx.Response(
        400 if isinstance(code, int) else 200,
        json={"request": "/2/messages/reply.json", "error_code": code, "error": "no"},
    )


def failing(error: Callable[[httpx.Request], Exception]) -> httpx.MockTransport:
    """A platform that breaks off in the way of `error`."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise error(request)

    return httpx.MockTransport(answer)


@asynccontextmanager
async def served(platform: WechatPlatform | WeiboPlatform) -> AsyncIterator[str]:
    """The stand-in on a port of this machine; gives its address."""
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def answer(request: Request) -> Response:
        call = httpx.Request(
            request.method,
            str(request.url),
            headers=request.headers.raw,
            content=await request.body(),
        )
        given = platform.transport.handle_request(call)
        return Response(given.content, given.status_code, dict(given.headers))

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, ws="none", log_config=None, access_log=False))
        serving = asyncio.create_task(server.serve([listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving
