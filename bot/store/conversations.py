"""What an officer reads in one conversation."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import NotFound
from bot.messages import Address, Choice, Outbound, Reply, Suggestion
from bot.store.database import Store
from bot.store.door import conversation_for
from bot.store.models import (
    CaseRow,
    DeliveryRow,
    HandsRow,
    MessageRow,
    RatingRow,
    UnderstandingRow,
)
from bot.store.officers import Officer


@dataclass(frozen=True, slots=True)
class Said:
    """One message in the conversation."""

    id: str
    author: str
    """"citizen", "bot" or "officer:<id>"."""
    kind: str
    text: str
    """Masked, unless the reader holds the conversation."""
    topic: str | None
    choices: tuple[str, ...]
    """Titles of the quick replies offered with it."""
    at: datetime
    status: str
    """As in `bot.events.Delivered`; empty: on its way, or not ours."""
    reason: str
    settled_at: datetime | None
    """When that was heard."""
    helpful: bool | None
    """What the citizen thought of it; None: not rated."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A change of hands between two messages."""

    id: str
    holder: str
    previous: str
    by: str
    note: str
    closed: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """One reason for an officer to look, with what a form collected."""

    at: datetime
    reason: str
    number: str
    fields: dict[str, str]
    """By slot name; values are masked unless the reader holds the conversation."""


@dataclass(frozen=True, slots=True)
class Case:
    """The conversation's open case, or its last one."""

    number: str
    urgent: bool
    state: str
    opened_at: datetime
    closed_at: datetime | None
    closed_reason: str
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation as an officer reads it."""

    number: str
    channel: str
    account: str
    public: bool
    language: str
    holder: str
    """As SQL knows it; ask the mailbox who really holds it."""
    whole: bool
    """True: the citizen's own words. False: masked."""
    lines: tuple[Said | Passed, ...]
    """Oldest first."""
    earlier: bool
    """True when there are older messages than these."""
    case: Case | None
    suggestions: tuple[Suggestion, ...]
    """For the citizen's last message, best first."""


def read(
    store: Store,
    officer: Officer,
    number: str,
    *,
    whole: bool,
    newest: int,
    now: datetime,
) -> Thread:
    """The `newest` messages of a conversation and what belongs to them.

    `whole` shows the original words: only for the officer who holds the conversation (the
    caller asks the mailbox). Raises NotFound.
    """
    with store.writing() as session:
        conversation = conversation_for(
            session, officer, number, "read", detail="whole" if whole else "masked", now=now
        )
        messages = session.scalars(
            select(MessageRow)
            .where(MessageRow.conversation == number)
            .order_by(MessageRow.at.desc(), MessageRow.sequence.desc())
            .limit(newest + 1)
        ).all()
        earlier = len(messages) > newest
        messages = messages[:newest][::-1]
        lines: list[Said | Passed] = [*_said(store, session, number, messages, whole=whole)]
        since = messages[0].at if earlier else None
        lines += _passed(session, number, since)
        return Thread(
            number=number,
            channel=conversation.channel,
            account=conversation.account,
            public=conversation.public,
            language=conversation.language,
            holder=conversation.holder,
            whole=whole,
            lines=tuple(sorted(lines, key=lambda line: line.at)),
            earlier=earlier,
            case=_case(store, session, number, whole=whole),
            suggestions=_suggestions(session, number),
        )


@dataclass(frozen=True, slots=True)
class Where:
    """Where a conversation takes place."""

    channel: str
    account: str
    public: bool


def enter(
    store: Store, officer: Officer, number: str, act: str, *, detail: str = "", now: datetime
) -> Where:
    """Check that the officer may act on a conversation, and write the act down before it
    happens: what is not in the book is not done. Raises NotFound."""
    with store.writing() as session:
        row = conversation_for(session, officer, number, act, detail=detail, now=now)
        return Where(row.channel, row.account, row.public)


def dead_letter(
    store: Store, officer: Officer, number: str, message: str, *, now: datetime
) -> Outbound:
    """A message that did not arrive, to be sent once more. Raises NotFound."""
    with store.writing() as session:
        conversation = conversation_for(
            session, officer, number, "resend", detail=message, now=now
        )
        row = session.scalar(
            select(MessageRow).where(
                MessageRow.id == message,
                MessageRow.conversation == number,
                MessageRow.author != "citizen",
            )
        )
        if row is None or conversation.recipient is None:
            raise NotFound(message)
        return Outbound(
            id=row.id,
            conversation=number,
            address=Address(
                channel=conversation.channel,
                account=conversation.account,
                recipient=store.cipher.decrypt(conversation.recipient),
                public=conversation.public,
            ),
            reply=Reply(
                text=store.cipher.decrypt(row.text),
                short=row.short,
                choices=tuple(Choice(title, text) for title, text in row.choices),
                topic=row.topic,
                urgent=row.urgent,
            ),
            author=row.author,
            epoch=row.epoch,
            said_at=row.at,
        )


def _said(
    store: Store, session: Session, number: str, rows: Sequence[MessageRow], *, whole: bool
) -> list[Said]:
    ids = [row.id for row in rows if row.author != "citizen"]
    deliveries = {
        row.message: row
        for row in session.scalars(select(DeliveryRow).where(DeliveryRow.message.in_(ids)))
    }
    ratings = {
        row.message: row.helpful
        for row in session.scalars(select(RatingRow).where(RatingRow.message.in_(ids)))
    }
    lines = []
    for row in rows:
        delivery = deliveries.get(row.id)
        lines.append(
            Said(
                id=row.id,
                author=row.author,
                kind=row.kind,
                text=store.cipher.decrypt(row.text) if whole else row.masked,
                topic=row.topic,
                choices=tuple(title for title, _ in row.choices),
                at=row.at,
                status=delivery.status if delivery else "",
                reason=delivery.reason if delivery else "",
                settled_at=delivery.at if delivery else None,
                helpful=ratings.get(row.id),
            )
        )
    return lines


def _passed(session: Session, number: str, since: datetime | None) -> list[Passed]:
    query = select(HandsRow).where(HandsRow.conversation == number)
    if since is not None:
        query = query.where(HandsRow.at >= since)
    return [
        Passed(row.event_id, row.holder, row.previous, row.by, row.note, row.closed, row.at)
        for row in session.scalars(query.order_by(HandsRow.epoch))
    ]


def _case(store: Store, session: Session, number: str, *, whole: bool) -> Case | None:
    row = session.scalar(
        select(CaseRow).where(CaseRow.conversation == number).order_by(CaseRow.id.desc()).limit(1)
    )
    if row is None:
        return None
    show = (lambda value: value) if whole else store.mask
    return Case(
        number=row.number,
        urgent=row.priority == "urgent",
        state=row.state,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_reason=row.closed_reason,
        reports=tuple(
            Report(
                at=datetime.fromisoformat(report["at"]),
                reason=report["reason"],
                number=report["number"],
                fields={name: show(value) for name, value in report["fields"].items()},
            )
            for report in json.loads(store.cipher.decrypt(row.reports))
        ),
    )


def _suggestions(session: Session, number: str) -> tuple[Suggestion, ...]:
    pairs = session.scalar(
        select(UnderstandingRow.suggestions)
        .join(MessageRow, MessageRow.id == UnderstandingRow.message)
        .where(MessageRow.conversation == number)
        .order_by(MessageRow.at.desc(), MessageRow.sequence.desc())
        .limit(1)
    )
    return tuple(Suggestion(topic, confidence) for topic, confidence in pairs or ())
