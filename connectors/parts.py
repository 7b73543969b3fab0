"""Replies that need several messages, and replies that may have only one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from bot.errors import SendLater, SendRefused, SendUnknown, Unavailable
from bot.messages import Reply
from connectors.cutting import cut
from connectors.tokens import TokenStore

Part = TypeVar("Part")

_LIFETIME = timedelta(days=3)


async def send_parts(
    store: TokenStore, key: str, parts: Sequence[Part], send: Callable[[Part], Awaitable[None]]
) -> None:
    """Send each of `parts` in order; what `send` raises comes through. Called again with
    the same `key`, it leaves out the parts that were sent before."""
    if not parts:
        raise SendRefused("there is nothing to say")
    if len(parts) == 1:
        await send(parts[0])
        return
    try:
        done = int(await store.get(key) or 0)
    except Unavailable as error:
        raise SendLater("what was sent before cannot be looked up") from error
    for number, part in enumerate(parts[done:], start=done + 1):
        await send(part)
        try:
            await store.put(key, str(number), _LIFETIME)
        except Unavailable as error:
            raise SendUnknown(f"{number} of {len(parts)} parts were sent") from error


def in_one_message(reply: Reply, limit: int) -> str:
    """The text of `reply`, or its short form where the text has more than `limit` characters;
    what is too long even so loses its end."""
    text = reply.short if len(reply.text) > limit and reply.short else reply.text
    return cut(text, limit)[0]
