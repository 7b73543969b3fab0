"""Reading Weibo's pushes and answering them; nothing here calls out."""

import json
from datetime import timedelta
from urllib.parse import unquote

import pytest

from bot.errors import BadPayload, BadSignature
from bot.messages import Reply
from connectors.weibo import passive_data, signature
from tests.connectors.calls import NOW, webhook
from tests.connectors.weibo.accounts import CITIZEN, QUERY, SECRET, UID, signed


@pytest.mark.parametrize(
    ("secret", "timestamp", "nonce", "expected"),
    [
        ("xyz123xyz", "1397022061823", "57155157", "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1"),
        (SECRET, "1760000000123", "57155157", "6216f88a3777ee89dbe48f2c9d3e68282bf7fbd2"),
    ],
)
def test_signs_as_the_platform_does(secret, timestamp, nonce, expected):
    assert signature(secret, timestamp, nonce) == expected


def test_answers_the_handshake_with_the_bare_text(weibo):
    call = webhook(QUERY | {"echostr": "XI7pL0Zt"}, method="GET")
    weibo.verify(call)
    answer = weibo.handshake(call)
    assert (answer.body, answer.content_type) == (b"XI7pL0Zt", "text/plain; charset=utf-8")


def test_accepts_a_signed_push(weibo, recorded):
    weibo.verify(signed(recorded("text.json")))
    assert weibo.handshake(signed(recorded("text.json"))) is None


def test_accepts_a_time_in_seconds(weibo, recorded):
    query = {
        "signature": signature(SECRET, "1760000000", "57155157"),
        "timestamp": "1760000000",
        "nonce": "57155157",
    }
    weibo.verify(webhook(query, recorded("text.json")))


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
@pytest.mark.parametrize("flaw", ["changed", "missing"])
def test_refuses_a_forged_push(weibo, recorded, name, flaw):
    query = dict(QUERY)
    if flaw == "missing":
        del query[name]
    else:
        query[name] = ("0" if query[name][0] != "0" else "1") + query[name][1:]
    with pytest.raises(BadSignature):
        weibo.verify(webhook(query, recorded("text.json")))


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(hours=1)])
def test_refuses_a_replayed_push(weibo, recorded, age):
    with pytest.raises(BadSignature):
        weibo.verify(webhook(QUERY, recorded("text.json"), at=NOW + age))


@pytest.mark.parametrize("timestamp", ["", "soon", "-1760000000", "1760000000.5", "9" * 5000])
def test_refuses_a_signed_time_that_is_none(weibo, timestamp):
    query = QUERY | {
        "timestamp": timestamp,
        "signature": signature(SECRET, timestamp, "57155157"),
    }
    with pytest.raises(BadSignature):
        weibo.verify(webhook(query))


def test_reads_a_text(weibo, recorded):
    (message,) = weibo.parse(signed(recorded("text.json")))
    assert (message.channel, message.account, message.sender) == ("weibo", "npd", CITIZEN)
    assert (message.text, message.kind, message.sent_at) == ("身份证丢了怎么补办？", "text", NOW)
    assert not message.public
    assert CITIZEN not in message.message_id


def test_reads_ids_given_as_text(weibo, recorded):
    body = recorded("text.json")
    as_text = body.replace(b"5100000001", b'"5100000001"').replace(b"5200000001", b'"5200000001"')
    assert weibo.parse(signed(as_text)) == weibo.parse(signed(body))


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("position", "location", ""),
        ("image", "image", ""),
        ("voice", "voice", ""),
        ("follow", "follow", ""),
        ("subscribe", "follow", ""),
        ("scan_follow", "follow", ""),
        ("click", "text", "MENU_HUKOU"),
    ],
)
def test_reads_what_else_citizens_send(weibo, recorded, name, kind, text):
    (message,) = weibo.parse(signed(recorded(f"{name}.json")))
    assert (message.kind, message.text) == (kind, text)


@pytest.mark.parametrize("name", ["unfollow", "scan", "view", "mention", "unknown_type"])
def test_ignores_what_needs_no_answer(weibo, recorded, name):
    assert weibo.parse(signed(recorded(f"{name}.json"))) == []


def test_two_messages_of_one_second_are_two_messages(weibo, recorded):
    (first,) = weibo.parse(signed(recorded("text.json")))
    (second,) = weibo.parse(signed(recorded("text.json").replace("？".encode(), "！".encode())))
    (picture,) = weibo.parse(signed(recorded("image.json")))
    (other,) = weibo.parse(signed(recorded("image.json").replace(b"700000002", b"700000003")))
    assert len({m.message_id for m in (first, second, picture, other)}) == 4


def test_a_repeated_delivery_has_the_same_id_whatever_its_spacing(weibo, recorded):
    again = json.dumps(json.loads(recorded("image.json")), sort_keys=True, indent=1).encode()
    (first,) = weibo.parse(signed(recorded("image.json")))
    assert weibo.parse(signed(again))[0].message_id == first.message_id


@pytest.mark.parametrize("name", ["type", "receiver_id", "sender_id", "created_at", "text"])
@pytest.mark.parametrize("value", [None, True, [], {}, 1.5, ""])
def test_a_field_of_the_wrong_type_is_a_bad_payload_or_ignored(weibo, recorded, name, value):
    body = json.loads(recorded("text.json")) | {name: value}
    if (name, value) == ("type", ""):
        assert weibo.parse(signed(json.dumps(body).encode())) == []
    elif (name, value) == ("text", ""):
        assert weibo.parse(signed(json.dumps(body).encode()))[0].text == ""
    else:
        with pytest.raises(BadPayload):
            weibo.parse(signed(json.dumps(body).encode()))


def test_refuses_a_message_for_another_account(weibo, recorded):
    with pytest.raises(BadPayload):
        weibo.parse(signed(recorded("text.json").replace(UID.encode(), b"5100000002")))


def test_acknowledges_with_an_empty_body(weibo, recorded):
    assert weibo.acknowledge(signed(recorded("text.json"))).body == b""


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("您好", "%7B%22text%22%3A%22%E6%82%A8%E5%A5%BD%22%7D"),
        ("中文消息", "%7B%22text%22%3A%22%E4%B8%AD%E6%96%87%E6%B6%88%E6%81%AF%22%7D"),
        ("a b", "%7B%22text%22%3A%22a%20b%22%7D"),
    ],
)
def test_encodes_a_passive_reply_as_the_platform_does(text, data):
    assert passive_data(text) == data


def test_answers_an_emergency_in_the_response(weibo, recorded):
    answer = weibo.acknowledge(signed(recorded("text.json")), Reply("您好"))
    assert answer.body.decode() == (
        '{"result":true,"sender_id":"5100000001","receiver_id":"5200000001","type":"text",'
        '"data":"%7B%22text%22%3A%22%E6%82%A8%E5%A5%BD%22%7D"}'
    )


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply("请拨打110。" * 50, short="请拨打110。"), "请拨打110。"),
        (Reply("请拨打110。" * 50), "请拨打110。" * 42),
    ],
)
def test_an_emergency_reply_fits_into_the_one_message_it_has(weibo, recorded, reply, said):
    answer = weibo.acknowledge(signed(recorded("text.json")), reply)
    assert json.loads(unquote(json.loads(answer.body)["data"]))["text"] == said
