"""Replies to a stand-in for WeChat's API."""

import asyncio
import json

import httpx
import pytest

from bot.errors import SendHeld, SendLater, SendRefused, SendUnknown
from bot.messages import Choice
from connectors.calling import platform_client
from tests.connectors.calls import outbound
from tests.connectors.platforms import failing
from tests.connectors.wechat.accounts import CITIZEN, connector

SEND = "/cgi-bin/message/custom/send"
TOKEN = "/cgi-bin/stable_token"


def reply(text: str = "您好", **more):
    return outbound("wechat", CITIZEN, text, **more)


async def test_sends_the_recorded_call(wechat, platform):
    await wechat.send(reply("您好，请带户口簿…"))
    (call,) = platform.calls(SEND)
    assert str(call.url) == f"https://api.weixin.qq.com{SEND}?access_token=TOKEN-1"
    assert call.headers["content-type"] == "application/json"
    assert call.content.decode() == (
        '{"touser":"oCitizen0000000000000000001","msgtype":"text",'
        '"text":{"content":"您好，请带户口簿…"}}'
    )
    (fetch,) = platform.calls(TOKEN)
    assert json.loads(fetch.content) == {
        "grant_type": "client_credential",
        "appid": "wx0123456789abcdef",
        "secret": "app-secret",
        "force_refresh": False,
    }


async def test_fetches_one_token_for_many_senders(http, mailbox, platform):
    senders = [connector(http, mailbox.token_store(), aes=True) for _ in range(5)]
    await asyncio.gather(
        *(sender.send(reply(id=f"r{number}")) for number, sender in enumerate(senders))
    )
    assert len(platform.messages) == 5
    assert len(platform.calls(TOKEN)) == 1


async def test_renews_an_expired_token_once_and_sends_once(wechat, platform):
    await wechat.send(reply("一"))
    platform.expire_token()
    await wechat.send(reply("二"))
    assert [message["text"]["content"] for message in platform.messages] == ["一", "二"]
    assert len(platform.calls(TOKEN)) == 2


async def test_forces_a_new_token_when_it_is_given_the_refused_one_again(wechat, platform):
    platform.refusals = [40001]
    await wechat.send(reply())
    forced = [json.loads(call.content)["force_refresh"] for call in platform.calls(TOKEN)]
    assert forced == [False, False, True]
    assert len(platform.messages) == 1


async def test_does_not_force_new_tokens_message_by_message(wechat, platform):
    platform.refusals = [40001] * 10
    for _ in range(3):
        with pytest.raises(SendLater) as caught:
            await wechat.send(reply())
        assert caught.value.after == 60
    forced = [json.loads(call.content)["force_refresh"] for call in platform.calls(TOKEN)]
    assert forced.count(True) == 1
    assert len(platform.calls(SEND)) == 6


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_refused_twice_is_tried_later(wechat, platform, code):
    platform.refusals = [code, code]
    with pytest.raises(SendLater):
        await wechat.send(reply())


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (-1, SendLater),
        (45009, SendLater),
        (45011, SendLater),
        (61004, SendLater),
        (40164, SendLater),
        (45015, SendHeld),
        (45047, SendHeld),
        (40003, SendRefused),
        (40013, SendRefused),
        (40033, SendRefused),
        (40125, SendRefused),
        (41001, SendRefused),
        (43004, SendRefused),
        (43019, SendRefused),
        (44004, SendRefused),
        (45002, SendRefused),
        (47001, SendRefused),
        (48001, SendRefused),
        (48002, SendRefused),
        (48004, SendRefused),
        (50002, SendRefused),
        (99999, SendRefused),
    ],
)
async def test_each_refusal_says_what_to_do(wechat, platform, code, error):
    platform.refusals = [code]
    with pytest.raises(error):
        await wechat.send(reply())
    assert len(platform.calls(SEND)) == 1, "no blind second try"


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (lambda request: httpx.ConnectError("refused"), SendLater),
        (lambda request: httpx.ConnectTimeout("slow"), SendLater),
        (lambda request: httpx.ReadTimeout("slow"), SendUnknown),
        (lambda request: httpx.ReadError("reset"), SendUnknown),
    ],
)
async def test_a_broken_connection_says_whether_the_message_may_have_arrived(
    wechat, mailbox, failure, error
):
    await wechat.send(reply())  # The token is there; only the next call breaks.
    async with platform_client(failing(failure)) as http:
        with pytest.raises(error):
            await connector(http, mailbox.token_store(), aes=True).send(reply())


async def test_without_a_token_nothing_was_sent(mailbox):
    async with platform_client(failing(lambda request: httpx.ReadTimeout("slow"))) as http:
        with pytest.raises(SendLater):
            await connector(http, mailbox.token_store(), aes=True).send(reply())


async def test_cuts_a_long_text_by_bytes(wechat, platform):
    text = "请携带户口簿到派出所办理。" * 100
    await wechat.send(reply(text))
    parts = [message["text"]["content"] for message in platform.messages]
    assert "".join(parts) == text
    assert [len(part.encode()) for part in parts] == [2028, 1872]
    assert all(part.endswith("。") for part in parts)


async def test_a_second_try_goes_on_with_the_part_that_failed(wechat, platform):
    message = reply("请携带户口簿到派出所办理。" * 100)
    platform.refusals = [0, 45011]
    with pytest.raises(SendLater):
        await wechat.send(message)
    await wechat.send(message)
    parts = [sent["text"]["content"] for sent in platform.messages]
    assert len(parts) == 2
    assert "".join(parts) == message.reply.text


async def test_choices_are_entries_to_tap_on(wechat, platform):
    await wechat.send(
        reply("您想问哪一项？", choices=(Choice("补领", "补领"), Choice("换领", "换领")))
    )
    assert platform.messages == [
        {
            "touser": CITIZEN,
            "msgtype": "msgmenu",
            "msgmenu": {
                "head_content": "您想问哪一项？",
                "list": [{"id": "1", "content": "补领"}, {"id": "2", "content": "换领"}],
                "tail_content": "",
            },
        }
    ]


async def test_a_long_text_before_choices_is_sent_ahead(wechat, platform):
    await wechat.send(reply("请携带户口簿到派出所办理。" * 50, choices=(Choice("补领", "补领"),)))
    kinds = [message["msgtype"] for message in platform.messages]
    assert kinds == ["text", "msgmenu"]


async def test_no_secret_is_logged(wechat, platform, caplog):
    caplog.set_level("DEBUG")
    platform.refusals = [48001]
    with pytest.raises(SendRefused):
        await wechat.send(reply("身份证丢了"))
    await wechat.send(reply("身份证丢了"))
    logged = caplog.text
    assert "cgi-bin/message/custom/send" in logged
    for secret in ("TOKEN-1", "app-secret", CITIZEN, "身份证"):
        assert secret not in logged
