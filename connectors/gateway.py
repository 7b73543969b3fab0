"""The gateway: webhooks and web chat. It verifies, reads, puts into the mailbox, acknowledges.

Nothing is said to a platform but the acknowledgement, with one exception: when nobody else
can, the gateway itself answers an emergency, in the response.
"""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from fastapi import FastAPI, Request
from fastapi import Response as HttpResponse
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.requests import ClientDisconnect

from bot.accounts import Account
from bot.dialogue.safety import check
from bot.errors import BadPayload, BadSignature, Unavailable
from bot.mailbox import Mailbox
from bot.messages import Inbound, Reply
from bot.settings import Settings
from connectors import connect_accounts
from connectors.base import Connector, Webhook
from connectors.calling import platform_client
from connectors.reading import clean_text
from connectors.webchat import webchat_routes

logger = structlog.get_logger()

Result = TypeVar("Result")

MAILBOX_SECONDS = 3.0
"""WeChat and Weibo wait 5 seconds for an answer, and so does a citizen in danger."""
BODY_SECONDS = 4.0
KEPT_ALARMS = 1000
"""Emergencies that wait in this process for Redis; the officer still has to hear of them."""
RETRY_SECONDS = 5


class TooLarge(Exception):
    """The body is over the limit."""


def create_gateway(
    settings: Settings,
    mailbox: Mailbox,
    accounts: Mapping[str, Account],
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The public web application; raises Misconfigured when an account's channel is."""
    http = platform_client()
    intake = Intake(settings, mailbox, connect_accounts(accounts, settings, http, mailbox), clock)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with http:
            yield
        await intake.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_api_route("/hooks/{channel}/{account}", intake.hook, methods=["GET", "POST"])
    app.include_router(webchat_routes(settings, mailbox, accounts, clock=clock))

    @app.get("/health/live")
    async def live() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @app.get("/health/ready")
    async def ready() -> JSONResponse:
        # Without Redis or workers this process still answers emergencies: it must go on being
        # sent calls, so this says what is down and is "ready" all the same.
        return JSONResponse(
            {"ready": True, "redis": await intake.redis(), "workers": await intake.workers()}
        )

    return app


class Intake:
    """Takes in what platforms push."""

    def __init__(
        self,
        settings: Settings,
        mailbox: Mailbox,
        connectors: Mapping[tuple[str, str], Connector],
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._mailbox = mailbox
        self._connectors = connectors
        self._clock = clock
        self._alarms: set[asyncio.Task[None]] = set()

    async def hook(self, channel: str, account: str, request: Request) -> HttpResponse:
        """Answer one call of a platform."""
        connector = self._connectors.get((channel, account))
        if connector is None:
            return _line("not found", 404)
        try:
            response = await self._answer(connector, request)
        except ClientDisconnect:
            response = _line("gone", 400)  # Nobody reads this.
        except TimeoutError:
            response = _line("too slow", 408)
        except TooLarge:
            response = _line("too large", 413)
        except BadSignature as error:
            logger.warning("call refused", channel=channel, account=account, reason=str(error))
            response = _line("refused", 401)
        except BadPayload as error:
            logger.warning("call not read", channel=channel, account=account, reason=str(error))
            response = _line("cannot be read", 400)
        except Unavailable as error:
            logger.warning("call not taken", channel=channel, account=account, reason=str(error))
            response = _line("later, please", 503)
            response.headers["retry-after"] = str(RETRY_SECONDS)
        except Exception as error:
            # The server would log the error's message, and that may quote the citizen.
            logger.error(
                "bug in the gateway",
                channel=channel,
                account=account,
                error=type(error).__name__,
                at="".join(traceback.format_tb(error.__traceback__)[-3:]),
            )
            response = _line("failed", 500)
        # Without the query, which holds signatures.
        logger.info("call", channel=channel, account=account, status=response.status_code)
        return response

    async def _answer(self, connector: Connector, request: Request) -> HttpResponse:
        webhook = Webhook(
            method=request.method,
            query=dict(request.query_params),
            headers=dict(request.headers),
            body=await self._body(request),
            received_at=self._clock(),
        )
        connector.verify(webhook)
        answer = connector.handshake(webhook)
        if answer is None:
            said = None
            for message in connector.parse(webhook):
                said = await self._accept(message) or said
            answer = connector.acknowledge(webhook, said)
        return HttpResponse(answer.body, answer.status, media_type=answer.content_type)

    async def _body(self, request: Request) -> bytes:
        """The whole body; raises TooLarge before more than the limit is in memory."""
        body = bytearray()
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > self._settings.body_limit:
                    raise TooLarge
        return bytes(body)

    async def _accept(self, message: Inbound) -> Reply | None:
        """Put the message into the mailbox. What comes back is to be said in the response:
        an emergency that no worker would answer now. Raises Unavailable for all others."""
        alarm = check(message.text, message.language) if message.kind == "text" else None
        message = replace(message, text=clean_text(message.text, self._settings.text_limit))
        if alarm is None:
            await _in_time(self._mailbox.accept(message))
            return None
        answered = replace(message, alarm_answered=True)
        try:
            if await _in_time(self._leave_to_worker(message, otherwise=answered)):
                return None
        except Unavailable:
            self._accept_later(answered)
        return alarm.reply_alone

    async def _leave_to_worker(self, message: Inbound, *, otherwise: Inbound) -> bool:
        """Put `message` into the mailbox if a worker is there to answer it, else `otherwise`."""
        alive = await self._mailbox.workers_alive()
        await self._mailbox.accept(message if alive else otherwise)
        return alive

    def _accept_later(self, message: Inbound) -> None:
        if len(self._alarms) < KEPT_ALARMS:
            logger.critical("emergency answered, but no officer has heard of it yet")
            task = asyncio.create_task(self._accept_when_possible(message))
            self._alarms.add(task)
            task.add_done_callback(self._alarms.discard)
        else:
            logger.critical("emergency answered, but no officer will hear of it")

    async def _accept_when_possible(self, message: Inbound) -> None:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            with suppress(Unavailable):
                await self._mailbox.accept(message)
                return

    async def redis(self) -> bool:
        """Whether the mailbox can be reached."""
        try:
            await _in_time(self._mailbox.ping())
        except Unavailable:
            return False
        return True

    async def workers(self) -> bool:
        """Whether anybody would answer."""
        try:
            return await _in_time(self._mailbox.workers_alive())
        except Unavailable:
            return False

    async def close(self) -> None:
        """Forget the emergencies that wait."""
        for task in self._alarms:
            task.cancel()
        await asyncio.gather(*self._alarms, return_exceptions=True)


async def _in_time(call: Awaitable[Result]) -> Result:
    """Raise Unavailable when the mailbox has not answered after MAILBOX_SECONDS."""
    try:
        async with asyncio.timeout(MAILBOX_SECONDS):
            return await call
    except TimeoutError as error:
        raise Unavailable("the mailbox does not answer") from error


def _line(text: str, status: int) -> PlainTextResponse:
    """An answer that tells a stranger nothing."""
    return PlainTextResponse(f"{text}\n", status)
