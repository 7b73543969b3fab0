"""Who may come in: every call to the desk passes here, pages and live connections alike."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.desk.front import unavailable_page
from bot.errors import Unavailable
from bot.store import Store
from bot.store.sign_in import signed_in

COOKIE = "wenjing_desk"
OPEN_TO_ALL = ("/sign-in", "/preferences", "/health/", "/static/", "/_nicegui/")
"""What is needed to sign in, and the files of the toolkit; nothing of these is secret."""
ENDED = "/sign-in?ended=1"
"""Where an officer whose session has ended may begin another."""
LIVE = "/_nicegui_ws/"

_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
}


class Guard:
    """Lets in officers who are signed in, from our own pages only.

    The officer is in `request.state.officer`, the session's token in `request.state.token`.
    """

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self._app = app
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = await self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401})
        else:
            await refusal(scope, receive, _with_headers(send))

    async def _refusal(self, scope: Scope) -> Response | None:
        connection = HTTPConnection(scope)
        path = connection.url.path
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if (changes or path.startswith(LIVE)) and not _from_our_pages(connection.headers):
            # Besides the cookie's SameSite=Strict: nobody else's page may act for an officer.
            return PlainTextResponse("cross-site call refused", 403)
        if path.startswith(OPEN_TO_ALL):
            return None
        token = connection.cookies.get(COOKIE)
        if not token:
            return RedirectResponse("/sign-in", 303)
        try:
            officer = await asyncio.to_thread(signed_in, self._store, token, now=datetime.now(UTC))
        except Unavailable:
            return HTMLResponse(unavailable_page(connection), 503)
        if officer is None:
            return RedirectResponse(ENDED, 303)
        connection.state.officer = officer
        connection.state.token = token
        return None


def _from_our_pages(headers: Headers) -> bool:
    """Browsers name the page that calls (Fetch Standard, `Origin`) in every call that counts;
    a GET of the live connection's polling form may name it only in Sec-Fetch-Site."""
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host")
    return headers.get("sec-fetch-site") == "same-origin"


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
            message["headers"] = [*message["headers"], *headers]
        await send(message)

    return sender
