"""What passes over the socket, as JSON, one object a frame. README.md explains the order."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.messages import Choice, Language

FRAME_LIMIT = 65_536
"""Longest frame that is read, in characters."""


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


# What the page says.


class Hello(_Frame):
    """Always the first frame."""

    type: Literal["hello"]
    token: str | None = Field(default=None, max_length=200)
    """From an earlier welcome; without one the visitor is new."""
    after: str = Field(default="", pattern=r"^(\d{1,15}-\d{1,15})?$")
    """Cursor of the last item that the page has; empty: everything that is kept."""
    language: Language | None = None


class Say(_Frame):
    type: Literal["say"]
    id: str = Field(pattern=r"^[A-Za-z0-9-]{8,64}$")
    """Chosen by the page, the same on every try."""
    text: str
    language: Language | None = None


class Rate(_Frame):
    type: Literal["rate"]
    message: str = Field(min_length=1, max_length=200)
    """Id of the item that is rated."""
    helpful: bool


class Ping(_Frame):
    type: Literal["ping"]


ClientFrame = Annotated[Hello | Say | Rate | Ping, Field(discriminator="type")]

CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)
"""Reads the page's frames; raises pydantic's ValidationError."""


# What the server says.


class Welcome(_Frame):
    type: Literal["welcome"] = "welcome"
    token: str
    """Keep it: it makes the next visit the same conversation."""
    conversation: str
    name: str
    name_en: str
    text_limit: int
    """Longest text, in characters (Unicode code points)."""
    workers: bool
    """False while nobody but officers can answer."""


class Item(_Frame):
    """One message of the conversation, the citizen's own included."""

    type: Literal["item"] = "item"
    cursor: str
    id: str
    author: Literal["citizen", "bot", "officer"]
    text: str
    at: datetime
    choices: tuple[Choice, ...]
    topic: str | None
    urgent: bool


class Ack(_Frame):
    """A message or a rating was taken and will not be lost."""

    type: Literal["ack"] = "ack"
    id: str
    delayed: bool = False
    """True when no worker is there to answer it at once."""


Reason = Literal["busy", "empty", "too_long", "too_fast", "unknown"]


class Refused(_Frame):
    """A message or a rating was not taken."""

    type: Literal["refused"] = "refused"
    id: str
    reason: Reason
    retry: float | None = None
    """Seconds after which the same frame may be sent again; None: it never will be taken."""


class Typing(_Frame):
    type: Literal["typing"] = "typing"
    author: Literal["bot", "officer"]


class Emergency(_Frame):
    """Which number to call, said by the gateway because nobody behind it can."""

    type: Literal["emergency"] = "emergency"
    id: str
    """Id of the message that this answers."""
    number: str
    text: str
    at: datetime


class Error(_Frame):
    type: Literal["error"] = "error"
    reason: Literal["bad_frame", "bad_token", "too_many_frames", "hello_expected"]


class Pong(_Frame):
    type: Literal["pong"] = "pong"


ServerFrame = Welcome | Item | Ack | Refused | Typing | Emergency | Error | Pong
