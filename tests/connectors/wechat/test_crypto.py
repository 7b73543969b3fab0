"""Signatures and encryption, against the vectors and against wechatpy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature as wechatpy_check_signature

from bot.errors import BadPayload
from connectors.reading import load_xml
from connectors.wechat.crypto import Envelope, signature
from tests.connectors.wechat.accounts import AES_KEY, APP_ID, RANDOM, TOKEN


@pytest.mark.parametrize(
    ("token", "timestamp", "nonce", "expected"),
    [
        ("AAAAA", "1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("AAAAA", "1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (TOKEN, "1760000000", "840297531", "45577d2610fb4ed1efb647be1238175949d9d538"),
    ],
)
def test_signs_as_the_platform_does(token, timestamp, nonce, expected):
    assert signature(token, timestamp, nonce) == expected
    wechatpy_check_signature(token, expected, timestamp, nonce)


def test_sorts_by_byte_value():
    assert signature("9", "Ztoken", "atoken") == signature("atoken", "9", "Ztoken")
    # SHA-1 of "9Ztokenatoken": a sort by the rules of a language would put atoken first.
    assert signature("atoken", "Ztoken", "9") == "8e1935ec727704ce02ca14bb5315473860529394"


def test_opens_and_seals_the_recorded_push(recorded):
    encrypt = load_xml(recorded("encrypted_text.xml"))["Encrypt"]
    plain = recorded("text.xml")
    envelope = Envelope(AES_KEY, APP_ID)
    assert len(plain) == 294
    assert envelope.open(encrypt) == plain
    assert envelope.seal(plain, random=RANDOM) == encrypt
    assert (
        signature(TOKEN, "1760000000", "840297531", encrypt)
        == "8af48bd49eccfe6b26574f9ec2a666c0e3230688"
    )


def test_refuses_what_was_encrypted_for_another_app(recorded):
    encrypt = load_xml(recorded("encrypted_text.xml"))["Encrypt"]
    with pytest.raises(BadPayload):
        Envelope(AES_KEY, "wxfedcba9876543210").open(encrypt)


@pytest.mark.parametrize("damage", ["", "no base64", "QUJD", "A" * 64])
def test_refuses_what_cannot_be_decrypted(damage):
    with pytest.raises(BadPayload):
        Envelope(AES_KEY, APP_ID).open(damage)


_WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))


@given(_WORDS)
def test_wechatpy_reads_what_we_seal(words):
    xml = f"<xml><Content>{len(words)}</Content></xml>".encode() + words.encode()
    encrypted = Envelope(AES_KEY, APP_ID).seal(xml)
    signed = signature(TOKEN, "1760000000", "1", encrypted)
    frame = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    assert crypto.decrypt_message(frame, signed, "1760000000", "1") == xml.decode()


@given(_WORDS)
def test_we_read_what_wechatpy_seals(words):
    frame = WeChatCrypto(TOKEN, AES_KEY, APP_ID).encrypt_message(words, "1", "1760000000")
    elements = load_xml(frame.encode())
    assert Envelope(AES_KEY, APP_ID).open(elements["Encrypt"]) == words.encode()
    assert elements["MsgSignature"] == signature(TOKEN, "1760000000", "1", elements["Encrypt"])
