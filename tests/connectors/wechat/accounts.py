"""An official account that belongs to nobody, and its calls."""

import httpx
from pydantic import SecretStr

from bot.mailbox.tokens import Tokens
from connectors.base import Webhook
from connectors.wechat import WechatConfig, WechatConnector
from tests.connectors.calls import webhook

APP_ID = "wx0123456789abcdef"
TOKEN = "npd110token"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
RANDOM = b"A1b2C3d4E5f6G7h8"
CITIZEN = "oCitizen0000000000000000001"

PLAIN_QUERY = {
    "signature": "45577d2610fb4ed1efb647be1238175949d9d538",
    "timestamp": "1760000000",
    "nonce": "840297531",
    "openid": CITIZEN,
}
AES_QUERY = PLAIN_QUERY | {
    "encrypt_type": "aes",
    "msg_signature": "8af48bd49eccfe6b26574f9ec2a666c0e3230688",
}


def config(*, aes: bool) -> WechatConfig:
    return WechatConfig(
        app_id=APP_ID,
        app_secret=SecretStr("app-secret"),
        token=SecretStr(TOKEN),
        aes_key=SecretStr(AES_KEY) if aes else None,
    )


def connector(http: httpx.AsyncClient, store: Tokens, *, aes: bool) -> WechatConnector:
    return WechatConnector("npd", config(aes=aes), http=http, store=store)


def plain(body: bytes) -> Webhook:
    return webhook(PLAIN_QUERY, body)


def encrypted(body: bytes) -> Webhook:
    return webhook(AES_QUERY, body)
