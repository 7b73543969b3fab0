"""Messages and turns to push through a mailbox."""

from datetime import UTC, datetime

from bot.messages import Handover, Inbound, Reply, Turn

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def inbound(
    text: str = "身份证丢了怎么办", *, sender: str = "visitor-1", id: str = "m1"
) -> Inbound:
    return Inbound(
        channel="webchat", account="demo", sender=sender, message_id=id, text=text, sent_at=NOW
    )


def turn(text: str = "请带户口簿", *, handover: Handover | None = None) -> Turn:
    return Turn(
        outcome="handover" if handover else "answer",
        language="zh",
        replies=(Reply(text=text),),
        handover=handover,
    )
