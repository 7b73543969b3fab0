"""Sina Weibo private messages (私信): pushes in JSON, replies by `messages/reply`."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import Field, SecretStr

from bot.accounts import Account
from bot.errors import BadPayload, BadSignature
from bot.mailbox import Mailbox
from bot.messages import Inbound, Kind, Outbound, Reply
from bot.settings import Settings
from connectors.base import Limits, Response, Webhook
from connectors.config import ChannelConfig, read_config
from connectors.cutting import cut
from connectors.parts import in_one_message, send_parts
from connectors.reading import check_age, field, identifier, load_json, message_key
from connectors.tokens import TokenStore
from connectors.weibo.api import TextTooLong, WeiboApi

TEXT_CHARACTERS = 299
"""Weibo takes fewer than 300."""
MOST_PARTS = 3
"""Where the full text needs more messages, the approved short form is sent instead."""

_KINDS: dict[str, Kind] = {"image": "image", "voice": "voice", "position": "location"}
_FIRST_VISITS = {"follow", "subscribe", "scan_follow"}


class WeiboConfig(ChannelConfig):
    """The `weibo` part of an account."""

    uid: str = Field(pattern=r"^\d{5,20}$")
    """The account's own number."""
    app_secret: SecretStr = Field(min_length=8)
    """Signs the pushes."""
    access_token: SecretStr = Field(min_length=8)
    """Of the account's developer mode; not the OAuth token of the public API."""
    api_url: str = Field(default="https://m.api.weibo.com", pattern=r"^https?://[^?#]+$")
    window_hours: float = Field(default=48, gt=0)
    """How long after a citizen's message replies are taken."""
    quota: int | None = Field(default=None, ge=1)
    """Replies to one message of a citizen; None: any number."""


def connect(
    account: Account,
    config: Mapping[str, Any],
    settings: Settings,
    http: httpx.AsyncClient,
    mailbox: Mailbox,
) -> "WeiboConnector":
    """The connector of one account; raises Misconfigured."""
    return WeiboConnector(
        account.id,
        read_config(WeiboConfig, account, "weibo", config),
        http=http,
        store=mailbox.token_store(),
    )


class WeiboConnector:
    """The private messages of one account."""

    name = "weibo"

    def __init__(
        self, account: str, config: WeiboConfig, *, http: httpx.AsyncClient, store: TokenStore
    ) -> None:
        self.limits = Limits(window=timedelta(hours=config.window_hours), quota=config.quota)
        self._account = account
        self._uid = config.uid
        self._secret = config.app_secret.get_secret_value()
        self._store = store
        self._api = WeiboApi(
            uid=config.uid,
            token=config.access_token.get_secret_value(),
            url=config.api_url,
            http=http,
        )

    def verify(self, webhook: Webhook) -> None:
        timestamp, nonce = webhook.parameter("timestamp"), webhook.parameter("nonce")
        given = webhook.parameter("signature")
        if not hmac.compare_digest(
            given.encode(), signature(self._secret, timestamp, nonce).encode()
        ):
            raise BadSignature("signature does not match")
        # The body is not signed: a captured address is good for any body while it is young.
        check_age(timestamp, webhook.received_at)

    def handshake(self, webhook: Webhook) -> Response | None:
        if webhook.method != "GET":
            return None
        return Response(webhook.parameter("echostr").encode())

    def parse(self, webhook: Webhook) -> list[Inbound]:
        message = load_json(webhook.body)
        content = _content(message)
        if content is None:
            return []
        kind, text = content
        receiver, sender = identifier(message, "receiver_id"), identifier(message, "sender_id")
        if receiver != self._uid:
            raise BadPayload("message is for another account")
        created = field(message, "created_at", str)
        return [
            Inbound(
                channel=self.name,
                account=self._account,
                sender=sender,
                # Weibo sends no id; two messages of one second differ in their content.
                message_id=message_key(
                    receiver,
                    sender,
                    created,
                    field(message, "type", str),
                    field(message, "text", str),
                    json.dumps(message.get("data"), sort_keys=True),
                ),
                text=text,
                sent_at=_moment(created),
                kind=kind,
            )
        ]

    def acknowledge(self, webhook: Webhook, reply: Reply | None = None) -> Response:
        if reply is None:
            return Response()
        message = load_json(webhook.body)
        body = json.dumps(
            {
                "result": True,
                "sender_id": identifier(message, "receiver_id"),
                "receiver_id": identifier(message, "sender_id"),
                "type": "text",
                "data": passive_data(in_one_message(reply, TEXT_CHARACTERS)),
            },
            separators=(",", ":"),
        )
        return Response(body.encode(), content_type="application/json; charset=utf-8")

    async def send(self, message: Outbound) -> None:
        reply, recipient = message.reply, message.address.recipient

        async def send_text(part: str) -> None:
            try:
                await self._api.send(recipient, part)
            except TextTooLong:
                if not reply.short or part == reply.short:
                    raise
                await self._api.send(recipient, reply.short)

        # The bot understands the number as well as the words.
        numbered = enumerate(reply.choices, start=1)
        lines = [reply.text, *(f"{number}. {choice.title}" for number, choice in numbered)]
        parts = cut("\n".join(lines), TEXT_CHARACTERS)
        if len(parts) > MOST_PARTS and reply.short:
            parts = [reply.short]
        await send_parts(self._store, f"weibo:parts:{message.id}", parts, send_text)


def signature(*parts: str) -> str:
    """SHA-1, in hex, of the parts sorted by byte value and joined."""
    joined = b"".join(sorted(part.encode() for part in parts))
    # The platform prescribes SHA-1; the secret makes it a keyed hash.
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def passive_data(text: str) -> str:
    """The `data` of a reply in the response itself: JSON, percent-encoded."""
    return quote(json.dumps({"text": text}, ensure_ascii=False, separators=(",", ":")), safe="")


def _content(message: Mapping[str, Any]) -> tuple[Kind, str] | None:
    """What the citizen sent, and its words; None for what needs no answer."""
    kind = field(message, "type", str)
    if kind == "text":
        return "text", field(message, "text", str)
    if kind == "event":
        data = field(message, "data", dict)
        subtype = field(data, "subtype", str)
        if subtype == "click":
            return "text", field(data, "key", str)
        return ("follow", "") if subtype in _FIRST_VISITS else None
    # The text of pictures and places is Weibo's own phrase, not the citizen's words.
    return (_KINDS[kind], "") if kind in _KINDS else None


def _moment(created_at: str) -> datetime:
    """Weibo's time, such as "Thu Oct 09 16:53:20 +0800 2025"; raises BadPayload."""
    try:
        return datetime.strptime(created_at, "%a %b %d %H:%M:%S %z %Y").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadPayload("created_at is not a time") from error
