"""Web chat: our own page and widget, the one channel whose two ends are ours.

The citizen's page keeps a WebSocket open (`routes.py`, `visit.py`); the sender delivers by
putting the message into the conversation's room in Redis, which every page follows.
"""

from collections.abc import Mapping
from typing import Any

import httpx

from bot.accounts import Account
from bot.errors import BadSignature, SendLater, Unavailable
from bot.mailbox import Mailbox
from bot.messages import Inbound, Outbound, Reply
from bot.settings import Settings
from connectors.base import Limits, Response, Webhook
from connectors.config import read_config
from connectors.webchat.routes import WebchatConfig, webchat_routes

__all__ = ["WebchatConnector", "connect", "webchat_routes"]


def connect(
    account: Account,
    config: Mapping[str, Any],
    settings: Settings,
    http: httpx.AsyncClient,
    mailbox: Mailbox,
) -> "WebchatConnector":
    """The connector of one account; raises Misconfigured."""
    read_config(WebchatConfig, account, "webchat", config)
    return WebchatConnector(mailbox)


class WebchatConnector:
    """Delivers into the room. There is no webhook: citizens' words come by the socket."""

    name = "webchat"
    limits = Limits(idempotent=True)

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def verify(self, webhook: Webhook) -> None:
        raise BadSignature("web chat has no webhook")

    def handshake(self, webhook: Webhook) -> Response | None:
        return None

    def parse(self, webhook: Webhook) -> list[Inbound]:
        return []

    def acknowledge(self, webhook: Webhook, reply: Reply | None = None) -> Response:
        return Response()

    async def send(self, message: Outbound) -> None:
        """Put it into the room, once by its id; raises SendLater while Redis is away."""
        try:
            # What the fence drops is settled too: an officer speaks there now.
            await self._mailbox.post(message)
        except Unavailable as error:
            raise SendLater("the room cannot be reached") from error
