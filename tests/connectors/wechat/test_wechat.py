"""Reading WeChat's pushes and answering them; nothing here calls out."""

from datetime import timedelta

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto

from bot.errors import BadPayload, BadSignature
from bot.messages import Reply
from connectors.reading import load_xml
from connectors.wechat import encrypted_reply, passive_reply
from connectors.wechat.crypto import Envelope, signature
from tests.connectors.calls import NOW, webhook
from tests.connectors.wechat.accounts import (
    AES_KEY,
    AES_QUERY,
    APP_ID,
    CITIZEN,
    PLAIN_QUERY,
    RANDOM,
    TOKEN,
    encrypted,
    plain,
)

ECHO = "7000000000000000001"


def test_answers_the_handshake_with_the_bare_text(wechat):
    call = webhook(PLAIN_QUERY | {"echostr": ECHO}, method="GET")
    wechat.verify(call)
    answer = wechat.handshake(call)
    assert (answer.body, answer.content_type) == (ECHO.encode(), "text/plain; charset=utf-8")


def test_accepts_a_signed_push_in_each_mode(wechat, plain_wechat, recorded):
    plain_wechat.verify(plain(recorded("text.xml")))
    plain_wechat.verify(plain(recorded("compatible_text.xml")))
    wechat.verify(encrypted(recorded("compatible_text.xml")))
    wechat.verify(encrypted(recorded("encrypted_text.xml")))
    assert wechat.handshake(encrypted(recorded("encrypted_text.xml"))) is None


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
@pytest.mark.parametrize("flaw", ["changed", "missing"])
def test_refuses_a_forged_plain_push(plain_wechat, recorded, name, flaw):
    query = _spoil(PLAIN_QUERY, name, flaw)
    with pytest.raises(BadSignature):
        plain_wechat.verify(webhook(query, recorded("text.xml")))


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
@pytest.mark.parametrize("flaw", ["changed", "missing"])
def test_refuses_a_forged_encrypted_push(wechat, recorded, name, flaw):
    query = _spoil(AES_QUERY, name, flaw)
    with pytest.raises(BadSignature):
        wechat.verify(webhook(query, recorded("encrypted_text.xml")))


def test_refuses_an_encrypted_push_with_another_body(wechat, recorded):
    body = recorded("encrypted_text.xml").replace(b"xpE5/p", b"xpE5/q")
    with pytest.raises(BadSignature):
        wechat.verify(encrypted(body))


def test_refuses_a_clear_push_once_a_key_is_set(wechat, recorded):
    with pytest.raises(BadSignature):
        wechat.verify(encrypted(recorded("text.xml")))


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(hours=1)])
def test_refuses_a_replayed_push(wechat, plain_wechat, recorded, age):
    with pytest.raises(BadSignature):
        wechat.verify(webhook(AES_QUERY, recorded("encrypted_text.xml"), at=NOW + age))
    with pytest.raises(BadSignature):
        plain_wechat.verify(webhook(PLAIN_QUERY, recorded("text.xml"), at=NOW + age))


def test_reads_a_text(plain_wechat, wechat, recorded):
    (message,) = plain_wechat.parse(plain(recorded("text.xml")))
    assert (message.channel, message.account, message.sender) == ("wechat", "npd", CITIZEN)
    assert (message.text, message.kind, message.sent_at) == ("身份证丢了怎么补办？", "text", NOW)
    assert not message.public
    assert CITIZEN not in message.message_id
    assert wechat.parse(encrypted(recorded("encrypted_text.xml"))) == [message]
    assert wechat.parse(encrypted(recorded("compatible_text.xml"))) == [message]


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("image", "image", ""),
        ("voice", "voice", ""),
        ("voice_recognised", "text", "户口怎么迁"),
        ("video", "video", ""),
        ("shortvideo", "video", ""),
        ("location", "location", ""),
        ("link", "text", "居住证办理指南"),
        ("subscribe", "follow", ""),
        ("click", "text", "MENU_HUKOU"),
    ],
)
def test_reads_what_else_citizens_send(plain_wechat, recorded, name, kind, text):
    (message,) = plain_wechat.parse(plain(recorded(f"{name}.xml")))
    assert (message.kind, message.text) == (kind, text)


@pytest.mark.parametrize(
    "name", ["unsubscribe", "scan", "position_report", "view", "job_finished", "unknown_type"]
)
def test_ignores_what_needs_no_answer(plain_wechat, recorded, name):
    assert plain_wechat.parse(plain(recorded(f"{name}.xml"))) == []


def test_two_citizens_with_one_message_id_are_two_messages(plain_wechat, recorded):
    body = recorded("text.xml")
    (first,) = plain_wechat.parse(plain(body))
    (second,) = plain_wechat.parse(plain(body.replace(b"0001]]", b"0002]]")))
    assert first.message_id != second.message_id


def test_two_events_of_one_second_are_two_messages(plain_wechat, recorded):
    body = recorded("click.xml")
    (first,) = plain_wechat.parse(plain(body))
    (second,) = plain_wechat.parse(plain(body.replace(b"MENU_HUKOU", b"MENU_OTHER")))
    assert first.message_id != second.message_id


def test_leaves_out_control_characters_that_xml_forbids(plain_wechat, recorded):
    body = recorded("text.xml").replace("丢".encode(), "丢\x08\x00".encode())
    assert plain_wechat.parse(plain(body))[0].text == "身份证丢了怎么补办？"


@pytest.mark.parametrize(
    "name", ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Content"]
)
def test_a_missing_element_is_a_bad_payload_or_no_words(plain_wechat, recorded, name):
    body = recorded("text.xml").replace(name.encode(), b"Other")
    if name in ("ToUserName", "Content"):
        assert len(plain_wechat.parse(plain(body))) == 1
    else:
        with pytest.raises(BadPayload):
            plain_wechat.parse(plain(body))


@pytest.mark.parametrize("time", ["soon", "9" * 400, "-" + "9" * 20, "1e9"])
def test_a_time_that_is_none_is_a_bad_payload(plain_wechat, recorded, time):
    with pytest.raises(BadPayload):
        plain_wechat.parse(plain(recorded("text.xml").replace(b"1760000000", time.encode())))


def test_acknowledges_with_the_word_that_stops_retries(wechat, plain_wechat, recorded):
    assert plain_wechat.acknowledge(plain(recorded("text.xml"))).body == b"success"
    assert wechat.acknowledge(encrypted(recorded("encrypted_text.xml"))).body == b"success"


def test_answers_an_emergency_in_the_response(plain_wechat, recorded):
    answer = plain_wechat.acknowledge(plain(recorded("text.xml")), Reply("请立即拨打110 ]]> <b>"))
    said = parse_message(answer.body)
    assert (said.target, said.source) == (CITIZEN, "gh_npd110test00")
    assert load_xml(answer.body)["Content"] == "请立即拨打110 ]]> <b>"


def test_answers_an_encrypted_call_encrypted(wechat, recorded):
    answer = wechat.acknowledge(encrypted(recorded("encrypted_text.xml")), Reply("请立即拨打110"))
    frame = load_xml(answer.body)
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    xml = crypto.decrypt_message(
        answer.body.decode(), frame["MsgSignature"], frame["TimeStamp"], frame["Nonce"]
    )
    assert load_xml(xml.encode())["Content"] == "请立即拨打110"
    assert load_xml(xml.encode())["ToUserName"] == CITIZEN


def test_builds_the_recorded_encrypted_reply(recorded):
    reply = passive_reply(
        citizen=CITIZEN, account="gh_npd110test00", text="您好", now=NOW + timedelta(seconds=1)
    )
    sealed = Envelope(AES_KEY, APP_ID).seal(reply.encode(), random=RANDOM)
    signed = signature(TOKEN, "1760000001", "840297531", sealed)
    frame = encrypted_reply(sealed, signed, "1760000001", "840297531")
    assert frame.encode() == recorded("encrypted_reply.xml")


def _spoil(query, name, flaw):
    if flaw == "missing":
        return {key: value for key, value in query.items() if key != name}
    last = query[name][-1]
    return query | {name: query[name][:-1] + ("0" if last != "0" else "1")}
