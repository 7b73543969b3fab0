"""What every connector with a webhook promises, however strange the call."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.accounts import Account
from bot.errors import BadPayload, BadSignature, Misconfigured
from bot.mailbox import Mailbox
from bot.messages import Inbound, Reply
from bot.settings import Settings
from connectors import CONNECTORS, check_accounts, connect_accounts
from connectors.base import Connector, Webhook
from connectors.calling import platform_client
from connectors.wechat.crypto import Envelope, signature
from tests.connectors.calls import webhook
from tests.connectors.wechat import accounts as wechat
from tests.connectors.weibo import accounts as weibo

HERE = Path(__file__).parent
CHANNELS = ("wechat plain", "wechat secure", "weibo")

_WECHAT = {"app_id": wechat.APP_ID, "app_secret": "app-secret", "token": wechat.TOKEN}
CONFIGS: Mapping[str, Mapping[str, str]] = {
    "wechat plain": _WECHAT,
    "wechat secure": {**_WECHAT, "aes_key": wechat.AES_KEY},
    "weibo": {"uid": weibo.UID, "app_secret": weibo.SECRET, "access_token": weibo.TOKEN},
}


@dataclass(frozen=True)
class Channel:
    """A connector, a question to it, and how to sign any other body."""

    connector: Connector
    question: Webhook
    signed: Callable[[bytes], Webhook]
    words: Callable[[str], bytes]


def _account(channel: str, config: Mapping[str, object]) -> Account:
    return Account(
        id="npd",
        name="某地公安",
        name_en="Sample Police",
        place="110108",
        channels={channel: dict(config)},
    )


def _seal(xml: bytes) -> Webhook:
    encrypt = Envelope(wechat.AES_KEY, wechat.APP_ID).seal(xml)
    query = wechat.AES_QUERY | {
        "msg_signature": signature(wechat.TOKEN, "1760000000", "840297531", encrypt)
    }
    return webhook(query, f"<xml><Encrypt>{encrypt}</Encrypt></xml>".encode())


def _wechat_words(text: str) -> bytes:
    body = (HERE / "wechat/fixtures/text.xml").read_bytes()
    inside = text.replace("]]>", "]]]]><![CDATA[>").encode("utf-8", "replace")
    return body.replace("身份证丢了怎么补办？".encode(), inside)


def _weibo_words(text: str) -> bytes:

    body = json.loads((HERE / "weibo/fixtures/text.json").read_bytes())
    return json.dumps(body | {"text": text}).encode()


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest, settings: Settings, mailbox: Mailbox) -> Channel:
    name = request.param.split()[0]
    accounts = {"npd": _account(name, CONFIGS[request.param])}
    connectors = connect_accounts(accounts, settings, platform_client(), mailbox)
    if request.param == "weibo":
        body = (HERE / "weibo/fixtures/text.json").read_bytes()
        return Channel(connectors["weibo", "npd"], weibo.signed(body), weibo.signed, _weibo_words)
    if request.param == "wechat plain":
        body = (HERE / "wechat/fixtures/text.xml").read_bytes()
        return Channel(
            connectors["wechat", "npd"], wechat.plain(body), wechat.plain, _wechat_words
        )
    body = (HERE / "wechat/fixtures/encrypted_text.xml").read_bytes()
    return Channel(connectors["wechat", "npd"], wechat.encrypted(body), _seal, _wechat_words)


_fuzz = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_reads_the_same_message_from_the_same_call(channel):
    channel.connector.verify(channel.question)
    first = channel.connector.parse(channel.question)
    assert len(first) == 1
    assert isinstance(first[0], Inbound)
    assert first[0].sent_at.utcoffset().total_seconds() == 0
    assert channel.connector.parse(channel.question) == first
    assert channel.connector.acknowledge(channel.question) == channel.connector.acknowledge(
        channel.question
    )


def test_every_missing_parameter_is_a_bad_signature(channel):
    for names in ([], *([name] for name in channel.question.query)):
        query = {name: channel.question.query[name] for name in names}
        with pytest.raises(BadSignature):
            channel.connector.verify(webhook(query, channel.question.body))
        with pytest.raises(BadSignature):
            channel.connector.verify(webhook(query, method="GET"))


@_fuzz
@given(st.dictionaries(st.sampled_from(list(wechat.AES_QUERY)), st.text(max_size=50)), st.binary())
def test_no_stranger_gets_in(channel, query, body):
    for method in ("GET", "POST"):
        with pytest.raises(BadSignature):
            channel.connector.verify(webhook(query, body, method=method))


@_fuzz
@given(st.binary(max_size=2000))
def test_any_signed_body_is_read_or_refused(channel, body):
    call = channel.signed(body)
    try:
        messages = channel.connector.parse(call)
    except BadPayload:
        return
    assert messages == []


@_fuzz
@given(st.integers(0, 400), st.binary(min_size=1, max_size=12), st.integers(0, 12))
def test_a_damaged_body_is_read_or_refused(channel, position, damage, removed):
    body = channel.words("户口怎么迁？")
    call = channel.signed(body[:position] + damage + body[position + removed :])
    try:
        for message in channel.connector.parse(call):
            assert message.sender
            assert len(message.message_id) == 32
        channel.connector.acknowledge(call, Reply("请立即拨打110"))
    except BadPayload:
        pass


@_fuzz
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_a_citizens_words_arrive_unchanged(channel, text):
    (message,) = channel.connector.parse(channel.signed(channel.words(text)))
    assert message.text == text


@_fuzz
@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=1000).filter(
        str.strip
    )
)
def test_any_text_can_be_said_in_the_response(channel, text):
    answer = channel.connector.acknowledge(channel.question, Reply(text))
    assert answer.status == 200
    assert answer.body


@pytest.mark.parametrize("config", CONFIGS, ids=str)
async def test_each_missing_or_wrong_setting_is_named_and_never_quoted(settings, mailbox, config):
    channel = config.split()[0]
    good = CONFIGS[config]
    required = {name for name in good if name != "aes_key"}
    flaws: dict[str, Mapping[str, object]] = {
        **{name: {key: good[key] for key in good if key != name} for name in required},
        **{f"{name} ": good | {name: {"secret value": 1}} for name in good},
        "tokne": good | {"tokne": "secret value"},
        "api_url": good | {"api_url": "secret value"},
        "quota": good | {"quota": "secret value"},
    }
    async with platform_client() as http:
        for field, flaw in flaws.items():
            with pytest.raises(Misconfigured) as caught:
                _connect(channel, flaw, settings, http, mailbox)
            assert f"npd.{channel}.{field.strip()}" in str(caught.value)
            assert "secret value" not in str(caught.value)
            assert caught.value.__context__ is None
        _connect(channel, good, settings, http, mailbox)


def test_all_accounts_can_be_checked_without_a_server(tmp_path):
    settings = Settings(home=tmp_path, secret="x" * 32)
    check_accounts(settings, {"npd": _account("weibo", CONFIGS["weibo"])})
    with pytest.raises(Misconfigured, match=r"npd\.pigeon"):
        check_accounts(settings, {"npd": _account("pigeon", {})})


def test_secrets_are_not_shown():
    shown = repr(wechat.config(aes=True)) + repr(weibo.config())
    for secret in ("app-secret", wechat.TOKEN, wechat.AES_KEY, weibo.SECRET, weibo.TOKEN):
        assert secret not in shown


@pytest.mark.parametrize("channel", CONNECTORS)
def test_every_channel_tells_how_to_set_it_up(channel):
    readme = (HERE.parent.parent / "connectors" / channel / "README.md").read_text()
    assert "## " in readme


def _connect(
    channel: str,
    config: Mapping[str, object],
    settings: Settings,
    http: httpx.AsyncClient,
    mailbox: Mailbox,
) -> None:
    connect_accounts({"npd": _account(channel, config)}, settings, http, mailbox)
