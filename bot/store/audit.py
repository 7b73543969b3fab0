"""The audit book: who did or saw what, and when. It only grows."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.store.models import AuditRow


def write_down(
    session: Session,
    officer: int | None,
    act: str,
    subject: str,
    *,
    detail: str = "",
    at: datetime,
) -> None:
    """Add one line; it becomes true together with the act, in the same transaction."""
    session.add(AuditRow(officer_id=officer, act=act, subject=subject, detail=detail, at=at))
