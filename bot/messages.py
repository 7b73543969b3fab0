"""What passes between the channels, the dialogue and the desk.

All times are aware and in UTC; ids of platforms are strings, since many exceed 2**53.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["text", "image", "voice", "video", "location", "file", "follow"]
"""What the citizen sent. Only `text` carries words; `follow` is the first visit."""

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of a citizen, as a connector read it."""

    channel: str
    """Name of the connector: "webchat", "wechat", "weibo"."""
    account: str
    """Our id of the police account it was sent to."""
    sender: str
    """The platform's id of the citizen."""
    message_id: str
    """Unique within (channel, account): what a repeated delivery has in common."""
    text: str
    """At most `settings.text_limit` characters; empty for pictures and the like."""
    sent_at: datetime
    kind: Kind = "text"
    public: bool = False
    """True when everybody can read it (comments, mentions)."""
    language: Language | None = None
    """What the citizen's page is set to, where the channel knows; a hint only."""
    alarm_answered: bool = False
    """True when the gateway gave the emergency reply itself, because nobody else could."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the replies of a conversation go."""

    channel: str
    account: str
    recipient: str
    public: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A quick reply: what the citizen sees, and what is sent back when it is chosen."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot or an officer says, before it has an address."""

    text: str
    short: str = ""
    """Approved form of at most 120 characters, for narrow channels; empty: none."""
    choices: tuple[Choice, ...] = ()
    topic: str | None = None
    """The topic that this answers: the citizen may rate it. None for everything else."""
    urgent: bool = False
    """An emergency number: rather sent twice than not at all."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message on its way to a citizen."""

    id: str
    """Chosen by us, unique; the same on every try."""
    conversation: str
    address: Address
    reply: Reply
    author: str
    """"bot", or "officer:<id>"."""
    epoch: int
    """The conversation's epoch when it was said; the fence drops what is too old."""
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Hands:
    """Who speaks in a conversation now."""

    holder: str
    """"bot", "desk" (waiting for an officer) or "officer:<id>"."""
    epoch: int
    """Grows with every change of hands."""

    def next_epoch(self, now: datetime) -> int:
        """The epoch after a change: the time in seconds, so that it also exceeds those of a
        conversation that Redis has forgotten, or of changes that Redis has lost."""
        return max(self.epoch + 1, int(now.timestamp()))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A topic that may answer the citizen's last message."""

    topic: str
    confidence: float
    """Calibrated, 0 to 1."""


Outcome = Literal["answer", "clarify", "handover", "emergency", "smalltalk", "refuse"]

Priority = Literal["urgent", "normal"]


@dataclass(frozen=True, slots=True)
class Handover:
    """Why an officer should take the conversation."""

    reason: str
    """A word for the desk: "asked", "emergency", "complaint", "failed", "unsure", …"""
    priority: Priority = "normal"
    number: str = ""
    """The case number that the citizen was told; empty when none was."""
    report: dict[str, str] = field(default_factory=dict)
    """What a form collected, by slot name."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the dialogue made of one message."""

    outcome: Outcome
    language: Language
    replies: tuple[Reply, ...]
    intent: str = ""
    intent_confidence: float = 0.0
    topic: str | None = None
    confidence: float = 0.0
    choices: tuple[str, ...] = ()
    """Topic ids that were offered, when the outcome is "clarify"."""
    suggestions: tuple[Suggestion, ...] = ()
    """Up to three, best first: for the officer, whatever the outcome."""
    handover: Handover | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One message of a citizen, as the dialogue sees it: no name, no platform id."""

    conversation: str
    text: str
    channel: str
    place: str
    """GB/T 2260 code of the account's place, such as "110108"."""
    account_name: str
    now: datetime
    language: Language | None = None
    """A hint: what the page is set to, or what was spoken last."""
    kind: Kind = "text"
    public: bool = False
