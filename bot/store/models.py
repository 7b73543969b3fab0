"""The tables.

Words of citizens and their ids on a platform are sealed (see `bot.privacy.encryption`);
a masked form stands beside what a list has to show. Nothing here labels an opinion,
scores a person or links one citizen's conversations with each other.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware time; kept in UTC, also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """What all tables share: types, and names of constraints that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy wants a plain class attribute
        datetime: Moment(),
        bytes: LargeBinary(),
        str: Text(),
        list[Any]: JSON(),
    }


class OfficerRow(Table):
    """A person who signs in at the desk."""

    __tablename__ = "officer"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    """In lower case."""
    name: Mapped[str]
    password_hash: Mapped[str]
    """Argon2id, in PHC format."""
    place: Mapped[str] = mapped_column(String(6))
    """The officer's unit: a GB/T 2260 code; conversations at or below it are visible."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SignInRow(Table):
    """One signed-in browser."""

    __tablename__ = "sign_in"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """SHA-256 of the cookie."""
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class FailedSignInRow(Table):
    """How often a sign-in failed, by login and by address, whether or not they exist."""

    __tablename__ = "failed_sign_in"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    """SHA-256 of the login or the address: people type passwords into the wrong field."""
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class ConversationRow(Table):
    """One citizen with one account on one channel."""

    __tablename__ = "conversation"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    channel: Mapped[str] = mapped_column(String(40), default="")
    account: Mapped[str] = mapped_column(String(40), default="", index=True)
    recipient: Mapped[bytes | None]
    """The platform's id of the citizen, sealed: only sending needs it."""
    public: Mapped[bool] = mapped_column(default=False)
    holder: Mapped[str] = mapped_column(String(40), default="bot", index=True)
    """As the journal last heard it; the mailbox alone decides."""
    epoch: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(8), default="zh")
    last_message_at: Mapped[datetime | None]
    last_author: Mapped[str] = mapped_column(String(40), default="")
    last_citizen_at: Mapped[datetime | None]
    last_words: Mapped[str] = mapped_column(default="")
    """The beginning of the citizen's last message, masked: for lists."""


class MessageRow(Table):
    """What was said."""

    __tablename__ = "message"

    sequence: Mapped[int] = mapped_column(primary_key=True)
    """Grows in the order of arrival: tells apart what was said in the same instant."""
    id: Mapped[str] = mapped_column(unique=True)
    """The event's id."""
    conversation: Mapped[str] = mapped_column(ForeignKey("conversation.number"))
    author: Mapped[str] = mapped_column(String(40))
    """"citizen", "bot" or "officer:<id>"."""
    kind: Mapped[str] = mapped_column(String(20), default="text")
    text: Mapped[bytes]
    """Sealed."""
    masked: Mapped[str]
    """The same without personal data."""
    short: Mapped[str] = mapped_column(default="")
    """Approved short form of an answer."""
    topic: Mapped[str | None]
    choices: Mapped[list[Any]]
    """Quick replies: [title, text] pairs."""
    urgent: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]

    __table_args__ = (Index("ix_message_conversation_at", "conversation", "at"),)


class DeliveryRow(Table):
    """What became of an outgoing message; a row of its own, as it may be heard of first."""

    __tablename__ = "delivery"

    message: Mapped[str] = mapped_column(primary_key=True)
    """The message's event id."""
    conversation: Mapped[str] = mapped_column(ForeignKey("conversation.number"), index=True)
    status: Mapped[str] = mapped_column(String(20))
    """As in `bot.events.Delivered`."""
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]

    __table_args__ = (Index("ix_delivery_status_at", "status", "at"),)


class UnderstandingRow(Table):
    """What the bot made of a citizen's message."""

    __tablename__ = "understanding"

    message: Mapped[str] = mapped_column(primary_key=True)
    """The event id of the citizen's message."""
    conversation: Mapped[str] = mapped_column(ForeignKey("conversation.number"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    intent: Mapped[str]
    intent_confidence: Mapped[float]
    outcome: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str | None]
    confidence: Mapped[float]
    choices: Mapped[list[Any]]
    """Topic ids that were offered."""
    suggestions: Mapped[list[Any]]
    """[topic id, confidence] pairs, best first."""
    model: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class CaseRow(Table):
    """What officers work on; a conversation has at most one that is not closed."""

    __tablename__ = "case"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), default="", index=True)
    """What the citizen was told; empty when nothing was."""
    conversation: Mapped[str] = mapped_column(ForeignKey("conversation.number"))
    reason: Mapped[str]
    """The latest word on why an officer should look."""
    priority: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    """"waiting", "officer", "follow_up" (the bot speaks again, but the case is open) or "closed"."""
    officer_id: Mapped[int | None]
    """Who took it last, as the mailbox knew them: no foreign key may stop the journal."""
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str] = mapped_column(default="")
    reports: Mapped[bytes]
    """Sealed JSON: a list of {"at", "reason", "number", "fields"}, oldest first."""

    __table_args__ = (
        Index("ix_case_state", "state", "waiting_since"),
        Index("ix_case_conversation", "conversation", "closed_at"),
        Index(
            "uq_case_open",
            "conversation",
            unique=True,
            sqlite_where=text("state != 'closed'"),
            postgresql_where=text("state != 'closed'"),
        ),
    )


class HandsRow(Table):
    """A change of hands, as a line in the conversation."""

    __tablename__ = "hands"

    event_id: Mapped[str] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversation.number"), index=True)
    holder: Mapped[str] = mapped_column(String(40))
    previous: Mapped[str] = mapped_column(String(40))
    epoch: Mapped[int]
    by: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(default="")
    closed: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


class RatingRow(Table):
    """What a citizen thought of one answer."""

    __tablename__ = "rating"

    message: Mapped[str] = mapped_column(primary_key=True)
    """The event id of the answer."""
    conversation: Mapped[str] = mapped_column(ForeignKey("conversation.number"), index=True)
    helpful: Mapped[bool]
    at: Mapped[datetime]


class AuditRow(Table):
    """One line of the audit book; the database itself refuses to change or remove it."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    """None: nobody was signed in."""
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str]
    """A conversation number or an officer's login."""
    detail: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_audit_officer_subject", "officer_id", "subject", "at"),
        Index("ix_audit_subject", "subject", "at"),
    )


class AppliedRow(Table):
    """An event that the journal has written, so that it is not written twice."""

    __tablename__ = "applied_event"

    id: Mapped[str] = mapped_column(primary_key=True)
    applied_at: Mapped[datetime] = mapped_column(index=True)


class DeadEventRow(Table):
    """An event that could not be written: kept for a repair, out of the others' way."""

    __tablename__ = "dead_event"

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(40))
    event: Mapped[bytes]
    """Sealed JSON."""
    error: Mapped[str]
    """The kind of error, without its values."""
    at: Mapped[datetime]
