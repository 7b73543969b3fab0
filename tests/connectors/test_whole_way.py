"""A recorded push goes all the way: gateway, mailbox, a reply, sender, the platform's API."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.accounts import Account
from bot.events import Delivered
from bot.mailbox import Mailbox
from bot.messages import Reply, Turn
from bot.settings import Settings
from connectors.gateway import create_gateway
from connectors.sender import run_sender
from tests.connectors.calls import NOW
from tests.connectors.platforms import WechatPlatform, WeiboPlatform, served
from tests.connectors.wechat import accounts as wechat
from tests.connectors.weibo import accounts as weibo

HERE = Path(__file__).parent
ANSWER = "请带户口簿到派出所补办。依据：《居民身份证法》第十一条"


def account(channel: str, **config: str) -> dict[str, Account]:
    return {
        "npd": Account(
            id="npd",
            name="某地公安",
            name_en="Sample Police",
            place="110108",
            channels={channel: config},
        )
    }


async def whole_way(
    settings: Settings,
    mailbox: Mailbox,
    accounts: dict[str, Account],
    path: str,
    query: dict[str, str],
    body: bytes,
) -> httpx.Response:
    """Push `body`, answer it, deliver the answer; returns the gateway's acknowledgement."""
    app = create_gateway(settings, mailbox, accounts, clock=lambda: NOW)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as web:
        acknowledged = await web.post(path, params=query, content=body)
        assert await web.post(path, params=query, content=body), "a repeated delivery"
    claim = await mailbox.claim("worker", wait=0.01) or await mailbox.claim("worker", wait=1)
    assert claim.message.text == "身份证丢了怎么补办？"
    await mailbox.commit(claim, Turn("answer", "zh", (Reply(ANSWER),)), None)
    assert await mailbox.claim("worker", wait=0.01) is None, "one message, one turn"

    stop = asyncio.Event()
    sending = asyncio.create_task(run_sender(settings, mailbox, accounts, stop))
    async with asyncio.timeout(10):
        status: list[Any] = []
        while not status:
            events = await mailbox.events("test", wait=0.1)
            status = [event.status for _, event in events if isinstance(event, Delivered)]
    stop.set()
    await sending
    assert status == ["sent"]
    return acknowledged


@pytest.mark.parametrize("mode", ["plain", "secure"])
async def test_a_wechat_push_is_answered_by_a_customer_service_message(settings, mailbox, mode):
    platform = WechatPlatform()
    config = {"app_id": wechat.APP_ID, "app_secret": "app-secret", "token": wechat.TOKEN}
    if mode == "secure":
        config["aes_key"] = wechat.AES_KEY
    name = "encrypted_text" if mode == "secure" else "text"
    async with served(platform) as address:
        acknowledged = await whole_way(
            settings,
            mailbox,
            account("wechat", **config, api_url=address),
            "/hooks/wechat/npd",
            wechat.AES_QUERY if mode == "secure" else wechat.PLAIN_QUERY,
            (HERE / f"wechat/fixtures/{name}.xml").read_bytes(),
        )
    assert acknowledged.text == "success"
    fetch, send = platform.requests
    assert fetch.url.path == "/cgi-bin/stable_token"
    assert send.url.path == "/cgi-bin/message/custom/send"
    assert send.url.params["access_token"] == platform.token
    assert send.content.decode() == (
        f'{{"touser":"{wechat.CITIZEN}","msgtype":"text","text":{{"content":"{ANSWER}"}}}}'
    )


async def test_a_weibo_push_is_answered_by_a_private_message(settings, mailbox):
    platform = WeiboPlatform(weibo.TOKEN)
    async with served(platform) as address:
        acknowledged = await whole_way(
            settings,
            mailbox,
            account(
                "weibo",
                uid=weibo.UID,
                app_secret=weibo.SECRET,
                access_token=weibo.TOKEN,
                api_url=address,
            ),
            "/hooks/weibo/npd",
            weibo.QUERY,
            (HERE / "weibo/fixtures/text.json").read_bytes(),
        )
    assert acknowledged.text == ""
    (send,) = platform.requests
    assert send.url.path == "/2/messages/reply.json"
    assert send.url.params["access_token"] == weibo.TOKEN
    assert platform.messages == [
        {
            "type": "text",
            "data": f'{{"text":"{ANSWER}"}}',
            "receiver_id": weibo.CITIZEN,
            "save_sender_box": "1",
            "text": ANSWER,
        }
    ]
