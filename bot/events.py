"""What the journal hears: every word, every change of hands, every delivery.

The mailbox appends these to the journal streams in the same step that makes them true;
`bot/journal.py` writes them into SQL, each exactly once (by `id`).
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.messages import Address, Choice, Handover, Kind, Suggestion


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    """Unique; an event read twice has the same id."""
    at: datetime
    conversation: str


class CitizenSaid(_Event):
    """A message was accepted. `id` is "<channel>:<account>:<message_id>"."""

    type: Literal["citizen_said"] = "citizen_said"
    address: Address
    text: str
    kind: Kind
    sent_at: datetime


class Understood(_Event):
    """What the bot made of a citizen's message; `message` is the CitizenSaid's id."""

    type: Literal["understood"] = "understood"
    message: str
    language: str
    intent: str
    intent_confidence: float
    outcome: str
    topic: str | None
    confidence: float
    choices: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    model: str = ""
    """Name of the trained model."""


class ServiceSaid(_Event):
    """The bot or an officer said something. `id` is the Outbound's id."""

    type: Literal["service_said"] = "service_said"
    address: Address
    author: str
    text: str
    topic: str | None
    epoch: int
    choices: tuple[Choice, ...] = ()
    short: str = ""
    """With `urgent`: what a dead letter needs to be sent again as it was."""
    urgent: bool = False


class Delivered(_Event):
    """What became of an Outbound; the last event of a message counts."""

    type: Literal["delivered"] = "delivered"
    message: str
    """The Outbound's id."""
    status: Literal["sent", "held", "refused", "unknown", "dropped"]
    reason: str = ""


class CaseOpened(_Event):
    """An officer should look. A conversation has at most one open case: a second
    CaseOpened raises the first one's priority and adds its reason and report."""

    type: Literal["case_opened"] = "case_opened"
    handover: Handover


class HandsChanged(_Event):
    """The conversation has a new holder."""

    type: Literal["hands_changed"] = "hands_changed"
    holder: str
    previous: str
    epoch: int
    by: str
    """"bot", "citizen", "system" or "officer:<id>"."""
    note: str = ""
    closed: bool = False
    """True when the officer closed the case with this hand-back; `note` is the reason."""


class Rated(_Event):
    """A citizen rated an answer."""

    type: Literal["rated"] = "rated"
    message: str
    """The Outbound's id."""
    helpful: bool


Event = Annotated[
    CitizenSaid | Understood | ServiceSaid | Delivered | CaseOpened | HandsChanged | Rated,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads and writes events as JSON."""
