"""Replies to a stand-in for Weibo's API."""

import httpx
import pytest

from bot.errors import SendHeld, SendLater, SendRefused, SendUnknown
from bot.messages import Choice
from connectors.calling import platform_client
from tests.connectors.calls import outbound
from tests.connectors.platforms import failing
from tests.connectors.weibo.accounts import CITIZEN, TOKEN, connector


def reply(text: str = "您好", **more):
    return outbound("weibo", CITIZEN, text, **more)


async def test_sends_the_recorded_call(weibo, platform):
    await weibo.send(reply())
    (call,) = platform.requests
    assert str(call.url) == (f"https://m.api.weibo.com/2/messages/reply.json?access_token={TOKEN}")
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"
    assert call.content.decode() == (
        "type=text&data=%7B%22text%22%3A%22%E6%82%A8%E5%A5%BD%22%7D"
        "&receiver_id=5200000001&save_sender_box=1"
    )


@pytest.mark.parametrize("code", [20032, 20111, 20017, 20019, "20032"])
async def test_what_weibo_already_has_counts_as_sent(weibo, platform, code):
    platform.refusals = [code]
    await weibo.send(reply())
    assert len(platform.requests) == 1


@pytest.mark.parametrize(
    ("error", "codes"),
    [
        (SendLater, [10001, 10002, 10009, 20014, 10022, 10023, 10024, 20016, "10023"]),
        (SendUnknown, [10003, 10010, 10011, "busy"]),
        (SendHeld, [26403]),
        (SendRefused, [10004, 10005, 10014, 10006, 10008, 10016, 10017, 10018, 10020, 10021]),
        (SendRefused, [10012, 10013, 20003, 20008, 20012, 20013, 20015, 20018, 20020, 20021]),
        (SendRefused, [20022, 20031, 20101, 20201, 20202, 20301, 20305, 20306, 20307, 20508]),
        (SendRefused, [21301, 21314, 21315, 21316, 21317, 21319, 21327, 21332, 21321, 21602]),
        (SendRefused, [99999]),
    ],
)
async def test_each_refusal_says_what_to_do(weibo, platform, error, codes):
    for code in codes:
        platform.requests.clear()
        platform.refusals = [code]
        with pytest.raises(error):
            await weibo.send(reply())
        assert len(platform.requests) == 1, "no blind second try"


@pytest.mark.parametrize("code", [10022, 10023, 10024, 20016])
async def test_a_rate_limit_is_waited_for(weibo, platform, code):
    platform.refusals = [code]
    with pytest.raises(SendLater) as caught:
        await weibo.send(reply())
    assert 0 < caught.value.after <= 3600


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (lambda request: httpx.ConnectError("refused"), SendLater),
        (lambda request: httpx.ReadTimeout("slow"), SendUnknown),
        (lambda request: httpx.RemoteProtocolError("gone"), SendUnknown),
    ],
)
async def test_a_broken_connection_says_whether_the_message_may_have_arrived(
    mailbox, failure, error
):
    async with platform_client(failing(failure)) as http:
        with pytest.raises(error):
            await connector(http, mailbox.token_store()).send(reply())


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, b"", SendLater),
        (429, b"", SendLater),
        (500, b"", SendUnknown),
        (504, b"", SendUnknown),
        (200, b"<html>", SendUnknown),
        (200, b"[]", SendUnknown),
        (403, b"<html>", SendRefused),
        (302, b"", SendRefused),
    ],
)
async def test_a_strange_answer_says_whether_the_message_may_have_arrived(
    mailbox, status, body, error
):
    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=body))
    async with platform_client(transport) as http:
        with pytest.raises(error):
            await connector(http, mailbox.token_store()).send(reply())


async def test_a_busy_platform_may_say_how_long_to_wait(mailbox):
    transport = httpx.MockTransport(
        lambda request: httpx.Response(503, headers={"retry-after": "7"})
    )
    async with platform_client(transport) as http:
        with pytest.raises(SendLater) as caught:
            await connector(http, mailbox.token_store()).send(reply())
    assert caught.value.after == 7


async def test_cuts_a_long_text_at_sentences(weibo, platform):
    text = "请携带户口簿到派出所办理。" * 50
    await weibo.send(reply(text))
    parts = [message["text"] for message in platform.messages]
    assert "".join(parts) == text
    assert [len(part) for part in parts] == [299, 299, 52]


async def test_sends_the_approved_short_form_where_the_full_text_needs_too_many_messages(
    weibo, platform
):
    await weibo.send(reply("请携带户口簿到派出所办理。" * 100, short="带户口簿到派出所办理。"))
    assert [message["text"] for message in platform.messages] == ["带户口簿到派出所办理。"]


async def test_shortens_once_when_weibo_finds_the_text_too_long(weibo, platform):
    platform.refusals = [20013]
    await weibo.send(reply("请携带户口簿到派出所办理。", short="带户口簿。"))
    assert [message["text"] for message in platform.messages] == ["带户口簿。"]
    platform.refusals = [20013, 20013]
    with pytest.raises(SendRefused):
        await weibo.send(reply("请携带户口簿到派出所办理。", short="带户口簿。", id="r2"))


async def test_a_second_try_goes_on_with_the_part_that_failed(weibo, platform):
    message = reply("请携带户口簿到派出所办理。" * 50)
    platform.refusals = [0, 10009]
    with pytest.raises(SendLater):
        await weibo.send(message)
    await weibo.send(message)
    assert "".join(sent["text"] for sent in platform.messages) == message.reply.text


async def test_lists_what_may_be_answered(weibo, platform):
    await weibo.send(
        reply("您想问哪一项？", choices=(Choice("补领", "补领"), Choice("换领", "换领")))
    )
    assert platform.messages[0]["text"] == "您想问哪一项？\n1. 补领\n2. 换领"


async def test_no_secret_is_logged(weibo, platform, caplog):
    caplog.set_level("DEBUG")
    platform.refusals = [21327]
    with pytest.raises(SendRefused):
        await weibo.send(reply("身份证丢了"))
    assert "/2/messages/reply.json" in caplog.text
    for secret in (TOKEN, CITIZEN, "身份证"):
        assert secret not in caplog.text
