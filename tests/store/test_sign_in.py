import time
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, text, update

from bot.errors import Misconfigured
from bot.store import add_officer, ensure_first_officer, officers, sign_in
from bot.store.models import AuditRow, OfficerRow
from bot.store.officers import accounts_below, colleagues
from bot.store.sign_in import Admitted, Refused, sign_out, signed_in
from tests.store.samples import ACCOUNTS, NOW, PASSWORD


def attempt(store, login="li", password=PASSWORD, *, address="10.0.0.1", now=NOW):
    return sign_in.sign_in(
        store, login, password, address=address, lasts=timedelta(hours=10), now=now
    )


@pytest.fixture
def cheap_passwords(monkeypatch):
    """Hashes that take no time, for tests with many tries."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(officers, "PASSWORDS", cheap)
    monkeypatch.setattr(sign_in, "PASSWORDS", cheap)
    monkeypatch.setattr(sign_in, "_NOBODY", cheap.hash("nobody's"))


def acts(store):
    with store.reading() as session:
        return session.scalars(select(AuditRow.act).order_by(AuditRow.id)).all()


def test_the_right_password_admits_and_the_cookie_is_known_only_as_a_hash(store, officer):
    li = officer("li")
    admitted = attempt(store, " LI ")
    assert isinstance(admitted, Admitted)
    assert signed_in(store, admitted.token, now=NOW) == li
    with store.engine.connect() as connection:
        assert admitted.token.encode() not in connection.scalar(
            text("SELECT token_hash FROM sign_in")
        )


@pytest.mark.parametrize("flaw", [{"password": "wrong"}, {"login": "nobody"}])
def test_a_wrong_password_and_an_unknown_login_look_the_same(store, officer, flaw):
    officer("li")
    assert attempt(store, **flaw) == Refused(timedelta())


def test_an_inactive_officer_is_not_admitted_and_loses_running_sessions(store, officer):
    officer("li")
    admitted = attempt(store)
    with store.writing() as session:
        session.execute(update(OfficerRow).values(active=False))
    assert signed_in(store, admitted.token, now=NOW) is None
    assert attempt(store) == Refused(timedelta())


def test_an_unknown_login_takes_as_long_as_a_wrong_password(store, officer):
    officer("li")

    def seconds(login):
        tries = []
        for number in range(3):
            start = time.perf_counter()
            attempt(store, login, "wrong", address=f"10.0.1.{number}")
            tries.append(time.perf_counter() - start)
        return min(tries)

    assert seconds("nobody") == pytest.approx(seconds("li"), rel=0.6)


@pytest.mark.parametrize("login", ["li", "nobody"])
@pytest.mark.usefixtures("cheap_passwords")
def test_after_five_failures_the_login_must_wait_even_with_the_right_password(
    store, officer, login
):
    officer("li")
    for _ in range(sign_in.LOGIN_TRIES):
        assert attempt(store, login, "wrong") == Refused(timedelta())
    assert attempt(store, login).wait == sign_in.FIRST_WAIT
    assert attempt(store, login, address="10.0.0.2").wait == sign_in.FIRST_WAIT


@pytest.mark.usefixtures("cheap_passwords")
def test_the_wait_doubles_up_to_a_limit_and_ends_with_a_success(store, officer):
    officer("li")
    now, waits = NOW, []
    for _ in range(sign_in.LOGIN_TRIES + 8):
        refused = attempt(store, password="wrong", now=now)
        if refused.wait:
            waits.append(refused.wait)
            now += refused.wait
            assert attempt(store, password="wrong", now=now) == Refused(timedelta())
    assert waits[:3] == [sign_in.FIRST_WAIT * 2**n for n in range(3)]
    now += sign_in.LONGEST_WAIT
    assert isinstance(attempt(store, now=now), Admitted)
    assert attempt(store, password="wrong", now=now) == Refused(timedelta())


@pytest.mark.usefixtures("cheap_passwords")
def test_one_address_may_not_try_many_logins(store, officer):
    officer("li")
    for number in range(sign_in.ADDRESS_TRIES):
        assert attempt(store, f"login{number}", "wrong") == Refused(timedelta())
    assert attempt(store).wait > timedelta()
    assert isinstance(attempt(store, address="10.0.0.2"), Admitted)


def test_failures_are_forgotten_after_an_hour(store, officer):
    officer("li")
    for _ in range(sign_in.LOGIN_TRIES):
        attempt(store, password="wrong")
    later = NOW + sign_in.FORGOTTEN_AFTER + timedelta(seconds=1)
    assert isinstance(attempt(store, now=later), Admitted)


def test_a_session_ends_by_itself_and_by_signing_out(store, officer):
    officer("li")
    first, second = attempt(store), attempt(store)
    sign_out(store, first.token, now=NOW)
    sign_out(store, first.token, now=NOW)
    assert signed_in(store, first.token, now=NOW) is None
    assert signed_in(store, second.token, now=NOW + timedelta(hours=9)) is not None
    assert signed_in(store, second.token, now=NOW + timedelta(hours=10)) is None
    assert acts(store) == ["officer_added", "sign_in", "sign_in", "sign_out"]


def test_a_password_hashed_with_older_parameters_is_hashed_anew(store, officer):
    officer("li")
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with store.writing() as session:
        session.execute(update(OfficerRow).values(password_hash=weak))
    assert isinstance(attempt(store), Admitted)
    with store.reading() as session:
        assert session.scalar(select(OfficerRow.password_hash)) != weak
    assert isinstance(attempt(store), Admitted)


def test_the_book_does_not_keep_what_was_typed_as_an_unknown_login(store):
    attempt(store, "my secret password")
    with store.reading() as session:
        assert session.execute(select(AuditRow.act, AuditRow.subject)).all() == [
            ("sign_in_failed", "")
        ]


def test_a_fresh_installation_gets_one_officer_with_a_random_password(store):
    login, password = ensure_first_officer(store)
    assert isinstance(attempt(store, login, password), Admitted)
    assert ensure_first_officer(store) is None
    with store.reading() as session:
        assert session.scalar(select(func.count(OfficerRow.id))) == 1


@pytest.mark.parametrize(
    ("flaw", "message"),
    [
        ({"login": "李"}, "a login has"),
        ({"login": "li"}, "is taken"),
        ({"password": "short"}, "at least 12 characters"),
        ({"place": "海淀"}, "GB/T 2260"),
        ({"name": " "}, "needs a name"),
    ],
)
def test_an_officer_that_cannot_be_is_refused_in_one_sentence(store, officer, flaw, message):
    officer("li")
    values = {"login": "wang", "name": "王", "password": PASSWORD, "place": "110108"} | flaw
    with pytest.raises(Misconfigured, match=message):
        add_officer(store, **values)


@pytest.mark.parametrize(
    ("place", "accounts"),
    [
        ("110108", {"haidian"}),
        ("110000", {"haidian", "beijing"}),
        ("440000", {"guangzhou"}),
        ("440106", set()),
        ("000000", None),
    ],
)
def test_a_unit_sees_the_accounts_at_or_below_its_place(place, accounts):
    assert accounts_below(place, ACCOUNTS.values()) == accounts


def test_colleagues_are_those_who_may_see_the_same_account(store, officer):
    li = officer("li", "110108")
    officer("wang", "110000")
    officer("chen", "440100")
    assert [one.login for one in colleagues(store, li, "haidian")] == ["wang"]
