from collections.abc import AsyncIterator

import httpx
import pytest

from bot.mailbox import Mailbox
from connectors.calling import platform_client
from connectors.wechat import WechatConnector
from tests.connectors.platforms import WechatPlatform
from tests.connectors.wechat.accounts import connector


@pytest.fixture
def platform() -> WechatPlatform:
    return WechatPlatform()


@pytest.fixture
async def http(platform: WechatPlatform) -> AsyncIterator[httpx.AsyncClient]:
    async with platform_client(platform.transport) as client:
        yield client


@pytest.fixture
def wechat(http: httpx.AsyncClient, mailbox: Mailbox) -> WechatConnector:
    """An account in secure mode."""
    return connector(http, mailbox.token_store(), aes=True)


@pytest.fixture
def plain_wechat(http: httpx.AsyncClient, mailbox: Mailbox) -> WechatConnector:
    """An account in plain mode."""
    return connector(http, mailbox.token_store(), aes=False)
