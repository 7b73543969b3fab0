"""Who a visitor is: a random id in a signed token that only the visitor's browser keeps."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.errors import BadSignature

MAX_AGE = timedelta(days=30)
"""A visitor who stays away longer starts a new conversation."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser at one account."""

    id: str
    token: str = field(repr=False)
    """Fresh with every visit, so that only absence lets it grow old."""


def admit(key: bytes, account: str, token: str | None, now: datetime) -> Visitor:
    """The visitor of a token, or a new one without; raises BadSignature.

    A token is "<id>.<issued, Unix seconds>.<HMAC-SHA256 of account, id and issued>".
    """
    visitor = secrets.token_urlsafe(16) if token is None else _read(key, account, token, now)
    issued = int(now.timestamp())
    return Visitor(visitor, f"{visitor}.{issued}.{_sign(key, account, visitor, issued)}")


def _read(key: bytes, account: str, token: str, now: datetime) -> str:
    try:
        visitor, given_issued, given = token.split(".")
        issued = int(given_issued)
    except ValueError as error:
        raise BadSignature("token is malformed") from error
    if not hmac.compare_digest(given.encode(), _sign(key, account, visitor, issued).encode()):
        raise BadSignature("token is forged, or another account's")
    # The signature covers the time, so only we can have written it.
    if now - datetime.fromtimestamp(issued, UTC) > MAX_AGE:
        raise BadSignature("token is too old")
    return visitor


def _sign(key: bytes, account: str, visitor: str, issued: int) -> str:
    signed = f"{account}.{visitor}.{issued}".encode()
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
