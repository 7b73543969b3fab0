"""Writing down what the journal hears, each event exactly once.

Events of one conversation normally come in their order, but a journal that died leaves
some behind that another picks up later. So a row keeps the newest of what it heard: the
highest epoch, the last delivery, the last rating, in whichever order it heard them.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from bot.events import (
    CaseOpened,
    CitizenSaid,
    Delivered,
    Event,
    HandsChanged,
    Rated,
    ServiceSaid,
    Understood,
)
from bot.messages import Address
from bot.store.database import Store, add_missing
from bot.store.models import (
    AppliedRow,
    CaseRow,
    ConversationRow,
    DeadEventRow,
    DeliveryRow,
    HandsRow,
    MessageRow,
    RatingRow,
    UnderstandingRow,
)

LAST_WORDS = 120
"""Characters of the last message that a list shows."""
REMEMBERED = timedelta(days=7)
"""How long it is known that an event was written."""


def record(store: Store, events: Sequence[Event], *, now: datetime) -> set[str]:
    """Write these events down in one transaction; those known already change nothing.

    Returns the numbers of the conversations that changed. Raises Unavailable; anything else
    is a fault in one of the events, and nothing was written.
    """
    with store.writing() as session:
        return _Batch(store, session, events, now).write()


def bury(store: Store, event: Event, error: Exception, *, now: datetime) -> None:
    """Keep an event that cannot be written, sealed, where it blocks nobody."""
    row = {
        "id": event.id,
        "type": event.type,
        "event": store.cipher.encrypt(event.model_dump_json()),
        "error": type(error).__name__,
        "at": now,
    }
    with store.writing() as session:
        add_missing(session, DeadEventRow, [row])


def forget_applied(store: Store, *, now: datetime) -> None:
    """Forget the ids of events written so long ago that they can no longer come again."""
    with store.writing() as session:
        session.execute(delete(AppliedRow).where(AppliedRow.applied_at < now - REMEMBERED))


class _Batch:
    """Events of one transaction, and the rows that they touch, read once for all of them."""

    def __init__(
        self, store: Store, session: Session, events: Sequence[Event], now: datetime
    ) -> None:
        self._store = store
        self._session = session
        self._now = now
        self._conversations = self._lock({event.conversation for event in events})
        # The rows are locked: no other journal can be writing one of these events now.
        ids = {event.id for event in events}
        known = set(session.scalars(select(AppliedRow.id).where(AppliedRow.id.in_(ids))))
        self._events = {event.id: event for event in events if event.id not in known}
        news = list(self._events.values())
        self._deliveries = self._rows(DeliveryRow, news, Delivered)
        self._ratings = self._rows(RatingRow, news, Rated)
        self._understandings = self._rows(UnderstandingRow, news, Understood)
        self._cases = self._recent_cases(news)

    def write(self) -> set[str]:
        for event in self._events.values():
            conversation = self._conversations[event.conversation]
            match event:
                case CitizenSaid():
                    self._citizen_said(conversation, event)
                case ServiceSaid():
                    self._service_said(conversation, event)
                case Understood():
                    self._understood(conversation, event)
                case Delivered():
                    self._delivered(event)
                case CaseOpened():
                    self._case_opened(conversation, event)
                case HandsChanged():
                    self._hands_changed(conversation, event)
                case Rated():
                    self._rated(event)
        self._session.add_all(
            AppliedRow(id=event_id, applied_at=self._now) for event_id in self._events
        )
        return {event.conversation for event in self._events.values()}

    def _lock(self, numbers: Iterable[str]) -> dict[str, ConversationRow]:
        # In one order everywhere, so that two journals wait for each other and never both.
        rows = [{"number": number} for number in sorted(numbers)]
        add_missing(self._session, ConversationRow, rows)
        query = (
            select(ConversationRow)
            .where(ConversationRow.number.in_([row["number"] for row in rows]))
            .order_by(ConversationRow.number)
            .with_for_update()
        )
        return {row.number: row for row in self._session.scalars(query)}

    def _rows(
        self, table: Any, events: Iterable[Event], kind: type[Delivered | Rated | Understood]
    ) -> dict[str, Any]:
        messages = {event.message for event in events if isinstance(event, kind)}
        query = select(table).where(table.message.in_(messages))
        return {row.message: row for row in self._session.scalars(query)} if messages else {}

    def _recent_cases(self, events: Sequence[Event]) -> dict[str, list[CaseRow]]:
        """By conversation: the open case, and what was closed after the oldest event here."""
        about = [event for event in events if isinstance(event, CaseOpened | HandsChanged)]
        cases: dict[str, list[CaseRow]] = {}
        if about:
            oldest = min(event.at for event in about)
            query = select(CaseRow).where(
                CaseRow.conversation.in_({event.conversation for event in about}),
                or_(CaseRow.state != "closed", CaseRow.closed_at >= oldest),
            )
            for row in self._session.scalars(query.order_by(CaseRow.id)):
                cases.setdefault(row.conversation, []).append(row)
        return cases

    def _citizen_said(self, conversation: ConversationRow, event: CitizenSaid) -> None:
        masked = self._mask(event.text)
        self._message(conversation, event, author="citizen", masked=masked, kind=event.kind)

    def _service_said(self, conversation: ConversationRow, event: ServiceSaid) -> None:
        # An approved answer names offices and their phones, and nobody's personal data.
        masked = event.text if event.topic else self._mask(event.text)
        self._message(
            conversation,
            event,
            author=event.author,
            masked=masked,
            topic=event.topic,
            short=event.short,
            urgent=event.urgent,
            choices=[[choice.title, choice.text] for choice in event.choices],
            epoch=event.epoch,
        )

    def _mask(self, text: str) -> str:
        return self._store.mask(text).replace("\0", "")  # PostgreSQL has no NUL in a text.

    def _message(
        self,
        conversation: ConversationRow,
        event: CitizenSaid | ServiceSaid,
        *,
        author: str,
        masked: str,
        **columns: Any,
    ) -> None:
        self._session.add(
            MessageRow(
                id=event.id,
                conversation=conversation.number,
                author=author,
                text=self._store.cipher.encrypt(event.text),
                masked=masked,
                at=event.at,
                **{"choices": [], **columns},
            )
        )
        self._address(conversation, event.address)
        if conversation.last_message_at is None or event.at >= conversation.last_message_at:
            conversation.last_message_at = event.at
            conversation.last_author = author
            conversation.last_words = masked[:LAST_WORDS]

    def _address(self, conversation: ConversationRow, address: Address) -> None:
        if conversation.recipient is None:
            conversation.channel = address.channel
            conversation.account = address.account
            conversation.public = address.public
            conversation.recipient = self._store.cipher.encrypt(address.recipient)

    def _understood(self, conversation: ConversationRow, event: Understood) -> None:
        conversation.language = event.language
        row = self._understandings.get(event.message)
        if row is None:
            row = self._understandings[event.message] = UnderstandingRow(
                message=event.message, conversation=event.conversation
            )
            self._session.add(row)
        elif event.at < row.at:
            return
        row.at = event.at
        row.language = event.language
        row.intent = event.intent
        row.intent_confidence = event.intent_confidence
        row.outcome = event.outcome
        row.topic = event.topic
        row.confidence = event.confidence
        row.choices = list(event.choices)
        row.suggestions = [[one.topic, one.confidence] for one in event.suggestions]
        row.model = event.model

    def _delivered(self, event: Delivered) -> None:
        row = self._deliveries.get(event.message)
        if row is None:
            row = self._deliveries[event.message] = DeliveryRow(
                message=event.message, conversation=event.conversation
            )
            self._session.add(row)
        elif event.at < row.at:
            return
        row.status = event.status
        row.reason = event.reason
        row.at = event.at

    def _rated(self, event: Rated) -> None:
        row = self._ratings.get(event.message)
        if row is None:
            row = self._ratings[event.message] = RatingRow(
                message=event.message, conversation=event.conversation
            )
            self._session.add(row)
        elif event.at < row.at:
            return
        row.helpful = event.helpful
        row.at = event.at

    def _case_opened(self, conversation: ConversationRow, event: CaseOpened) -> None:
        handover = event.handover
        case = self._case_at(event)
        if case is None:
            case = self._open_case(conversation, event.at, handover.reason)
        elif event.at >= case.opened_at:
            case.reason = handover.reason
        if case.state == "follow_up":
            case.state = "waiting"
            case.waiting_since = event.at
        if handover.priority == "urgent":
            case.priority = "urgent"
        case.number = case.number or handover.number
        reports = json.loads(self._store.cipher.decrypt(case.reports))
        reports.append(
            {
                "at": event.at.isoformat(),
                "reason": handover.reason,
                "number": handover.number,
                "fields": handover.report,
            }
        )
        reports.sort(key=lambda report: report["at"])
        case.reports = self._store.cipher.encrypt(json.dumps(reports))

    def _case_at(self, event: CaseOpened) -> CaseRow | None:
        """The case that this belongs to: the open one, or one closed since, if it comes late."""
        for case in self._cases.get(event.conversation, ()):
            if case.closed_at is None or case.opened_at <= event.at <= case.closed_at:
                return case
        return None

    def _open_case(self, conversation: ConversationRow, at: datetime, reason: str) -> CaseRow:
        case = CaseRow(
            number="",
            conversation=conversation.number,
            reason=reason,
            priority="normal",
            state="waiting",
            opened_at=at,
            waiting_since=at,
            reports=self._store.cipher.encrypt("[]"),
        )
        if conversation.holder.startswith("officer:"):
            self._taken(case, conversation.holder, at)
        self._session.add(case)
        self._cases.setdefault(conversation.number, []).append(case)
        return case

    def _hands_changed(self, conversation: ConversationRow, event: HandsChanged) -> None:
        self._session.add(
            HandsRow(
                event_id=event.id,
                conversation=event.conversation,
                holder=event.holder,
                previous=event.previous,
                epoch=event.epoch,
                by=event.by,
                note=event.note,
                closed=event.closed,
                at=event.at,
            )
        )
        if event.epoch <= conversation.epoch:
            return  # Late: a newer change is in force already.
        conversation.holder = event.holder
        conversation.epoch = event.epoch
        open_cases = [
            one for one in self._cases.get(event.conversation, ()) if one.closed_at is None
        ]
        case = open_cases[0] if open_cases else None
        if event.holder.startswith("officer:"):
            if case is None:
                # The officer stepped in unasked.
                case = self._open_case(conversation, event.at, "taken")
            self._taken(case, event.holder, event.at)
        elif event.holder == "desk":
            if case is not None and case.state != "waiting":
                case.state = "waiting"
                case.waiting_since = event.at
        elif case is not None and event.closed:
            case.state = "closed"
            case.closed_at = event.at
            case.closed_reason = event.note
            # Before the next one opens: SQLAlchemy would insert first and update later.
            self._session.flush()
        elif case is not None and case.state == "officer":
            case.state = "follow_up"

    def _taken(self, case: CaseRow, holder: str, at: datetime) -> None:
        case.state = "officer"
        case.officer_id = int(holder.removeprefix("officer:"))
        case.taken_at = case.taken_at or at
