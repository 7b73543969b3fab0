"""Made-up accounts, and a conversation as the mailbox would tell it."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.accounts import Account
from bot.events import (
    CaseOpened,
    CitizenSaid,
    Delivered,
    HandsChanged,
    Rated,
    ServiceSaid,
    Understood,
)
from bot.messages import Address, Handover, Suggestion

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


class PlainCipher:
    """Stands for the real cipher where a test looks for words that must not be there."""

    def encrypt(self, text: str) -> bytes:
        return b"sealed:" + base64.b64encode(text.encode())

    def decrypt(self, sealed: bytes) -> str:
        return base64.b64decode(sealed.removeprefix(b"sealed:")).decode()


def mask(text: str) -> str:
    return text.replace("13800000000", "[电话]")


ACCOUNTS = {
    account.id: account
    for account in (
        Account(id="haidian", name="海淀公安", name_en="Haidian", place="110108", channels={}),
        Account(id="beijing", name="平安北京", name_en="Beijing", place="110000", channels={}),
        Account(id="guangzhou", name="广州公安", name_en="Guangzhou", place="440100", channels={}),
    )
}


class Story:
    """Tells one conversation; each event is a second after the one before."""

    def __init__(
        self,
        number: str = "c1",
        *,
        account: str = "haidian",
        channel: str = "webchat",
        start: datetime = NOW,
    ) -> None:
        self.number = number
        self.address = Address(channel=channel, account=account, recipient=f"visitor-of-{number}")
        self.events: list[Any] = []
        self._at = start
        self._epoch = 0
        self._holder = "bot"

    def _common(self, name: str) -> dict[str, Any]:
        self._at += timedelta(seconds=1)
        event_id = f"{name}:{self.number}:{len(self.events)}"
        return {"id": event_id, "at": self._at, "conversation": self.number}

    def _tell(self, event: Any) -> str:
        self.events.append(event)
        return str(event.id)

    def citizen(self, text: str) -> str:
        return self._tell(
            CitizenSaid(
                **self._common("said"),
                address=self.address,
                text=text,
                kind="text",
                sent_at=self._at,
            )
        )

    def understood(self, message: str, *topics: str, language: str = "zh") -> str:
        return self._tell(
            Understood(
                **self._common("understood"),
                message=message,
                language=language,
                intent="ask",
                intent_confidence=0.9,
                outcome="answer",
                topic=topics[0] if topics else None,
                confidence=0.8,
                choices=(),
                suggestions=tuple(Suggestion(topic, 0.8) for topic in topics),
            )
        )

    def service(self, text: str, *, author: str = "bot", topic: str | None = None) -> str:
        return self._tell(
            ServiceSaid(
                **self._common("service"),
                address=self.address,
                author=author,
                text=text,
                topic=topic,
                epoch=self._epoch,
                short=text[:10] if topic else "",
            )
        )

    def delivered(self, message: str, status: str = "sent", reason: str = "") -> str:
        return self._tell(
            Delivered(**self._common("delivered"), message=message, status=status, reason=reason)
        )

    def rated(self, message: str, helpful: bool) -> str:
        return self._tell(Rated(**self._common("rated"), message=message, helpful=helpful))

    def case(
        self,
        reason: str = "asked",
        *,
        urgent: bool = False,
        number: str = "",
        report: dict[str, str] | None = None,
    ) -> str:
        handover = Handover(reason, "urgent" if urgent else "normal", number, report or {})
        return self._tell(CaseOpened(**self._common("case"), handover=handover))

    def hands(self, holder: str, *, by: str = "bot", note: str = "", closed: bool = False) -> str:
        self._epoch += 1
        previous, self._holder = self._holder, holder
        return self._tell(
            HandsChanged(
                **self._common("hands"),
                holder=holder,
                previous=previous,
                epoch=self._epoch,
                by=by,
                note=note,
                closed=closed,
            )
        )

    def waits(self, text: str = "我要找民警", **case: Any) -> "Story":
        """The citizen asks for an officer and waits."""
        self.citizen(text)
        self.case(**case)
        self.hands("desk")
        return self
