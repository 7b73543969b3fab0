"""Calls as the platforms make them, and replies as the mailbox gives them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.messages import Address, Outbound, Reply
from connectors.base import Webhook

NOW = datetime.fromtimestamp(1760000000, UTC)
"""The moment of every recorded call."""


def webhook(
    query: Mapping[str, str], body: bytes = b"", *, method: str = "POST", at: datetime = NOW
) -> Webhook:
    return Webhook(method=method, query=query, headers={}, body=body, received_at=at)


def outbound(
    channel: str, recipient: str, text: str = "您好", *, id: str = "r1", **reply: Any
) -> Outbound:
    return Outbound(
        id=id,
        conversation="c0",
        address=Address(channel, "npd", recipient),
        reply=Reply(text, **reply),
        author="bot",
        epoch=0,
        said_at=NOW,
    )
