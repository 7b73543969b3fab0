from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import BadSignature
from connectors.webchat.visitors import MAX_AGE, admit

KEY = b"k" * 32
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_every_newcomer_is_somebody_else():
    assert admit(KEY, "demo", None, NOW).id != admit(KEY, "demo", None, NOW).id


def test_a_token_brings_the_visitor_back():
    first = admit(KEY, "demo", None, NOW)
    assert admit(KEY, "demo", first.token, NOW).id == first.id


def test_a_visit_renews_the_token():
    visitor = admit(KEY, "demo", None, NOW)
    renewed = admit(KEY, "demo", visitor.token, NOW + MAX_AGE)
    assert admit(KEY, "demo", renewed.token, NOW + 2 * MAX_AGE).id == visitor.id


def test_the_token_is_not_shown_in_a_repr():
    visitor = admit(KEY, "demo", None, NOW)
    assert visitor.token not in repr(visitor)


@pytest.mark.parametrize(
    ("key", "account", "later"),
    [
        (b"x" * 32, "demo", timedelta()),
        (KEY, "other", timedelta()),
        (KEY, "demo", MAX_AGE + timedelta(seconds=1)),
    ],
    ids=["another secret", "another account", "too old"],
)
def test_refuses_a_token_that_was_not_made_for_here_and_now(key, account, later):
    token = admit(KEY, "demo", None, NOW).token
    with pytest.raises(BadSignature):
        admit(key, account, token, NOW + later)


@pytest.mark.parametrize("position", ["id", "time", "signature"])
def test_refuses_a_token_with_one_part_changed(position):
    visitor, issued, signature = admit(KEY, "demo", None, NOW).token.split(".")
    forged = {
        "id": f"{visitor[::-1]}.{issued}.{signature}",
        "time": f"{visitor}.{int(issued) + 1}.{signature}",
        "signature": f"{visitor}.{issued}.{signature[::-1]}",
    }[position]
    with pytest.raises(BadSignature):
        admit(KEY, "demo", forged, NOW)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "a.1", "a.1.签名", "a." + "9" * 150 + ".c"]
)
def test_refuses_a_token_that_is_none(token):
    with pytest.raises(BadSignature):
        admit(KEY, "demo", token, NOW)
