"""WeChat Official Accounts (公众号): pushes in XML, replies by the customer-service API."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import Field, SecretStr

from bot.accounts import Account
from bot.errors import BadPayload, BadSignature
from bot.mailbox import Mailbox
from bot.messages import Inbound, Kind, Outbound, Reply
from bot.settings import Settings
from connectors.base import Limits, Response, Webhook
from connectors.config import ChannelConfig, read_config
from connectors.cutting import cut, utf8_bytes
from connectors.parts import in_one_message, send_parts
from connectors.reading import check_age, load_xml, message_key, moment
from connectors.tokens import TokenStore
from connectors.wechat.api import WechatApi
from connectors.wechat.crypto import Envelope, check_signature, signature

TEXT_BYTES = 2048
MENU_BYTES = 1024
"""Of the text above a menu; WeChat gives this figure for its other customer service."""
PASSIVE_CHARACTERS = 600
"""Beyond some 1,100 the citizen is shown a failure instead; WeChat does not say where."""

_KINDS: dict[str, Kind] = {
    "image": "image",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "location": "location",
}


class WechatConfig(ChannelConfig):
    """The `wechat` part of an account."""

    app_id: str = Field(pattern=r"^wx[0-9a-f]{16}$")
    app_secret: SecretStr
    token: SecretStr = Field(min_length=3)
    """消息令牌 (Token): signs the pushes."""
    aes_key: SecretStr | None = Field(default=None, min_length=43, max_length=43)
    """消息加解密密钥 (EncodingAESKey); given: pushes that are not encrypted are refused."""
    api_url: str = Field(default="https://api.weixin.qq.com", pattern=r"^https?://[^?#]+$")
    quota: int = Field(default=5, ge=1)
    """Replies to one message of a citizen."""


def connect(
    account: Account,
    config: Mapping[str, Any],
    settings: Settings,
    http: httpx.AsyncClient,
    mailbox: Mailbox,
) -> "WechatConnector":
    """The connector of one account; raises Misconfigured."""
    return WechatConnector(
        account.id,
        read_config(WechatConfig, account, "wechat", config),
        http=http,
        store=mailbox.token_store(),
    )


class WechatConnector:
    """One official account, in plain, compatible or secure mode."""

    name = "wechat"

    def __init__(
        self, account: str, config: WechatConfig, *, http: httpx.AsyncClient, store: TokenStore
    ) -> None:
        self.limits = Limits(window=timedelta(hours=48), quota=config.quota)
        self._account = account
        self._token = config.token.get_secret_value()
        self._envelope = (
            Envelope(config.aes_key.get_secret_value(), config.app_id) if config.aes_key else None
        )
        self._store = store
        self._api = WechatApi(
            app_id=config.app_id,
            secret=config.app_secret.get_secret_value(),
            url=config.api_url,
            http=http,
            store=store,
        )

    def verify(self, webhook: Webhook) -> None:
        timestamp, nonce = webhook.parameter("timestamp"), webhook.parameter("nonce")
        if self._envelope and webhook.method == "POST":
            # Only this signature covers the body; the plain one could be copied to another.
            given = webhook.parameter("msg_signature")
            check_signature(given, self._token, timestamp, nonce, _encrypted(webhook))
        else:
            check_signature(webhook.parameter("signature"), self._token, timestamp, nonce)
        check_age(timestamp, webhook.received_at)

    def handshake(self, webhook: Webhook) -> Response | None:
        if webhook.method != "GET":
            return None
        return Response(webhook.parameter("echostr").encode())

    def parse(self, webhook: Webhook) -> list[Inbound]:
        message = self._read(webhook)
        content = _content(message)
        if content is None:
            return []
        kind, text = content
        sender, created = _text(message, "FromUserName"), _text(message, "CreateTime")
        if message["MsgType"] == "event":
            key = message_key(
                sender, created, message.get("Event", ""), message.get("EventKey", "")
            )
        else:
            # MsgIds of different citizens have been seen to collide.
            key = message_key(sender, _text(message, "MsgId"))
        return [
            Inbound(
                channel=self.name,
                account=self._account,
                sender=sender,
                message_id=key,
                text=text,
                sent_at=moment(created),
                kind=kind,
            )
        ]

    def acknowledge(self, webhook: Webhook, reply: Reply | None = None) -> Response:
        if reply is None:
            return Response(b"success")
        message = self._read(webhook)
        xml = passive_reply(
            citizen=_text(message, "FromUserName"),
            account=_text(message, "ToUserName"),
            text=in_one_message(reply, PASSIVE_CHARACTERS),
            now=webhook.received_at,
        )
        if self._envelope:
            timestamp = str(int(webhook.received_at.timestamp()))
            nonce = webhook.parameter("nonce")
            encrypted = self._envelope.seal(xml.encode())
            xml = encrypted_reply(
                encrypted,
                signature(self._token, timestamp, nonce, encrypted),
                timestamp,
                nonce,
            )
        return Response(xml.encode(), content_type="application/xml; charset=utf-8")

    async def send(self, message: Outbound) -> None:
        recipient = message.address.recipient

        async def send_one(content: dict[str, Any]) -> None:
            await self._api.send({"touser": recipient, **content})

        await send_parts(
            self._store, f"wechat:parts:{message.id}", _contents(message.reply), send_one
        )

    def _read(self, webhook: Webhook) -> dict[str, str]:
        """The elements of the message; raises BadPayload."""
        if self._envelope:
            return load_xml(self._envelope.open(_encrypted(webhook)))
        return load_xml(webhook.body)


def passive_reply(*, citizen: str, account: str, text: str, now: datetime) -> str:
    """The XML of a text that is said to the citizen in the response itself."""
    return (
        f"<xml><ToUserName>{_cdata(citizen)}</ToUserName>"
        f"<FromUserName>{_cdata(account)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content>{_cdata(text)}</Content></xml>"
    )


def encrypted_reply(encrypted: str, signed: str, timestamp: str, nonce: str) -> str:
    """The XML around an encrypted reply."""
    return (
        f"<xml><Encrypt>{_cdata(encrypted)}</Encrypt>"
        f"<MsgSignature>{_cdata(signed)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
    )


def _contents(reply: Reply) -> list[dict[str, Any]]:
    """The messages that together say `reply`; its choices become entries to tap on, which
    come back as the text that they show."""
    texts = cut(reply.text, MENU_BYTES if reply.choices else TEXT_BYTES, utf8_bytes)
    contents: list[dict[str, Any]] = [
        {"msgtype": "text", "text": {"content": text}} for text in texts
    ]
    if reply.choices:
        entries = [
            {"id": str(number), "content": choice.title}
            for number, choice in enumerate(reply.choices, start=1)
        ]
        head = texts[-1] if texts else ""
        menu = {"head_content": head, "list": entries, "tail_content": ""}
        contents[-1:] = [{"msgtype": "msgmenu", "msgmenu": menu}]
    return contents


def _encrypted(webhook: Webhook) -> str:
    try:
        return load_xml(webhook.body)["Encrypt"]
    except (BadPayload, KeyError) as error:
        # Without it there is nothing that the signature could cover.
        raise BadSignature("Encrypt is missing") from error


def _content(message: Mapping[str, str]) -> tuple[Kind, str] | None:
    """What the citizen sent, and its words; None for what needs no answer."""
    kind = _text(message, "MsgType")
    if kind == "text":
        return "text", message.get("Content", "")
    if kind == "voice" and message.get("Recognition", "").strip():
        return "text", message["Recognition"]
    if kind == "link":
        return "text", message.get("Title", "")
    if kind == "event":
        event = _text(message, "Event")
        if event == "CLICK":
            return "text", _text(message, "EventKey")
        return ("follow", "") if event == "subscribe" else None
    return (_KINDS[kind], "") if kind in _KINDS else None


def _text(message: Mapping[str, str], name: str) -> str:
    """An element that must be there and must not be empty; raises BadPayload."""
    value = message.get(name, "").strip()
    if not value:
        raise BadPayload(f"{name} is missing")
    return value


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
