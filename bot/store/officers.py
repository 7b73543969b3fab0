"""Officers: who may sign in, and which conversations are theirs to see."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from argon2 import PasswordHasher
from sqlalchemy import func, select

from bot.accounts import Account
from bot.errors import Misconfigured
from bot.store.audit import write_down
from bot.store.database import Store
from bot.store.models import OfficerRow

PASSWORDS = PasswordHasher()
"""Argon2id with the parameters that its library recommends now; see `sign_in`."""
SHORTEST_PASSWORD = 12
"""In characters; length is what protects a password (NIST SP 800-63B)."""
EVERYWHERE = "000000"
"""The unit that sees every conversation."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who is signed in, or could be."""

    id: int
    login: str
    name: str
    place: str
    """GB/T 2260 code of the unit."""
    accounts: frozenset[str] | None
    """Ids of the accounts at or below the unit's place; None: all of them."""

    @property
    def holder(self) -> str:
        """What the mailbox calls this officer."""
        return f"officer:{self.id}"


def add_officer(store: Store, login: str, name: str, password: str, place: str) -> Officer:
    """Let somebody sign in. Raises Misconfigured when a value cannot be used."""
    login = login.strip().lower()
    if not re.fullmatch(r"[a-z0-9._-]{2,64}", login):
        raise Misconfigured("a login has 2 to 64 letters a-z, digits, dots, hyphens or _")
    if not name.strip():
        raise Misconfigured("an officer needs a name")
    if len(password) < SHORTEST_PASSWORD:
        raise Misconfigured(f"a password has at least {SHORTEST_PASSWORD} characters")
    if not re.fullmatch(r"\d{6}", place):
        raise Misconfigured("a unit is a GB/T 2260 code of six digits; 000000 sees everything")
    now = datetime.now(UTC)
    row = OfficerRow(
        login=login,
        name=name.strip(),
        password_hash=PASSWORDS.hash(password),
        place=place,
        created_at=now,
    )
    with store.writing() as session:
        if session.scalar(select(OfficerRow.id).where(OfficerRow.login == login)):
            raise Misconfigured(f"the login {login} is taken")
        session.add(row)
        session.flush()
        write_down(session, None, "officer_added", login, detail=place, at=now)
        return officer_from(store, row)


def ensure_first_officer(store: Store) -> tuple[str, str] | None:
    """Create the first officer of a fresh installation: (login, password), to be shown once.

    None when there is an officer already.
    """
    with store.reading() as session:
        if session.scalar(select(func.count(OfficerRow.id))):
            return None
    password = secrets.token_urlsafe(12)
    officer = add_officer(store, "officer", "值班民警", password, EVERYWHERE)
    return officer.login, password


def colleagues(store: Store, officer: Officer, account: str) -> list[Officer]:
    """Active officers, without `officer`, who may see conversations of `account`; by name."""
    with store.reading() as session:
        rows = session.scalars(
            select(OfficerRow).where(OfficerRow.active, OfficerRow.id != officer.id)
        )
        known = [officer_from(store, row) for row in rows]
    able = [one for one in known if one.accounts is None or account in one.accounts]
    return sorted(able, key=lambda one: one.name)


def names(store: Store) -> dict[str, str]:
    """The names of all officers, past ones too, by what the mailbox calls them."""
    with store.reading() as session:
        rows = session.execute(select(OfficerRow.id, OfficerRow.name))
        return {f"officer:{id_}": name for id_, name in rows}


def officer_from(store: Store, row: OfficerRow) -> Officer:
    """The officer of a row, with what the unit's place lets them see."""
    return Officer(
        id=row.id,
        login=row.login,
        name=row.name,
        place=row.place,
        accounts=accounts_below(row.place, store.accounts.values()),
    )


def accounts_below(place: str, accounts: Iterable[Account]) -> frozenset[str] | None:
    """Ids of the accounts at or below `place` in the tree of GB/T 2260; None: all.

    Codes nest in pairs of digits: 110108 (a district) is below 110100 and 110000.
    """
    prefix = re.sub(r"(00)+$", "", place)
    if not prefix:
        return None
    return frozenset(account.id for account in accounts if account.place.startswith(prefix))
