"""Writing down what the journal hears, each event exactly once.

Events of one conversation normally come in their order, but a journal that died leaves
some behind that another picks up later. So a row keeps the newest of what it heard: the
highest epoch, the last delivery, the last rating, in whichever order it heard them.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
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
"""Characters of the citizen's last message that a list shows."""
STEPPED_IN = "stepped_in"
"""The reason of a case that an officer opened by taking over unasked."""
REMEMBERED = timedelta(days=7)
"""How long it is known that an event was written."""


def record(store: Store, events: Sequence[Event], *, now: datetime) -> None:
    """Write these events down in one transaction; those known already change nothing.

    Raises Unavailable; anything else is a fault in one of the events. Nothing was written then.
    """
    with store.writing() as session:
        _Batch(store, session, events, now).write()


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
        self._open_cases = self._open_ones(news)

    def write(self) -> None:
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

    def _open_ones(self, events: Sequence[Event]) -> dict[str, CaseRow]:
        """The open cases by conversation."""
        about = {one.conversation for one in events if isinstance(one, CaseOpened | HandsChanged)}
        query = select(CaseRow).where(CaseRow.conversation.in_(about), CaseRow.state != "closed")
        return {row.conversation: row for row in self._session.scalars(query)} if about else {}

    def _citizen_said(self, conversation: ConversationRow, event: CitizenSaid) -> None:
        masked = self._mask(event.text)
        self._message(conversation, event, author="citizen", masked=masked, kind=event.kind)
        if conversation.last_citizen_at is None or event.at >= conversation.last_citizen_at:
            conversation.last_citizen_at = event.at
            conversation.last_words = masked[:LAST_WORDS]

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
        # No database keeps a lone surrogate in a text, and PostgreSQL no NUL.
        storable = text.replace("\0", "").encode("utf-8", "replace").decode()
        return self._store.mask(storable)

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
        report = {
            "at": event.at.isoformat(),
            "reason": handover.reason,
            "priority": handover.priority,
            "number": handover.number,
            "fields": handover.report,
        }
        case = self._open_cases.get(conversation.number)
        if case is None:
            self._open_case(conversation, event.at, [report])
            return
        if case.state == "follow_up":
            case.state = "waiting"
            case.waiting_since = event.at
        self._report(case, [*self._reports(case), report])

    def _open_case(
        self, conversation: ConversationRow, at: datetime, reports: list[dict[str, Any]]
    ) -> None:
        case = CaseRow(
            conversation=conversation.number, state="waiting", opened_at=at, waiting_since=at
        )
        self._report(case, reports)
        if conversation.holder.startswith("officer:"):
            _take(case, conversation.holder, at)
        self._session.add(case)
        self._open_cases[conversation.number] = case

    def _report(self, case: CaseRow, reports: list[dict[str, Any]]) -> None:
        reports.sort(key=lambda report: datetime.fromisoformat(report["at"]))
        case.reason = reports[-1]["reason"] if reports else STEPPED_IN
        urgent = any(report["priority"] == "urgent" for report in reports)
        case.priority = "urgent" if urgent else "normal"
        case.number = next((one["number"] for one in reports if one["number"]), "")
        case.reports = self._store.cipher.encrypt(json.dumps(reports))

    def _reports(self, case: CaseRow) -> list[dict[str, Any]]:
        reports: list[dict[str, Any]] = json.loads(self._store.cipher.decrypt(case.reports))
        return reports

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
        case = self._open_cases.get(event.conversation)
        if event.holder.startswith("officer:"):
            if case is None:
                self._open_case(conversation, event.at, [])
            else:
                _take(case, event.holder, event.at)
        elif event.holder == "desk":
            if case is None:
                self._open_case(conversation, event.at, [])
            elif case.state != "waiting":
                case.state = "waiting"
                case.waiting_since = event.at
        elif case is not None and event.closed:
            self._close(conversation, case, event)
        elif case is not None and case.state == "officer":
            case.state = "follow_up"

    def _close(self, conversation: ConversationRow, case: CaseRow, event: HandsChanged) -> None:
        before: list[dict[str, Any]] = []
        since: list[dict[str, Any]] = []
        for report in self._reports(case):
            late = datetime.fromisoformat(report["at"]) > event.at
            (since if late else before).append(report)
        self._report(case, before)
        case.state = "closed"
        case.closed_at = event.at
        case.closed_reason = event.note
        del self._open_cases[conversation.number]
        # Before another one opens: SQLAlchemy would insert first and update later.
        self._session.flush()
        if since:
            # The closing was heard late: what came after it is a case of its own.
            first = datetime.fromisoformat(since[0]["at"])
            self._open_case(conversation, first, since)


def _take(case: CaseRow, holder: str, at: datetime) -> None:
    case.state = "officer"
    case.officer_id = int(holder.removeprefix("officer:"))
    case.taken_at = case.taken_at or at
