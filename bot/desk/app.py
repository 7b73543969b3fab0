"""The desk as a web application of its own, on its own port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from nicegui import ui

from bot.desk.board import Board
from bot.desk.front import (
    LANGUAGE_COOKIE,
    language_of,
    sign_in_page,
    unavailable_page,
)
from bot.desk.guard import COOKIE, Guard
from bot.desk.page import add_pages
from bot.desk.texts import Texts
from bot.desk.work import Work
from bot.errors import Unavailable
from bot.mailbox import Mailbox
from bot.settings import Settings
from bot.store import Store
from bot.store.sign_in import Admitted, sign_in, sign_out

SIGN_IN_LIMIT = 4096
"""Bytes of a filled-in form."""
RECONNECT_SECONDS = 30.0
"""For so long a page that lost its connection is kept, with what was typed in it."""


def create_desk(settings: Settings, mailbox: Mailbox, store: Store) -> FastAPI:
    """The desk, to be served by uvicorn with ws="wsproto"; one in a process, as NiceGUI is.

    It closes the mailbox and the store when it is shut down.
    """
    board = Board(mailbox)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with board.listening():
            yield
        await mailbox.close()
        store.close()

    app = FastAPI(
        lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, title="Wenjing desk"
    )
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    _add_front(app, settings, store)
    _add_health(app)
    add_pages(Work(settings, mailbox, store), board)
    ui.run_with(
        app,
        title="问警",
        favicon=Path(__file__).parent / "static" / "icon.svg",
        reconnect_timeout=RECONNECT_SECONDS,
        tailwind=False,
        show_welcome_message=False,
    )
    app.add_middleware(Guard, store=store)
    return app


def _add_front(app: FastAPI, settings: Settings, store: Store) -> None:
    # Verifying a password takes 64 MB for a moment: a few at a time must do.
    turnstile = asyncio.Semaphore(2)

    @app.get("/sign-in")
    async def show_form(request: Request, ended: bool = False) -> HTMLResponse:
        texts = Texts(language_of(request))
        message = texts["signed_out_by_time"] if ended else ""
        return HTMLResponse(sign_in_page(request, message=message))

    @app.post("/sign-in")
    async def check(request: Request) -> Response:
        texts = Texts(language_of(request))
        if int(request.headers.get("content-length", SIGN_IN_LIMIT + 1)) > SIGN_IN_LIMIT:
            return PlainTextResponse("too long", 413)
        form = await request.form()
        login, password = str(form.get("login", "")), str(form.get("password", ""))
        try:
            async with turnstile:
                outcome = await asyncio.to_thread(
                    sign_in,
                    store,
                    login,
                    password,
                    address=request.client.host if request.client else "",
                    lasts=timedelta(hours=settings.session_hours),
                    now=datetime.now(UTC),
                )
        except Unavailable:
            return HTMLResponse(unavailable_page(request), 503)
        if isinstance(outcome, Admitted):
            response = RedirectResponse("/", 303)
            response.set_cookie(
                COOKIE,
                outcome.token,
                max_age=int(settings.session_hours * 3600),
                httponly=True,
                samesite="strict",
                secure=settings.desk_secure_cookies,
            )
            return response
        if not outcome.wait:
            page = sign_in_page(request, message=texts["wrong_sign_in"], login=login)
            return HTMLResponse(page, 401)
        minutes = ceil(outcome.wait / timedelta(minutes=1))
        message = texts["locked"].format(minutes=minutes)
        return HTMLResponse(sign_in_page(request, message=message, login=login), 429)

    @app.post("/sign-out")
    async def leave(request: Request) -> Response:
        await asyncio.to_thread(sign_out, store, request.state.token, now=datetime.now(UTC))
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(COOKIE)
        return response

    @app.get("/preferences")
    def prefer(language: str, back: str = "/") -> RedirectResponse:
        # Only a path of ours: "//host" and "https://host" would leave the desk.
        here = back.startswith("/") and not back.startswith(("//", "/\\"))
        response = RedirectResponse(back if here else "/", 303)
        response.set_cookie(
            LANGUAGE_COOKIE,
            "en" if language == "en" else "zh",
            max_age=365 * 24 * 3600,
            samesite="strict",
        )
        return response


def _add_health(app: FastAPI) -> None:
    @app.get("/health/live")
    @app.get("/health/ready")
    def healthy() -> dict[str, str]:
        """Ready as soon as it answers: without Redis or SQL the desk still says so."""
        return {"status": "ok"}
