"""The channels. A new one is a folder here and one line in CONNECTORS."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from bot.accounts import Account
from bot.errors import Misconfigured
from bot.mailbox import Mailbox
from bot.settings import Settings
from connectors import webchat, wechat, weibo
from connectors.base import Connector
from connectors.calling import platform_client

ConnectorFactory = Callable[
    [Account, Mapping[str, Any], Settings, httpx.AsyncClient, Mailbox], Connector
]

CONNECTORS: Mapping[str, ConnectorFactory] = {
    "webchat": webchat.connect,
    "wechat": wechat.connect,
    "weibo": weibo.connect,
}


def connect_accounts(
    accounts: Mapping[str, Account],
    settings: Settings,
    http: httpx.AsyncClient,
    mailbox: Mailbox,
) -> dict[tuple[str, str], Connector]:
    """The connectors of all accounts by (channel, account id); raises Misconfigured."""
    connectors = {}
    for account in accounts.values():
        for channel, config in account.channels.items():
            if channel not in CONNECTORS:
                raise Misconfigured(f"{account.id}.{channel}: there is no such channel")
            connectors[channel, account.id] = CONNECTORS[channel](
                account, config, settings, http, mailbox
            )
    return connectors


def check_accounts(settings: Settings, accounts: Mapping[str, Account]) -> None:
    """Raise Misconfigured unless every channel of every account has all it needs."""
    connect_accounts(accounts, settings, platform_client(), Mailbox.connect(settings))
