"""The pages of the web chat, its widget, and the door to its socket."""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import HTMLResponse

from bot.accounts import Account
from bot.mailbox import Mailbox
from bot.settings import Settings
from connectors.config import ChannelConfig, read_config
from connectors.webchat.following import Following
from connectors.webchat.pace import Pace
from connectors.webchat.visit import House, receive_visitor, utc_now
from connectors.webchat.wire import Wire

MESSAGES_AT_ONCE = 6
MESSAGE_INTERVAL = 3.0
"""Seconds: a visitor may write six messages at once, then one every three seconds."""

_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class WebchatConfig(ChannelConfig):
    """What `channels: {webchat: …}` of an account may hold."""

    origins: frozenset[str] = frozenset()
    """Sites that may embed the widget, such as "https://gaj.example.gov.cn"."""


def webchat_routes(
    settings: Settings,
    mailbox: Mailbox,
    accounts: Mapping[str, Account],
    *,
    clock: Callable[[], datetime] = utc_now,
) -> APIRouter:
    """`/`, and everything under `/chat/` and `/webchat/`; raises Misconfigured."""
    served = {
        account.id: account for account in accounts.values() if "webchat" in account.channels
    }
    origins = {
        account.id: read_config(
            WebchatConfig, account, "webchat", account.channels["webchat"]
        ).origins
        for account in served.values()
    }
    house = House(
        settings=settings,
        mailbox=mailbox,
        following=Following(mailbox),
        words=Pace(MESSAGES_AT_ONCE, MESSAGE_INTERVAL),
        clock=clock,
    )
    static = files("connectors.webchat").joinpath("static")
    pages = {
        name: Template(static.joinpath(f"{name}.html").read_text("utf-8"))
        for name in ("home", "chat", "missing")
    }
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def home() -> HTMLResponse:
        entries = "".join(_entry(account) for account in served.values())
        return _page(pages["home"].substitute(accounts=entries or _NO_ACCOUNTS))

    @router.get("/chat/{account_id}")
    async def chat(account_id: str) -> HTMLResponse:
        account = served.get(account_id)
        if account is None:
            return _page(pages["missing"].substitute(), status=404)
        return _page(
            pages["chat"].substitute(
                account=account.id, name=escape(account.name), name_en=escape(account.name_en)
            )
        )

    for name, content_type in _ASSETS.items():
        asset = _Asset(static.joinpath(name).read_bytes(), content_type)
        router.add_api_route(f"/webchat/{name}", asset.serve, methods=["GET"])

    @router.websocket("/webchat/{account_id}/socket")
    async def socket(socket: WebSocket, account_id: str) -> None:
        account = served.get(account_id)
        if account is None or not _may_connect(socket, origins[account.id], settings):
            await socket.close()  # Before it is accepted: the browser sees 403.
            return
        await socket.accept()
        await receive_visitor(Wire(socket), account, house)

    return router


_ASSETS = {
    "widget.js": "text/javascript; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


class _Asset:
    """A file that sites of others load too: compressed once, revalidated by its hash."""

    def __init__(self, content: bytes, content_type: str) -> None:
        self._content = content
        self._compressed = gzip.compress(content, mtime=0)
        self._headers = {
            "Content-Type": content_type,
            "ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"',
            "Cache-Control": "public, max-age=300",
            "Vary": "Accept-Encoding",
            # Modules are loaded across origins only where the server allows it.
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
        }

    async def serve(self, request: Request) -> Response:
        if self._headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self._headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers = {**self._headers, "Content-Encoding": "gzip"}
            return Response(self._compressed, headers=headers)
        return Response(self._content, headers=self._headers)


def _may_connect(socket: WebSocket, origins: frozenset[str], settings: Settings) -> bool:
    """Whether the page that opens the socket is ours or one that the account names.

    Only browsers are asked: they always say where a page is from, and other programs could
    say anything.
    """
    origin = socket.headers.get("origin")
    if origin is None:
        return True
    own = {socket.headers.get("host", ""), urlsplit(settings.public_url).netloc} - {""}
    return urlsplit(origin).netloc in own or origin in origins


def _page(html: str, *, status: int = 200) -> HTMLResponse:
    return HTMLResponse(html, status, headers=_PAGE_HEADERS)


def _entry(account: Account) -> str:
    return (
        f'<li><a href="/chat/{account.id}"><span>{escape(account.name)}</span>'
        f' <span lang="en">{escape(account.name_en)}</span></a></li>'
    )


_NO_ACCOUNTS = (
    '<li class="none">还没有开通在线咨询的账号。'
    ' <span lang="en">No account offers web chat yet.</span></li>'
)
