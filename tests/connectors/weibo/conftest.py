from collections.abc import AsyncIterator

import httpx
import pytest

from bot.mailbox import Mailbox
from connectors.calling import platform_client
from connectors.weibo import WeiboConnector
from tests.connectors.platforms import WeiboPlatform
from tests.connectors.weibo.accounts import TOKEN, connector


@pytest.fixture
def platform() -> WeiboPlatform:
    return WeiboPlatform(TOKEN)


@pytest.fixture
async def http(platform: WeiboPlatform) -> AsyncIterator[httpx.AsyncClient]:
    async with platform_client(platform.transport) as client:
        yield client


@pytest.fixture
def weibo(http: httpx.AsyncClient, mailbox: Mailbox) -> WeiboConnector:
    return connector(http, mailbox.token_store())
