"""The queue: the conversations that want an officer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from bot.store.database import Store
from bot.store.models import CaseRow, ConversationRow, DeliveryRow
from bot.store.officers import Officer

Filter = Literal["waiting", "mine", "open", "undelivered"]
FILTERS: tuple[Filter, ...] = ("waiting", "mine", "open", "undelivered")

NOT_ARRIVED = ("refused", "unknown", "held")
"""What an officer should know about: the citizen has not got it, or perhaps not."""
UNDELIVERED_FOR = timedelta(days=7)
"""What nobody has minded for so long leaves the list."""
MOST = 500
"""Lines of one list."""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One conversation in the list. Nothing in it names the citizen."""

    number: str
    channel: str
    account: str
    public: bool
    holder: str
    epoch: int
    last_author: str
    last_words: str
    """The citizen's, masked."""
    last_message_at: datetime | None
    urgent: bool
    state: str
    """Of the open case; empty when there is none."""
    reason: str
    case_number: str
    since: datetime | None
    """Waiting since; None when there is no open case."""
    undelivered: int


@dataclass(frozen=True, slots=True)
class Queue:
    """One list, and how long the others are."""

    lines: tuple[QueueLine, ...]
    """Urgent ones first, then those that wait before those that are cared for, then the
    longest waiting."""
    counts: dict[Filter, int]
    urgent: int
    """How many urgent ones wait."""
    held: frozenset[str]
    """Numbers of the conversations that the officer holds."""


def queue(store: Store, officer: Officer, which: Filter, *, now: datetime) -> Queue:
    """What this officer may see of one list; masked, so that no look is written down."""
    undelivered = _undelivered(now)
    conditions: dict[Filter, ColumnElement[bool]] = {
        "waiting": CaseRow.state == "waiting",
        "mine": or_(
            ConversationRow.holder == officer.holder,
            and_(CaseRow.state == "follow_up", CaseRow.officer_id == officer.id),
        ),
        "open": CaseRow.id.is_not(None),
        "undelivered": exists().where(undelivered),
    }
    open_case = and_(CaseRow.conversation == ConversationRow.number, CaseRow.state != "closed")
    base = select(ConversationRow).outerjoin(CaseRow, open_case)
    if officer.accounts is not None:
        base = base.where(ConversationRow.account.in_(officer.accounts))
    count_of_undelivered = (
        select(func.count()).select_from(DeliveryRow).where(undelivered).scalar_subquery()
    )
    lines = (
        base.add_columns(CaseRow, count_of_undelivered)
        .where(conditions[which])
        .order_by(
            case((CaseRow.priority == "urgent", 0), else_=1),
            case((CaseRow.state == "waiting", 0), (CaseRow.state == "officer", 1), else_=2),
            func.coalesce(CaseRow.waiting_since, ConversationRow.last_message_at),
            ConversationRow.number,
        )
        .limit(MOST)
    )
    urgent = and_(CaseRow.state == "waiting", CaseRow.priority == "urgent")
    totals = base.with_only_columns(
        *(func.count(case((condition, 1))) for condition in (*conditions.values(), urgent))
    )
    with store.reading() as session:
        held = session.scalars(
            select(ConversationRow.number).where(ConversationRow.holder == officer.holder)
        )
        *counts, urgent_ones = session.execute(totals).one()
        return Queue(
            lines=tuple(
                _line(conversation, found, number)
                for conversation, found, number in session.execute(lines)
            ),
            counts=dict(zip(conditions, counts, strict=True)),
            urgent=urgent_ones,
            held=frozenset(held),
        )


def _undelivered(now: datetime) -> ColumnElement[bool]:
    """Messages of a conversation that did not arrive, and that no closed case has settled."""
    settled = exists().where(
        CaseRow.conversation == DeliveryRow.conversation, CaseRow.closed_at >= DeliveryRow.at
    )
    return and_(
        DeliveryRow.conversation == ConversationRow.number,
        DeliveryRow.status.in_(NOT_ARRIVED),
        DeliveryRow.at > now - UNDELIVERED_FOR,
        ~settled,
    )


def _line(conversation: ConversationRow, found: CaseRow | None, undelivered: int) -> QueueLine:
    return QueueLine(
        number=conversation.number,
        channel=conversation.channel,
        account=conversation.account,
        public=conversation.public,
        holder=conversation.holder,
        epoch=conversation.epoch,
        last_author=conversation.last_author,
        last_words=conversation.last_words,
        last_message_at=conversation.last_message_at,
        urgent=found is not None and found.priority == "urgent",
        state=found.state if found else "",
        reason=found.reason if found else "",
        case_number=found.number if found else "",
        since=found.waiting_since if found else None,
        undelivered=undelivered,
    )
