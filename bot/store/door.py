"""The desk's only door to a conversation."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import NotFound
from bot.store.audit import write_down
from bot.store.models import AuditRow, ConversationRow
from bot.store.officers import Officer

LOOK = timedelta(minutes=5)
"""A page that stays open reads again with every message: one line of "read" stands for
what an officer saw of one conversation in this time."""


def conversation_for(
    session: Session,
    officer: Officer,
    number: str,
    act: str,
    *,
    detail: str = "",
    now: datetime,
) -> ConversationRow:
    """The desk's only door to a conversation: it checks, and it writes it down.

    Raises NotFound.
    """
    conversation = session.get(ConversationRow, number)
    if conversation is None or not visible(officer, conversation.account):
        # Another unit's number and no such number look the same from outside.
        raise NotFound(number)
    if act != "read" or not _read_lately(session, officer, number, detail, now):
        write_down(session, officer.id, act, number, detail=detail, at=now)
    return conversation


def visible(officer: Officer, account: str) -> bool:
    """Whether conversations with this account are the officer's to see."""
    return officer.accounts is None or account in officer.accounts


def _read_lately(
    session: Session, officer: Officer, number: str, detail: str, now: datetime
) -> bool:
    query = select(AuditRow.id).where(
        AuditRow.officer_id == officer.id,
        AuditRow.subject == number,
        AuditRow.act == "read",
        AuditRow.detail == detail,
        AuditRow.at > now - LOOK,
    )
    return session.scalar(query.limit(1)) is not None
