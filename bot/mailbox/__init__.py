"""The mailbox: the one place where conversations meet, in Redis.

`edge` accepts what citizens write, `work` gives conversations to workers and makes a turn
true in one step, `delivery` gives replies to senders, `hands` lets officers take over, and
lets the journal read what happened. The steps themselves are the scripts in `scripts/`; all
keys of a conversation lie in one hash slot, so they run on Redis Cluster unchanged.
"""

from bot.mailbox.connection import connect, embedded_socket
from bot.mailbox.delivery import Deliveries, Delivery
from bot.mailbox.edge import RoomItem, Signal
from bot.mailbox.hands import EventRef, Journal
from bot.mailbox.tokens import Tokens
from bot.mailbox.work import Claim
from bot.settings import Settings

__all__ = [
    "Claim",
    "Delivery",
    "EventRef",
    "Mailbox",
    "RoomItem",
    "Signal",
    "embedded_socket",
]


class Mailbox(Journal, Deliveries):
    """Everything that a role may ask of Redis. Methods raise Unavailable when it is down."""

    @classmethod
    def connect(cls, settings: Settings) -> "Mailbox":
        """Connects on first use."""
        return cls(connect(settings), settings)

    def token_store(self) -> Tokens:
        """Short texts that all processes share for a while."""
        return Tokens(self._redis)
