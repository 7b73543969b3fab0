"""The topics and their approved answers, as trainers keep them in data/faq/.

docs/knowledge.md tells a trainer how a topic is written.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from bot.errors import Misconfigured
from bot.knowledge.files import (
    Bilingual,
    Broken,
    Day,
    Fault,
    File,
    Schema,
    Stamp,
    Text,
    Watched,
    Where,
    read,
    stamp,
)
from bot.messages import Language

__all__ = [
    "CATEGORIES",
    "PLACEHOLDERS",
    "Fault",
    "Knowledge",
    "Topic",
    "check",
    "knowledge",
    "normalised",
]

CATEGORIES = (
    "hukou", "id_card", "residence", "certificates", "exit_entry", "foreigners",
    "driving_licence", "vehicle", "traffic_violation", "traffic_accident", "road_use",
    "public_order", "report_case", "fraud_cyber", "remedy", "protection", "dogs", "licensing",
    "service",
)  # fmt: skip
"""A category is a file data/faq/<category>.yml."""
PLANNED = "planned.yml"
"""Names the topics that others may relate to before they are written."""
PLACEHOLDERS = {
    "household_office": "household",
    "exit_entry_office": "exit_entry",
    "vehicle_office": "vehicle",
    "traffic_office": "traffic",
    "police_station": "police_station",
}
"""What may stand in braces in an answer, and the kind of office that fills it."""

LANGUAGES: tuple[Language, ...] = ("zh", "en")
SHORT_LIMIT = 120
TITLE_LIMIT: Mapping[Language, int] = {"zh": 20, "en": 60}
PHRASINGS: Mapping[Language, int] = {"zh": 8, "en": 4}
"""Fewer phrasings than these do not find a topic reliably."""
REVIEW_WITHIN = timedelta(days=366)
EMERGENCY_NUMBERS = ("110", "12110", "119", "120", "122")
OPENING = 20
"""An urgent answer names the number within so many characters."""
LINKS_TO = ("gov.cn", "12377.cn", "12321.cn")
"""Hosts that an answer may send a citizen to, with everything under them."""

_LINK = re.compile(
    r"(?<![\w.-])((?:[a-z0-9-]+\.)+(?:com|cn|net|org|info|top|xyz|vip|cc|io|app|me|tv))(?![\w-])",
    re.IGNORECASE | re.ASCII,
)
_PERSONAL = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
"""A mobile number or an identity number."""
_LIST_NUMBER = re.compile(r"^\s*\d{1,2}[.、)）]", re.MULTILINE)
_PHONE = re.compile(r"(?<!\d)(?:11[09]|12[02]|12\d{3}|96110|116123)(?!\d)")
_NUMBER = re.compile(
    r"\d|[一二两三四五六七八九十百千万]+(?:个?(?:元|天|日|月|年|小时|工作日|周岁|岁|倍|分))"
)


@dataclass(frozen=True)
class Topic:
    """One question, however it is put, and its approved answer."""

    id: str
    category: str
    title: Mapping[Language, str]
    """One-line name, shown as a choice."""
    questions: Mapping[Language, tuple[str, ...]]
    """How people put it."""
    answer: Mapping[Language, str]
    """Full text with placeholders for local offices."""
    short: Mapping[Language, str]
    """At most 120 characters, without placeholders, for narrow channels."""
    basis: tuple[str, ...]
    """Laws and articles, as cited in Chinese: 《居民身份证法》第十一条."""
    effective: date
    """When the rule took effect."""
    review_by: date
    """Past this date the answer is served only with a notice."""
    owner: str
    """Department that answers for the text."""
    varies: str
    """Level at which a correct answer may lawfully differ."""
    related: tuple[str, ...]
    """Ids of neighbours that are written, most useful first."""
    urgent: bool
    """The answer opens with an emergency number."""


@dataclass(frozen=True)
class Knowledge:
    """All topics of one moment; a change makes a new object."""

    topics: Mapping[str, Topic]

    @classmethod
    def load(cls, data: Path) -> "Knowledge":
        """Reads data/faq/. Raises Misconfigured: it names the first fault's file and line."""
        books, faults = _read_all(data)
        faults += _repeated_ids(books)
        if faults:
            raise Broken(faults)
        entries = {entry.id: (book, entry) for book in books for entry in book.content.topics}
        if not entries:
            raise Misconfigured(f"no topics under {data / 'faq'}: is WENJING_DATA right?")
        return cls(
            {
                id: _topic(book.content.category, entry, written=entries)
                for id, (book, entry) in entries.items()
            }
        )


def knowledge(data: Path) -> Knowledge:
    """The knowledge as it stands: the same object until a file changes, then a new one.

    Looks at the files at most once a second. While a file is broken the last good version is
    served and the fault is logged; raises Misconfigured only while there never was one.
    """
    return _watched(data).get()


def check(data: Path, today: date) -> list[Fault]:
    """Everything that a trainer should put right, by file and line."""
    books, faults = _read_all(data)
    if not books and not faults:
        faults.append(Fault(data / "faq", 1, "there are no topics"))
    faults += _repeated_ids(books)
    faults += _repeated_questions(books)
    known: set[str] | None = None
    try:
        planned = _planned(data)
        if len(books) == len(_files(data)):
            known = planned.union(entry.id for book in books for entry in book.content.topics)
    except Broken as error:
        faults += error.faults
    for book in books:
        for number, entry in enumerate(book.content.topics):
            for where, message in _entry_faults(entry, known, today):
                faults.append(book.fault(("topics", number, *where), message, entry.id))
    return sorted(faults, key=lambda fault: (fault.file, fault.line))


def normalised(text: str) -> str:
    """Letters and digits alone, in one width and case: what two equal questions share."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _without_placeholder(text: str) -> str:
    if "{" in text or "}" in text:
        raise ValueError("must not contain a placeholder or braces")
    return text


def _with_known_placeholders(text: str) -> str:
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError:
        raise ValueError("has a brace without its partner") from None
    for _, name, spec, conversion in fields:
        if name is None:
            continue
        if spec or conversion or name not in PLACEHOLDERS:
            known = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
            raise ValueError(f"has the unknown placeholder {{{name}}}; there are {known}")
    return text


_PlainText = Annotated[Text, AfterValidator(_without_placeholder)]
_AnswerText = Annotated[Text, AfterValidator(_with_known_placeholders)]
_Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,60}$")]


class _Plain(Bilingual):
    zh: _PlainText
    en: _PlainText


class _Answer(Bilingual):
    zh: _AnswerText
    en: _AnswerText


class _Questions(Schema):
    zh: list[_PlainText] = Field(min_length=1)
    en: list[_PlainText] = Field(min_length=1)


class _Entry(Schema):
    id: _Id
    title: _Plain
    owner: Text
    varies: Literal["national", "province", "city", "district"]
    urgent: bool
    basis: list[_PlainText]
    effective: Day
    review_by: Day
    related: list[_Id]
    questions: _Questions
    answer: _Answer
    short: _Plain


class _Book(Schema):
    """One file: a category and its topics."""

    category: str
    topics: list[_Entry]


class _Planned(Schema):
    planned: list[_Id]


@lru_cache(maxsize=64)
def _read_book(path: Path, _stamp: Stamp) -> File[_Book]:
    """Read once a version: a reload costs only the files that changed."""
    return read(path, _Book)


def _files(data: Path) -> list[Path]:
    return sorted(path for path in (data / "faq").glob("*.yml") if path.name != PLANNED)


def _read_all(data: Path) -> tuple[list[File[_Book]], list[Fault]]:
    books: list[File[_Book]] = []
    faults: list[Fault] = []
    for path in _files(data):
        try:
            book = _read_book(path, stamp(path))
        except Broken as error:
            faults += error.faults
            continue
        if book.content.category != path.stem or path.stem not in CATEGORIES:
            message = (
                f"`category` is {book.content.category}, but it must be the file's name"
                f" and one of {', '.join(CATEGORIES)}"
            )
            faults.append(book.fault(("category",), message))
        books.append(book)
    return books, faults


@lru_cache(maxsize=8)
def _watched(data: Path) -> Watched[Knowledge]:
    return Watched(lambda: _files(data), lambda: Knowledge.load(data))


def _planned(data: Path) -> set[str]:
    path = data / "faq" / PLANNED
    return set(read(path, _Planned).content.planned) if path.exists() else set()


def _topic(category: str, entry: _Entry, written: Container[str]) -> Topic:
    return Topic(
        id=entry.id,
        category=category,
        title={"zh": entry.title.zh, "en": entry.title.en},
        questions={"zh": tuple(entry.questions.zh), "en": tuple(entry.questions.en)},
        answer={"zh": entry.answer.zh, "en": entry.answer.en},
        short={"zh": entry.short.zh, "en": entry.short.en},
        basis=tuple(entry.basis),
        effective=entry.effective,
        review_by=entry.review_by,
        owner=entry.owner,
        varies=entry.varies,
        related=tuple(id for id in entry.related if id in written),
        urgent=entry.urgent,
    )


def _repeated_ids(books: list[File[_Book]]) -> list[Fault]:
    first: dict[str, Path] = {}
    faults = []
    for book in books:
        for number, entry in enumerate(book.content.topics):
            if entry.id in first:
                message = f"this id is taken by a topic in {first[entry.id].name}"
                faults.append(book.fault(("topics", number, "id"), message, entry.id))
            first.setdefault(entry.id, book.path)
    return faults


def _repeated_questions(books: list[File[_Book]]) -> list[Fault]:
    first: dict[str, str] = {}
    faults = []
    for book in books:
        for number, entry in enumerate(book.content.topics):
            for language in LANGUAGES:
                for line, question in enumerate(getattr(entry.questions, language)):
                    key = normalised(question)
                    if key in first:
                        where: Where = ("topics", number, "questions", language, line)
                        message = f"“{question}” stands already under {first[key]}"
                        faults.append(book.fault(where, message, entry.id))
                    first.setdefault(key, entry.id)
    return faults


def _entry_faults(
    entry: _Entry, known: set[str] | None, today: date
) -> Iterator[tuple[Where, str]]:
    """What is wrong with a topic that could be served, and where in it.

    `known` are all ids; None while a file is broken and nobody can say which ids it has.
    """
    yield from _date_faults(entry, today)
    for number, id in enumerate(entry.related):
        if id == entry.id or (known is not None and id not in known):
            yield ("related", number), f"there is no other topic {id} (see {PLANNED})"
    for language in LANGUAGES:
        title, answer, short, questions = (
            getattr(part, language)
            for part in (entry.title, entry.answer, entry.short, entry.questions)
        )
        if len(title) > TITLE_LIMIT[language]:
            limit = TITLE_LIMIT[language]
            yield ("title", language), f"the title has {len(title)} characters, {limit} at most"
        if len(short) > SHORT_LIMIT:
            message = f"the short answer has {len(short)} characters, {SHORT_LIMIT} at most"
            yield ("short", language), message
        if len(questions) < PHRASINGS[language]:
            message = f"{len(questions)} phrasings are too few: {PHRASINGS[language]} at least"
            yield ("questions", language), message
        for number, question in enumerate(questions):
            if _PERSONAL.search(question):
                message = "looks like somebody's phone or identity number: take it out"
                yield ("questions", language, number), message
        if not entry.basis and _states_a_number(answer):
            yield ("answer", language), "the answer states a number, but `basis` names no source"
        for name, text in (("answer", answer), ("short", short)):
            for host in _strange_hosts(text):
                yield (name, language), f"{host} is not among the sites we send citizens to"
            if entry.urgent and not any(n in text[:OPENING] for n in EMERGENCY_NUMBERS):
                message = (
                    f"an urgent topic must name the number to call within {OPENING} characters"
                )
                yield (name, language), message


def _date_faults(entry: _Entry, today: date) -> Iterator[tuple[Where, str]]:
    if entry.review_by < today:
        yield ("review_by",), f"the review was due on {entry.review_by}"
    elif entry.review_by > today + REVIEW_WITHIN:
        yield ("review_by",), "a person must look at it within twelve months"
    if entry.review_by <= entry.effective:
        yield ("review_by",), f"the review must come after {entry.effective}, when the rule begins"
    if entry.effective > today:
        yield ("effective",), f"the rule begins only on {entry.effective}"


def _states_a_number(text: str) -> bool:
    return _NUMBER.search(_PHONE.sub("", _LIST_NUMBER.sub("", text))) is not None


def _strange_hosts(text: str) -> list[str]:
    hosts = Counter(match.lower() for match in _LINK.findall(text))
    return [h for h in hosts if not any(h == ok or h.endswith(f".{ok}") for ok in LINKS_TO)]
