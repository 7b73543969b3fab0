"""Signing in at the desk: passwords, the brake on guessing, and who is signed in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2.exceptions import VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.store.audit import write_down
from bot.store.database import Store, add_missing
from bot.store.models import FailedSignInRow, OfficerRow, SignInRow
from bot.store.officers import PASSWORDS, Officer, officer_from

LOGIN_TRIES = 5
"""Failures of one login that cost nothing."""
ADDRESS_TRIES = 25
"""Failures from one address that cost nothing: a station may share one."""
FIRST_WAIT = timedelta(seconds=30)
"""After that many failures; doubles with each further one."""
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
"""Failures count together when they are less than this apart."""

_NOBODY = PASSWORDS.hash(secrets.token_urlsafe())
"""Verified in place of the hash of an unknown login, so that both take the same time."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """The sign-in succeeded."""

    token: str
    """For the browser's cookie; the database only has its hash."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The sign-in failed."""

    wait: timedelta
    """Zero: login or password is wrong. Otherwise nothing was checked: too many failures."""


def sign_in(
    store: Store,
    login: str,
    password: str,
    *,
    address: str,
    lasts: timedelta,
    now: datetime,
) -> Admitted | Refused:
    """Check a password (Argon2id; some 50 ms of one core) and start a session.

    Unknown, inactive and wrong look the same and take the same time. A failure is counted
    before the password is looked at, so that guessing in parallel gains nothing.
    """
    login = login.strip().lower()
    keys = {_hash(f"login:{login}"): LOGIN_TRIES, _hash(f"address:{address}"): ADDRESS_TRIES}
    with store.writing() as session:
        wait = _count_failure(session, keys, now)
        row = session.scalar(select(OfficerRow).where(OfficerRow.login == login))
        if row is None or not row.active:
            officer_id, known_login, password_hash = None, "", _NOBODY
        else:
            officer_id, known_login, password_hash = row.id, row.login, row.password_hash
        if wait:
            write_down(session, officer_id, "sign_in_locked", known_login, at=now)
            return Refused(wait)

    right = _verify(password_hash, password)

    with store.writing() as session:
        if officer_id is None or not right:
            # What an unknown login was called is not kept: it may have been a password.
            write_down(session, officer_id, "sign_in_failed", known_login, at=now)
            return Refused(timedelta())
        _forgive(session, keys)
        if PASSWORDS.check_needs_rehash(password_hash):
            session.execute(
                update(OfficerRow)
                .where(OfficerRow.id == officer_id)
                .values(password_hash=PASSWORDS.hash(password))
            )
        token = secrets.token_urlsafe(32)
        session.execute(delete(SignInRow).where(SignInRow.expires_at < now))
        session.add(
            SignInRow(
                token_hash=_hash(token),
                officer_id=officer_id,
                created_at=now,
                last_seen_at=now,
                expires_at=now + lasts,
            )
        )
        write_down(session, officer_id, "sign_in", login, at=now)
        return Admitted(token, now + lasts)


def signed_in(store: Store, token: str, *, now: datetime) -> Officer | None:
    """The officer whose browser this is; None when signed out, expired or no longer active."""
    with store.reading() as session:
        found = session.execute(
            select(OfficerRow, SignInRow.last_seen_at)
            .join(SignInRow, SignInRow.officer_id == OfficerRow.id)
            .where(
                SignInRow.token_hash == _hash(token),
                SignInRow.expires_at > now,
                SignInRow.revoked_at.is_(None),
                OfficerRow.active,
            )
        ).one_or_none()
        if found is None:
            return None
        row, last_seen_at = found
        officer = officer_from(store, row)
    if now - last_seen_at > timedelta(minutes=1):
        with store.writing() as session:
            session.execute(
                update(SignInRow)
                .where(SignInRow.token_hash == _hash(token))
                .values(last_seen_at=now)
            )
    return officer


def sign_out(store: Store, token: str, *, now: datetime) -> None:
    """End this session; nothing happens when it has ended already."""
    with store.writing() as session:
        officer = session.execute(
            update(SignInRow)
            .where(SignInRow.token_hash == _hash(token), SignInRow.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(SignInRow.officer_id)
        ).scalar_one_or_none()
        if officer is not None:
            login = session.scalar(select(OfficerRow.login).where(OfficerRow.id == officer))
            write_down(session, officer, "sign_out", login or "", at=now)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _verify(password_hash: str, password: str) -> bool:
    try:
        return PASSWORDS.verify(password_hash, password)
    except VerificationError:
        return False


def _count_failure(session: Session, keys: dict[bytes, int], now: datetime) -> timedelta:
    """How long to wait; zero: this try is allowed, and counts as failed until it succeeds."""
    session.execute(delete(FailedSignInRow).where(FailedSignInRow.last_at < now - FORGOTTEN_AFTER))
    add_missing(
        session, FailedSignInRow, [{"key": key, "failures": 0, "last_at": now} for key in keys]
    )
    rows = [session.get_one(FailedSignInRow, key, with_for_update=True) for key in keys]
    locked = [
        row.locked_until - now for row in rows if row.locked_until and row.locked_until > now
    ]
    if locked:
        return max(locked)
    for row in rows:
        row.failures += 1
        row.last_at = now
        excess = row.failures - keys[row.key]
        if excess >= 0:
            row.locked_until = now + min(FIRST_WAIT * 2 ** min(excess, 10), LONGEST_WAIT)
    return timedelta()


def _forgive(session: Session, keys: dict[bytes, int]) -> None:
    """The try succeeded: the login starts afresh, the address has one failure less."""
    login, address = keys
    session.execute(delete(FailedSignInRow).where(FailedSignInRow.key == login))
    session.execute(
        update(FailedSignInRow)
        .where(FailedSignInRow.key == address)
        .values(failures=FailedSignInRow.failures - 1, locked_until=None)
    )
