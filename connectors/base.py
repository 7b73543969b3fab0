"""What a connector is: three verbs, and what they are given.

`verify` and `parse` only look at what they are given; `send` makes the one call out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import BadSignature
from bot.messages import Inbound, Outbound, Reply


@dataclass(frozen=True, slots=True)
class Webhook:
    """One call of a platform, as it came in."""

    method: str
    """"GET" or "POST"."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)
    received_at: datetime

    def header(self, name: str) -> str:
        """A header by its lower-case name; raises BadSignature when it is missing."""
        return _required(self.headers, name)

    def parameter(self, name: str) -> str:
        """A query parameter; raises BadSignature when it is missing."""
        return _required(self.query, name)


def _required(values: Mapping[str, str], name: str) -> str:
    if name not in values:
        raise BadSignature(f"{name} is missing")
    return values[name]


@dataclass(frozen=True, slots=True)
class Response:
    """What a platform is answered."""

    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """How a channel delivers."""

    window: timedelta | None = None
    """How long after the citizen's last message a reply is possible; None: always."""
    quota: int | None = None
    """Replies to one message of the citizen; None: any number."""
    narrow: bool = False
    """True when the approved short form is to be sent instead of the full text."""
    idempotent: bool = False
    """True when sending the same Outbound twice delivers it once."""


class Connector(Protocol):
    """One channel of one account."""

    name: str
    limits: Limits

    def verify(self, webhook: Webhook) -> None:
        """Raise BadSignature unless the platform itself made this call."""

    def handshake(self, webhook: Webhook) -> Response | None:
        """The answer to a verified set-up call (GET with echostr); None for a message."""

    def parse(self, webhook: Webhook) -> list[Inbound]:
        """The messages in a verified call; raises BadPayload. Unknown events give []."""

    def acknowledge(self, webhook: Webhook, reply: Reply | None = None) -> Response:
        """The answer that stops the platform's retries; `reply` is said to the citizen in
        the response itself where the channel can (only the emergency reply uses it)."""

    async def send(self, message: Outbound) -> None:
        """Deliver, or raise SendLater, SendHeld, SendUnknown or SendRefused."""
