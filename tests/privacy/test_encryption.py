"""What is sealed comes back whole with the right key, and with no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Misconfigured
from bot.privacy.encryption import TextCipher
from bot.settings import Settings

OLD, NEW = b"o" * 32, b"n" * 32


@given(st.text(alphabet=st.characters()))
def test_gives_back_what_was_sealed(text):
    cipher = TextCipher(NEW)
    assert cipher.decrypt(cipher.encrypt(text)) == text


def test_keeps_even_half_a_sign():
    cipher = TextCipher(NEW)
    assert cipher.decrypt(cipher.encrypt("\ud83d")) == "\ud83d"


def test_seals_the_same_text_differently_each_time_and_hides_it():
    cipher = TextCipher(NEW)
    first, second = cipher.encrypt("我叫张三"), cipher.encrypt("我叫张三")
    assert first != second
    assert "我叫张三".encode() not in first


def test_the_previous_key_still_opens_and_the_new_one_seals():
    before = TextCipher(OLD).encrypt("旧的")
    during = TextCipher(NEW, previous=OLD)
    assert during.decrypt(before) == "旧的"
    assert TextCipher(NEW).decrypt(during.encrypt("新的")) == "新的"


def test_says_clearly_that_the_key_is_the_wrong_one():
    sealed = TextCipher(OLD).encrypt("秘密")
    with pytest.raises(Misconfigured, match="WENJING_PREVIOUS_SECRET"):
        TextCipher(NEW).decrypt(sealed)


@pytest.mark.parametrize("place", [0, 4, 15, 16, -1])
def test_refuses_what_was_changed(place):
    cipher = TextCipher(NEW)
    sealed = bytearray(cipher.encrypt("金额：100元"))
    sealed[place] ^= 1
    with pytest.raises((ValueError, Misconfigured)):
        cipher.decrypt(bytes(sealed))


@pytest.mark.parametrize("length", [0, 3, 15, 31])
def test_refuses_what_was_cut(length):
    cipher = TextCipher(NEW)
    with pytest.raises(ValueError, match="cut short"):
        cipher.decrypt(cipher.encrypt("完整的一句话")[:length])


def test_takes_its_keys_from_the_settings():
    old, new = "旧" * 32, "新" * 32
    before = TextCipher.for_store(Settings(secret=old))
    after = TextCipher.for_store(Settings(secret=new, previous_secret=old))
    assert after.decrypt(before.encrypt("你好")) == "你好"


def test_refuses_a_short_previous_secret():
    with pytest.raises(Misconfigured, match="WENJING_PREVIOUS_SECRET"):
        TextCipher.for_store(Settings(secret="s" * 32, previous_secret="kurz"))
