"""Files that trainers write: read with line numbers, faults told in plain words.

Every scalar is taken as text (110 and 2027-05-31 need no quotes) and turned into what the
schema asks for, so YAML's own guesses about types never surprise a trainer.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import structlog
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from bot.errors import Misconfigured

logger = structlog.get_logger()

SIZE_LIMIT = 2_000_000
"""Largest file, in bytes."""
DEPTH_LIMIT = 12
"""Deepest nesting; our own files need five levels."""
LOOK_SECONDS = 1.0
"""Changed files are noticed within so many seconds."""

Where = tuple[str | int, ...]
"""Where a value stands in a file: ("topics", 3, "answer", "zh")."""
Stamp = tuple[int, int, int]
M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a trainer should put right."""

    file: Path
    line: int
    """From 1."""
    message: str
    topic: str = ""
    """Id of the topic (or code of the place) it concerns; empty: the file as a whole."""

    def __str__(self) -> str:
        subject = f"{self.topic}: " if self.topic else ""
        return f"{self.file}:{self.line}: {subject}{self.message}"


class Broken(Misconfigured):
    """Files that cannot be served; `faults` has every reason."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        more = f" (and {len(self.faults) - 1} more faults)" if len(self.faults) > 1 else ""
        super().__init__(f"{self.faults[0]}{more}")


class Schema(BaseModel):
    """Base of every schema: a field that it does not name is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _day(text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ValueError("must be a date such as 2027-05-31") from None


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Day = Annotated[date, BeforeValidator(_day)]


class Bilingual(Schema):
    """The same text in both languages."""

    zh: Text
    en: Text


@dataclass(frozen=True, slots=True)
class File(Generic[M]):
    """A file that fits its schema."""

    path: Path
    content: M
    lines: Mapping[Where, int]

    def fault(self, where: Where, message: str, topic: str = "") -> Fault:
        """A fault at a value, or at the nearest value around it that has a line."""
        return Fault(self.path, _line(self.lines, where), message, topic)


def read(path: Path, schema: type[M]) -> File[M]:
    """The file's content in its schema. Raises Broken with every fault found."""
    data, lines = _parse(path)
    try:
        return File(path, schema.model_validate(data), lines)
    except ValidationError as error:
        raise Broken(
            Fault(path, _line(lines, fault["loc"]), _words(fault), _subject(data, fault["loc"]))
            for fault in error.errors(include_url=False)
        ) from error


def stamp(path: Path) -> Stamp:
    """Changes whenever the file does; zeros while there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)


class Watched(Generic[T]):
    """What was built from files: built anew when they change, kept while they are broken."""

    def __init__(
        self,
        files: Callable[[], Iterable[Path]],
        build: Callable[[], T],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._files = files
        self._build = build
        self._clock = clock
        self._lock = threading.Lock()
        self._built: T | None = None
        self._stamps: dict[Path, Stamp] = {}
        self._looked = float("-inf")

    def get(self) -> T:
        """The newest good version. Raises Misconfigured only while there never was one."""
        with self._lock:
            now = self._clock()
            if self._built is not None and now - self._looked < LOOK_SECONDS:
                return self._built
            self._looked = now
            # Stamped before reading: a change in between is seen at the next look.
            stamps = {path: stamp(path) for path in self._files()}
            if self._built is None or stamps != self._stamps:
                self._built = self._renewed()
                self._stamps = stamps
            return self._built

    def _renewed(self) -> T:
        try:
            return self._build()
        except Misconfigured as error:
            if self._built is None:
                raise
            logger.error("file not taken over, the last good version is served", fault=str(error))
            return self._built


def _parse(path: Path) -> tuple[Any, dict[Where, int]]:
    """Plain dicts, lists and strings, and the line of each; raises Broken."""
    text = _text(path)
    try:
        return _Reader(path, yaml.parse(text, Loader=yaml.CSafeLoader)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # A file that breaks off is at fault on its last line, not below it.
        line = min(mark.line, text.rstrip().count("\n")) + 1 if mark else 1
        message = f"cannot be read as YAML here: {error.problem or 'not complete'}"
        raise Broken([Fault(path, line, message)]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Broken([Fault(path, line, "contains a control character")]) from error


class _Reader:
    """Builds a document from YAML events.

    Not with PyYAML's own composer: it has no limit of depth and crashes the process.
    """

    def __init__(self, path: Path, events: Iterator[yaml.Event]) -> None:
        self._path = path
        self._events = events
        self._lines: dict[Where, int] = {}

    def document(self) -> tuple[Any, dict[Where, int]]:
        """The only document of the file, and the line of each value."""
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise self._broken(1, "is empty")
        data = self._value(next(self._events), ())
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._broken(_line_of(after), "begins a second document (---) here")
        return data, self._lines

    def _value(self, event: yaml.Event, where: Where) -> Any:
        line = self._lines.setdefault(where, _line_of(event))
        if len(where) > DEPTH_LIMIT:
            raise self._broken(line, "is nested too deeply")
        if isinstance(event, yaml.SequenceStartEvent):
            items = self._until(yaml.SequenceEndEvent)
            return [self._value(item, (*where, number)) for number, item in enumerate(items)]
        if isinstance(event, yaml.MappingStartEvent):
            fields = {}
            for key in self._until(yaml.MappingEndEvent):
                name = self._name(key, where)
                fields[name] = self._value(next(self._events), (*where, name))
            return fields
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        raise self._broken(line, "uses a YAML alias (*name): write the text out")

    def _name(self, key: yaml.Event, where: Where) -> str:
        if not isinstance(key, yaml.ScalarEvent):
            raise self._broken(_line_of(key), "has a field without a plain name")
        name = str(key.value)
        if (*where, name) in self._lines:
            first = self._lines[*where, name]
            raise self._broken(_line_of(key), f"`{name}` stands here twice, first on line {first}")
        self._lines[*where, name] = _line_of(key)
        return name

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        return itertools.takewhile(lambda event: not isinstance(event, end), self._events)

    def _broken(self, line: int, message: str) -> Broken:
        return Broken([Fault(self._path, line, message)])


def _line_of(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise Broken([Fault(path, 1, f"is larger than {SIZE_LIMIT:,} bytes: split it")])
        raw = path.read_bytes()
    except OSError as error:
        raise Broken([Fault(path, 1, f"cannot be read ({error.strerror})")]) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text from here on: save it with the encoding UTF-8"
        raise Broken([Fault(path, line, message)]) from error


def _line(lines: Mapping[Where, int], where: Where) -> int:
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 1)


def _subject(data: Any, where: Where) -> str:
    """The id (or code) of the innermost entry around a value that has one."""
    subject = ""
    for step in where:
        try:
            data = data[step]
        except (LookupError, TypeError):
            break
        if isinstance(data, dict):
            subject = str(data.get("id") or data.get("code") or subject)
    return subject


def _words(fault: Any) -> str:
    """A pydantic error in a trainer's words."""
    where = fault["loc"] or ("the file",)
    last = where[-1]
    names = [step for step in where if isinstance(step, str)]
    # Within an entry of a list the list's own name says nothing.
    name = ".".join(names[1:] or names)
    what = f"`{name}`" if isinstance(last, str) else f"`{name}`, entry {last + 1},"
    match fault["type"]:
        case "missing":
            return f"{what} is missing"
        case "extra_forbidden":
            return (
                f"{what} is not a field that is known here: is it misspelt or in the wrong place?"
            )
        case "string_too_short" | "too_short":
            return f"{what} is empty"
        case "string_type":
            return f"{what} must be one text"
        case "list_type":
            return f"{what} must be a list: one line each, beginning with a dash"
        case "model_type" | "dict_type":
            return f"{what} must have fields of its own (name: value)"
        case "bool_parsing" | "bool_type":
            return f"{what} must be true or false"
        case "string_pattern_mismatch":
            return f"{what} must be lower-case letters, digits and underscores"
        case "literal_error" | "enum":
            return f"{what} must be {fault['ctx']['expected']}"
        case "value_error":
            return f"{what} {fault['ctx']['error']}"
        case _:
            return f"{what}: {fault['msg']}"
