"""What the page's components are given: plain values, in the officer's language and time."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.desk.texts import Texts
from bot.desk.work import local_date
from bot.dialogue.handover import CHINA
from bot.messages import Hands, Outbound
from bot.store.conversations import Passed, Said
from bot.store.officers import Officer
from bot.store.queue import QueueLine

_TONES = {"sent": "good", "held": "warn", "refused": "bad", "unknown": "bad", "dropped": "soft"}
SEND_AGAIN = ("refused", "unknown")
"""What became of a message that an officer may send once more."""


class People:
    """What everybody is called, from one officer's point of view."""

    def __init__(self, texts: Texts, names: Mapping[str, str], officer: Officer) -> None:
        self._texts = texts
        self._names = names
        self._me = officer.holder

    def name(self, holder: str) -> str:
        """The name of a holder or author."""
        if holder == self._me:
            return self._texts["me"]
        if holder.startswith("officer:"):
            return self._names.get(holder, self._texts["former_officer"])
        if holder == "desk":
            return self._texts["nobody"]
        return self._texts["citizen" if holder == "citizen" else "bot"]

    def side(self, holder: str) -> str:
        """One of "me", "officer", "nobody", "citizen" and "bot"."""
        if holder == self._me:
            return "me"
        if holder.startswith("officer:"):
            return "officer"
        return {"desk": "nobody", "citizen": "citizen"}.get(holder, "bot")


def queue_rows(
    lines: Iterable[QueueLine],
    *,
    texts: Texts,
    people: People,
    account_name: Callable[[str], str],
    hands: Mapping[str, Hands],
) -> list[dict[str, Any]]:
    """The rows of queue.js. `hands` is what the mailbox said, by conversation: it counts
    where it is newer than what SQL knows."""
    rows = []
    for line in lines:
        known = hands.get(line.number)
        holder = known.holder if known and known.epoch > line.epoch else line.holder
        since = line.since or line.last_message_at
        rows.append(
            {
                "number": line.number,
                "urgent": line.urgent,
                "reason": texts.word("reason", line.reason) if line.reason else "",
                "public": line.public,
                "follow_up": line.state == "follow_up",
                "waiting": line.state == "waiting",
                "undelivered": (
                    texts["undelivered_count"].format(number=line.undelivered)
                    if line.undelivered
                    else ""
                ),
                "since": _milliseconds(since) if since else 0,
                "words": line.last_words,
                "unanswered": people.side(holder) == "me" and line.last_author == "citizen",
                "channel": texts.word("channel", line.channel),
                "account": account_name(line.account),
                "holder": people.name(holder),
                "side": people.side(holder),
            }
        )
    return rows


def timeline(
    lines: Iterable[Said | Passed],
    *,
    pending: Iterable[Outbound],
    again: Collection[str],
    texts: Texts,
    people: People,
    today: date,
) -> list[dict[str, Any]]:
    """The lines of timeline.js: messages, changes of hands, and a divider for each day.

    `pending` are replies that SQL has not heard of yet, `again` the ids of dead letters that
    are being sent again.
    """
    shown = [
        _said(line, again, texts, people)
        if isinstance(line, Said)
        else _passed(line, texts, people)
        for line in lines
    ]
    written = {line["id"] for line in shown}
    shown += [_pending(one, texts, people) for one in pending if one.id not in written]
    return list(_with_days(shown, texts, today))


def _with_days(
    lines: Iterable[dict[str, Any]], texts: Texts, today: date
) -> Iterator[dict[str, Any]]:
    last = None
    for line in lines:
        day = local_date(line.pop("at"))
        if day != last:
            yield {"type": "day", "id": f"day:{day}", "text": _day(day, texts, today)}
            last = day
        yield line


def _day(day: date, texts: Texts, today: date) -> str:
    if day == today:
        return texts["today"]
    if day == today - timedelta(days=1):
        return texts["yesterday"]
    if texts.language == "en":
        return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")
    return (f"{day.year}年" if day.year != today.year else "") + f"{day.month}月{day.day}日"


def _said(line: Said, again: Collection[str], texts: Texts, people: People) -> dict[str, Any]:
    ours = line.author != "citizen"
    sending = line.id in again
    label = texts[f"kind_{line.kind}"] if line.kind != "text" else ""
    shown: dict[str, Any] = {
        **_message(line.id, line.author, line.at, people),
        "text": f"{label} {line.text}".strip(),
        "kind": bool(label) and not line.text,
        "offered": f"{texts['offered']}：{' / '.join(line.choices)}" if line.choices else "",
    }
    if ours:
        shown["status"] = texts["status_again" if sending else f"status_{line.status}"]
        shown["tone"] = "soft" if sending else _TONES.get(line.status, "soft")
        shown["reason"] = line.reason
        shown["again"] = line.status in SEND_AGAIN and not sending
    if line.helpful is not None:
        shown["rating"] = texts["helpful" if line.helpful else "not_helpful"]
        shown["rated"] = "good" if line.helpful else "bad"
    return shown


def _pending(message: Outbound, texts: Texts, people: People) -> dict[str, Any]:
    return {
        **_message(message.id, message.author, message.said_at, people),
        "text": message.reply.text,
        "status": texts["status_"],
        "tone": "soft",
    }


def _message(id_: str, author: str, at: datetime, people: People) -> dict[str, Any]:
    return {
        "type": "said",
        "id": id_,
        "side": people.side(author),
        "who": people.name(author),
        "time": clock(at),
        "moment": f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        "at": at,
    }


def _passed(line: Passed, texts: Texts, people: People) -> dict[str, Any]:
    by, holder, note = people.name(line.by), people.name(line.holder), line.note
    if line.closed:
        text, note = texts["passed_closed"].format(by=by, note=line.note), ""
    elif line.holder == "desk":
        text = texts["passed_to_desk"]
    elif line.holder == "bot":
        by_officer = line.by.startswith("officer:")
        text = texts["passed_to_bot" if by_officer else "passed_system_bot"].format(by=by)
    elif line.by == line.holder:
        text = texts["passed_taken"].format(by=by)
    else:
        text = texts["passed_transferred"].format(by=by, holder=holder)
    return {
        "type": "passed",
        "id": line.id,
        "time": clock(line.at),
        "text": text,
        "note": note,
        "at": line.at,
    }


def clock(moment: datetime) -> str:
    """Hours and minutes on an officer's clock."""
    return f"{moment.astimezone(CHINA):%H:%M}"


def day_and_clock(moment: datetime) -> str:
    """Day, hours and minutes."""
    return f"{moment.astimezone(CHINA):%m-%d %H:%M}"


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
