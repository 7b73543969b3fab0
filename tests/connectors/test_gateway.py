"""The gateway with real connectors and a real Redis: what goes in, and what is answered."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from bot.accounts import Account
from bot.dialogue.safety import check
from bot.events import CitizenSaid
from bot.mailbox import Mailbox
from bot.messages import Inbound
from bot.settings import Settings
from connectors import gateway
from connectors.gateway import Intake, create_gateway
from connectors.reading import load_xml
from connectors.wechat.crypto import Envelope, signature
from tests.connectors.calls import NOW
from tests.connectors.wechat import accounts as wechat
from tests.connectors.weibo import accounts as weibo

QUESTION = "身份证丢了怎么补办？"
EMERGENCY = "救命！有人拿刀追我"

ACCOUNT = Account(
    id="npd",
    name="某地公安",
    name_en="Sample Police",
    place="110108",
    channels={
        "wechat": {
            "app_id": wechat.APP_ID,
            "app_secret": "app-secret",
            "token": wechat.TOKEN,
            "aes_key": wechat.AES_KEY,
        },
        "weibo": {"uid": weibo.UID, "app_secret": weibo.SECRET, "access_token": weibo.TOKEN},
    },
)


@pytest.fixture
def app(settings: Settings, mailbox: Mailbox) -> FastAPI:
    return create_gateway(settings, mailbox, {"npd": ACCOUNT}, clock=lambda: NOW)


@pytest.fixture
async def web(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The platforms' way to the gateway."""
    async with _client(app) as client:
        yield client


@pytest.fixture
async def web_without_redis(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The same while Redis is down."""
    away = settings.model_copy(update={"redis_url": "unix:///nowhere/redis.sock"})
    mailbox = Mailbox.connect(away)
    async with _client(create_gateway(away, mailbox, {"npd": ACCOUNT}, clock=lambda: NOW)) as web:
        yield web
    await mailbox.close()


def _client(app: FastAPI) -> httpx.AsyncClient:
    # A bug would come through here as an exception and fail the test.
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


async def wechat_post(
    web: httpx.AsyncClient, xml: str | bytes, *, at: int = 1760000000, number: int = 1
) -> httpx.Response:
    """A signed, encrypted push of this XML; a text becomes the whole message."""
    if isinstance(xml, str):
        xml = wechat_text(xml, number)
    encrypt = Envelope(wechat.AES_KEY, wechat.APP_ID).seal(xml)
    query = {
        "timestamp": str(at),
        "nonce": "840297531",
        "encrypt_type": "aes",
        "msg_signature": signature(wechat.TOKEN, str(at), "840297531", encrypt),
    }
    body = f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode()
    return await web.post("/hooks/wechat/npd", params=query, content=body)


def wechat_text(text: str, number: int = 1) -> bytes:
    return (
        f"<xml><ToUserName>gh_npd110test00</ToUserName><FromUserName>{wechat.CITIZEN}"
        f"</FromUserName><CreateTime>1760000000</CreateTime><MsgType>text</MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId></xml>"
    ).encode("utf-8", "surrogatepass")


async def weibo_post(web: httpx.AsyncClient, body: Mapping[str, object] | bytes) -> httpx.Response:
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return await web.post("/hooks/weibo/npd", params=weibo.QUERY, content=body)


def weibo_text(text: str) -> dict[str, object]:
    return {
        "type": "text",
        "receiver_id": int(weibo.UID),
        "sender_id": int(weibo.CITIZEN),
        "created_at": "Thu Oct 09 16:53:20 +0800 2025",
        "text": text,
        "data": {},
    }


async def accepted(mailbox: Mailbox) -> list[CitizenSaid]:
    """What the mailbox took, once it is read."""
    events = await mailbox.events("test", wait=0.01) + await mailbox.events("test", wait=0.01)
    return [event for _, event in events if isinstance(event, CitizenSaid)]


async def waiting(mailbox: Mailbox) -> Inbound:
    """The message that waits for a worker."""
    claim = await mailbox.claim("test", wait=0.01) or await mailbox.claim("test", wait=1)
    assert claim is not None
    return claim.message


# A message, and a repeated message.


async def test_a_question_reaches_the_mailbox_and_is_acknowledged(web, mailbox):
    answer = await wechat_post(web, QUESTION)
    assert (answer.status_code, answer.text) == (200, "success")
    answer = await weibo_post(web, weibo_text(QUESTION))
    assert (answer.status_code, answer.text) == (200, "")
    said = await accepted(mailbox)
    assert sorted((event.address.channel, event.text) for event in said) == [
        ("wechat", QUESTION),
        ("weibo", QUESTION),
    ]


async def test_a_repeated_delivery_is_acknowledged_alike_and_kept_once(web, mailbox):
    for _ in range(3):
        answer = await wechat_post(web, QUESTION)
        assert (answer.status_code, answer.text) == (200, "success")
        answer = await weibo_post(web, weibo_text(QUESTION))
        assert (answer.status_code, answer.text) == (200, "")
    assert len(await accepted(mailbox)) == 2


async def test_two_messages_of_one_second_are_both_kept(web, mailbox):
    await weibo_post(web, weibo_text("一"))
    await weibo_post(web, weibo_text("二"))
    assert [event.text for event in await accepted(mailbox)] == ["一", "二"]


async def test_answers_the_handshake_with_the_bare_text(web):
    query = wechat.PLAIN_QUERY | {"echostr": "7000000000000000001"}
    answer = await web.get("/hooks/wechat/npd", params=query)
    assert (answer.status_code, answer.text) == (200, "7000000000000000001")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    answer = await web.get("/hooks/weibo/npd", params=weibo.QUERY | {"echostr": "XI7pL0Zt"})
    assert (answer.status_code, answer.text) == (200, "XI7pL0Zt")


# Who is not let in.


@pytest.mark.parametrize("path", ["/hooks/wechat/other", "/hooks/pigeon/npd", "/hooks/wechat"])
async def test_an_unknown_account_or_channel_is_not_found(web, path):
    for answer in (await web.get(path), await web.post(path, content=b"x")):
        assert answer.status_code == 404


async def test_a_wrong_signature_is_refused(web, mailbox):
    body = json.dumps(weibo_text(QUESTION)).encode()
    for query in ({}, weibo.QUERY | {"signature": "0" * 40}, weibo.QUERY | {"nonce": "1"}):
        answer = await web.post("/hooks/weibo/npd", params=query, content=body)
        assert (answer.status_code, answer.text) == (401, "refused\n")
        answer = await web.get("/hooks/weibo/npd", params=query | {"echostr": "<script>"})
        assert (answer.status_code, answer.text) == (401, "refused\n")
    assert await accepted(mailbox) == []


async def test_a_replayed_call_with_another_body_is_refused_when_it_is_old(settings, mailbox):
    later = NOW + timedelta(minutes=6)
    app = create_gateway(settings, mailbox, {"npd": ACCOUNT}, clock=lambda: later)
    async with _client(app) as web:
        assert (await weibo_post(web, weibo_text(QUESTION))).status_code == 401
        assert (await wechat_post(web, QUESTION)).status_code == 401
    assert await accepted(mailbox) == []


# Bad input.


async def test_a_truncated_body_cannot_be_read(web, mailbox):
    whole = json.dumps(weibo_text(QUESTION)).encode()
    for length in range(0, len(whole), 7):
        answer = await weibo_post(web, whole[:length])
        assert (answer.status_code, answer.text) == (400, "cannot be read\n")
    xml = wechat_text(QUESTION)
    for length in range(0, len(xml), 23):
        answer = await wechat_post(web, xml[:length])
        assert (answer.status_code, answer.text) == (400, "cannot be read\n")
    assert await accepted(mailbox) == []


async def test_ten_megabytes_are_not_even_read(app, web, mailbox):
    answer = await weibo_post(web, b"x" * 10_000_000)
    assert (answer.status_code, answer.text) == (413, "too large\n")
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 100_000
            yield b"x" * 100_000

    chunks = endless()

    async def receive():
        return {"type": "http.request", "body": await anext(chunks), "more_body": True}

    status = []

    async def send(message):
        status.append(message.get("status"))

    await app(_scope("/hooks/weibo/npd"), receive, send)
    assert status[0] == 413
    assert read <= 1_200_000
    assert await accepted(mailbox) == []


async def test_a_caller_that_goes_away_leaves_nothing(app, mailbox):
    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        pass

    await app(_scope("/hooks/weibo/npd"), receive, send)
    assert await accepted(mailbox) == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 150_000,
        b"[" * 900_000,
        b'{"type":"text","sender_id":' + b"9" * 900_000 + b"}",
        b'{"type":"text","sender_id":NaN}',
        b'{"type":"text","sender_id":1e999}',
        "{“type”:“text”}".encode("gbk"),
        json.dumps({"type": "text"}).encode("utf-16"),
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b"",
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_hostile_json_cannot_be_read(web, mailbox, body):
    started = time.monotonic()
    answer = await weibo_post(web, body)
    assert (answer.status_code, answer.text) == (400, "cannot be read\n")
    assert time.monotonic() - started < 2
    assert await accepted(mailbox) == []


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><xml><Content>&c;</Content></xml>'
)
EXTERNAL = (
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>'
)


@pytest.mark.parametrize(
    "xml",
    [
        BOMB.encode(),
        EXTERNAL.encode(),
        b'<!DOCTYPE x SYSTEM "http://example.com/x.dtd"><xml/>',
        b"<a>" * 100_000 + b"</a>" * 100_000,
        b"<xml>&unknown;</xml>",
        b'<?xml version="1.0" encoding="gbk"?><xml/>',
        b'<?xml version="1.0" encoding="klingon"?><xml/>',
        wechat_text(QUESTION).decode().encode("gbk"),
        wechat_text(QUESTION).decode().encode("utf-16"),
        b"",
        b"plain words",
    ],
    ids=lambda xml: repr(xml[:30]),
)
async def test_hostile_xml_cannot_be_read(web, mailbox, xml):
    started = time.monotonic()
    answer = await wechat_post(web, xml)
    assert (answer.status_code, answer.text) == (400, "cannot be read\n")
    assert "root:" not in answer.text
    assert time.monotonic() - started < 5
    # The same outside of the encryption: there is no signature it could have.
    outer = await web.post("/hooks/wechat/npd", params=wechat.AES_QUERY, content=xml)
    assert outer.status_code == 401
    assert await accepted(mailbox) == []


async def test_unknown_types_are_acknowledged_and_not_kept(web, mailbox):
    answer = await weibo_post(web, weibo_text(QUESTION) | {"type": "hologram"})
    assert (answer.status_code, answer.text) == (200, "")
    xml = wechat_text(QUESTION).replace(b">text<", b">hologram<")
    answer = await wechat_post(web, xml)
    assert (answer.status_code, answer.text) == (200, "success")
    assert await accepted(mailbox) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("👮‍♀️🚓 你好👨‍👩‍👧", "👮‍♀️🚓 你好👨‍👩‍👧"),
        ("身\x00份\x07证\x1b[31m\x7f", "身份证[31m"),
        ("一\r\n二\r三\n四\t五", "一\n二\n三\n四\t五"),
        ("半个\ud83d字", "半个字"),
        ("\u202e反向\u2066", "反向"),
        ("", ""),
        (" \n\t ", ""),
    ],
)
async def test_texts_are_kept_as_people_see_them(web, mailbox, sent, kept):
    answer = await weibo_post(web, weibo_text(sent))
    assert answer.status_code == 200
    assert [event.text for event in await accepted(mailbox)] == [kept]


@pytest.mark.parametrize("sent", ["👮‍♀️🚓 你好", "身\x00份\x07证", "", "]]&gt;"])
async def test_wechat_takes_odd_texts_too(web, mailbox, sent):
    answer = await wechat_post(web, sent)
    assert (answer.status_code, answer.text) == (200, "success")
    assert len(await accepted(mailbox)) == 1


async def test_of_a_text_of_ten_thousand_characters_both_ends_are_kept(web, mailbox, settings):
    answer = await weibo_post(web, weibo_text("始" + "字" * 9_998 + "终"))
    assert answer.status_code == 200
    (event,) = await accepted(mailbox)
    assert len(event.text) <= settings.text_limit
    assert (event.text[0], event.text[-1]) == ("始", "终")


async def test_pictures_and_voice_are_kept_without_words(web, mailbox):
    await weibo_post(
        web, weibo_text("发了一张图片") | {"type": "image", "data": {"vfid": 1, "tovfid": 2}}
    )
    voice = wechat_text("").replace(b">text<", b">voice<")
    await wechat_post(web, voice)
    said = await accepted(mailbox)
    assert sorted((event.kind, event.text) for event in said) == [("image", ""), ("voice", "")]


async def test_nothing_of_the_citizen_is_logged(web, capsys, caplog):
    caplog.set_level("DEBUG")
    with capture_logs() as logs:
        await weibo_post(web, weibo_text(QUESTION))
        await weibo_post(web, weibo_text(QUESTION) | {"created_at": QUESTION})
        await weibo_post(web, weibo_text(QUESTION) | {"receiver_id": "5100000002"})
        await weibo_post(web, json.dumps(weibo_text(QUESTION)).encode()[:-5])
        await wechat_post(web, QUESTION)
        await wechat_post(web, wechat_text(QUESTION)[:-20])
        await web.post("/hooks/weibo/npd", params=weibo.QUERY | {"signature": "0" * 40})
    written = repr(logs) + caplog.text + "".join(capsys.readouterr())
    assert "npd" in written
    for secret in (
        QUESTION,
        QUESTION.encode("unicode_escape").decode(),
        weibo.CITIZEN,
        wechat.CITIZEN,
        weibo.QUERY["signature"],
        "0" * 40,
        weibo.SECRET,
        wechat.TOKEN,
    ):
        assert secret not in written.replace("/hooks", "")


async def test_a_bug_is_answered_without_a_word_of_it(web, monkeypatch, mailbox):
    def broken(self, webhook):
        raise RuntimeError(f"cannot handle {QUESTION}")

    monkeypatch.setattr("connectors.weibo.WeiboConnector.parse", broken)
    with capture_logs() as logs:
        answer = await weibo_post(web, weibo_text(QUESTION))
    assert (answer.status_code, answer.text) == (500, "failed\n")
    assert "RuntimeError" in repr(logs)
    assert QUESTION not in repr(logs)


# When Redis or the workers are away.


async def test_without_redis_the_platform_is_asked_to_come_again(web_without_redis):
    for answer in (
        await weibo_post(web_without_redis, weibo_text(QUESTION)),
        await wechat_post(web_without_redis, QUESTION),
    ):
        assert (answer.status_code, answer.text) == (503, "later, please\n")
        assert answer.headers["retry-after"] == "5"


async def test_a_full_mailbox_keeps_what_it_has_and_takes_the_rest_later(web, settings, mailbox):
    for number in range(settings.mailbox_limit):
        assert (await wechat_post(web, QUESTION, number=number)).status_code == 200
    refused = await wechat_post(web, QUESTION, number=settings.mailbox_limit)
    assert refused.status_code == 503
    # A message that is in is acknowledged even so.
    assert (await wechat_post(web, QUESTION, number=0)).status_code == 200
    assert len(await accepted(mailbox)) == settings.mailbox_limit
    claim = await mailbox.claim("test", wait=1)
    await mailbox._redis.delete(mailbox.keys(claim.conversation).box)
    taken = await wechat_post(web, QUESTION, number=settings.mailbox_limit)
    assert (taken.status_code, taken.text) == (200, "success")


async def test_without_redis_an_emergency_is_answered_at_once(web_without_redis):
    advice = check(EMERGENCY).reply_alone.text
    assert "110" in advice
    answer = await weibo_post(web_without_redis, weibo_text(EMERGENCY))
    assert answer.status_code == 200
    assert json.loads(unquote(answer.json()["data"]))["text"] == advice
    answer = await wechat_post(web_without_redis, EMERGENCY)
    assert answer.status_code == 200
    xml = Envelope(wechat.AES_KEY, wechat.APP_ID).open(load_xml(answer.content)["Encrypt"])
    assert load_xml(xml)["Content"] == advice


async def test_a_redis_that_hangs_delays_an_emergency_by_seconds_only(settings, monkeypatch):
    monkeypatch.setattr(gateway, "MAILBOX_SECONDS", 0.2)
    silent = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    hanging = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{port}"})
    mailbox = Mailbox.connect(hanging)
    app = create_gateway(hanging, mailbox, {"npd": ACCOUNT}, clock=lambda: NOW)
    started = time.monotonic()
    async with _client(app) as web:
        assert "110" in unquote((await weibo_post(web, weibo_text(EMERGENCY))).json()["data"])
        assert (await weibo_post(web, weibo_text(QUESTION))).status_code == 503
    assert time.monotonic() - started < 2
    silent.close()
    await mailbox.close()


async def test_without_a_worker_an_emergency_is_answered_and_kept_for_an_officer(web, mailbox):
    for _ in range(2):
        answer = await weibo_post(web, weibo_text(EMERGENCY))
        assert "110" in unquote(answer.json()["data"])
    message = await waiting(mailbox)
    assert (message.text, message.alarm_answered) == (EMERGENCY, True)
    assert len(await accepted(mailbox)) == 1


async def test_with_a_worker_an_emergency_is_left_to_it(web, mailbox):
    await mailbox.report_alive()
    answer = await weibo_post(web, weibo_text(EMERGENCY))
    assert (answer.status_code, answer.text) == (200, "")
    assert not (await waiting(mailbox)).alarm_answered


async def test_an_emergency_while_redis_is_away_reaches_the_mailbox_later(
    settings, mailbox, monkeypatch
):
    monkeypatch.setattr(gateway, "RETRY_SECONDS", 0.01)
    away = Mailbox.connect(settings.model_copy(update={"redis_url": "unix:///nowhere"}))
    intake = Intake(settings, away, {}, lambda: NOW)
    message = Inbound("weibo", "npd", weibo.CITIZEN, "m1", EMERGENCY, NOW)
    assert "110" in (await intake._accept(message)).text
    intake._mailbox = mailbox  # Redis is back.
    assert (await waiting(mailbox)).alarm_answered
    await intake.close()
    await away.close()


# Health.


async def test_says_that_it_lives_and_what_is_down(web, web_without_redis, mailbox):
    assert (await web.get("/health/live")).text == "ok"
    assert (await web.get("/health/ready")).json() == {
        "ready": True,
        "redis": True,
        "workers": False,
    }
    await mailbox.report_alive()
    assert (await web.get("/health/ready")).json()["workers"]
    answer = await web_without_redis.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "redis": False, "workers": False}


def _scope(path: str) -> dict[str, object]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
