"""A Weibo account that belongs to nobody, and its calls."""

import httpx
from pydantic import SecretStr

from bot.mailbox.tokens import Tokens
from connectors.base import Webhook
from connectors.weibo import WeiboConfig, WeiboConnector
from tests.connectors.calls import webhook

UID = "5100000001"
CITIZEN = "5200000001"
SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "2.00EXAMPLExxxxxxxxxxxxxxxxxxxxxxx"
QUERY = {
    "signature": "6216f88a3777ee89dbe48f2c9d3e68282bf7fbd2",
    "timestamp": "1760000000123",
    "nonce": "57155157",
}


def config() -> WeiboConfig:
    return WeiboConfig(uid=UID, app_secret=SecretStr(SECRET), access_token=SecretStr(TOKEN))


def connector(http: httpx.AsyncClient, store: Tokens) -> WeiboConnector:
    return WeiboConnector("npd", config(), http=http, store=store)


def signed(body: bytes) -> Webhook:
    return webhook(QUERY, body)
