"""Reading what came in: JSON, XML and their fields; whatever is wrong is a BadPayload."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, TypeVar
from xml.etree.ElementTree import Element, ParseError

import regex
from defusedxml.ElementTree import fromstring

from bot.errors import BadPayload, BadSignature

MAX_AGE = timedelta(minutes=5)
"""A signed call that is older, or so far ahead of our clock, is refused as a replay."""

FieldType = TypeVar("FieldType", str, int, dict[str, Any], list[Any])

_IDENTIFIER = regex.compile(r"[!-~]{1,128}")
_TIMESTAMP = regex.compile(r"[0-9]{10}|[0-9]{13}")
_XML_FORBIDS = bytes(set(range(0x20)) - set(b"\t\n\r"))
# Control characters, halves of surrogate pairs, and marks that turn the writing direction.
_UNSEEN = regex.compile(r"[[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]--[\t\n]]", regex.V1)


def load_json(body: bytes) -> dict[str, Any]:
    """The JSON object in `body` (UTF-8); raises BadPayload."""
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        # ValueError: not UTF-8, not JSON, or a number of thousands of digits.
        raise BadPayload("body is not JSON") from error
    if not isinstance(value, dict):
        raise BadPayload("body is not a JSON object")
    return value


def load_xml(body: bytes) -> dict[str, str]:
    """The text of each element under the root of `body`, by tag; raises BadPayload.

    DTDs, entities and references to other files are refused. Control characters, which
    XML forbids but which citizens manage to send, are left out.
    """
    try:
        root: Element = fromstring(body.translate(None, _XML_FORBIDS), forbid_dtd=True)
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        # ValueError: defusedxml's refusals and unknown encodings.
        raise BadPayload("body is not XML, or not of the harmless kind") from error
    return {child.tag: child.text or "" for child in root}


def field(data: Mapping[str, Any], name: str, kind: type[FieldType]) -> FieldType:
    """The value of a field that must be there and of this type; raises BadPayload."""
    value = data.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadPayload(f"{name} is missing or of the wrong type")
    return value


def identifier(data: Mapping[str, Any], name: str) -> str:
    """A platform's id, which may come as a number or as text; raises BadPayload."""
    value = data.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise BadPayload(f"{name} is missing or not an id")
    return value


def moment(seconds: str) -> datetime:
    """Seconds since 1970 as a time; raises BadPayload."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadPayload("time is not a time") from error


def check_age(timestamp: str, received_at: datetime) -> None:
    """Raise BadSignature unless `timestamp` (seconds or milliseconds since 1970) is within
    MAX_AGE of `received_at`."""
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("timestamp is not a time")
    if abs(received_at.timestamp() - int(timestamp[:10])) > MAX_AGE.total_seconds():
        raise BadSignature("call is replayed or badly delayed")


def message_key(*parts: str) -> str:
    """A message id made of what a repeated delivery has in common: 32 hex digits.

    Hashed, because the parts name the citizen and message ids are written to logs.
    """
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def clean_text(text: str, limit: int) -> str:
    """`text` as people see it, at most `limit` characters.

    Control characters and the like are left out; line ends become "\\n". Of a longer text the
    middle is left out: people say first what they want, and last what hurts.
    """
    seen = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(seen) <= limit:
        return seen
    half = (limit - 1) // 2
    return f"{seen[:half]}…{seen[-half:]}"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
