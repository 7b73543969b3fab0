"""Logs without personal data: every line of our code and of the libraries goes through here.

Three things are kept out: personal numbers (masked in every value), secrets in addresses
(`?access_token=…`, `redis://user:password@…`), and what libraries say about a message. Of an
exception we log the kind and the places in the code; its words only where they are our own
(`WenjingError`) or the operating system's, because others quote what they were given.
"""

import logging
import re
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.errors import WenjingError
from bot.privacy.masking import mask

_QUIET = {
    # Requests with their whole address, tokens included.
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "urllib3": logging.WARNING,
    "uvicorn.access": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "sanic.access": logging.WARNING,
    # Whole messages and trackers at debug and info.
    "rasa": logging.WARNING,
    "rasa_sdk": logging.WARNING,
    "asyncio": logging.WARNING,
    "websockets": logging.WARNING,
    "multipart": logging.WARNING,
    "python_multipart": logging.WARNING,
    "jieba": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}
_QUOTING = ("rasa.", "rasa_sdk.")
"""Libraries that put a citizen's words into the fields of a log line."""
_HARMLESS_FIELDS = {
    "event",
    "level",
    "logger",
    "timestamp",
    "exc_info",
    "_record",
    "_from_structlog",
}

_QUERY_VALUE = re.compile(r"([?&][A-Za-z0-9_.\-\[\]]{1,64}=)[^&\s\"'<>]+")
_PASSWORD = re.compile(r"(://)[^/@\s\"']{1,256}@")
_BOT_TOKEN = re.compile(r"(/bot)[0-9]{3,20}:[A-Za-z0-9_\-]+")


def configure_logging(level: str, *, stream: TextIO | None = None) -> None:
    """Send all logging of this process to `stream` (unset: standard error).

    One JSON object a line, or coloured lines when the stream is a terminal. `level` is a name
    such as "INFO"; raises ValueError for an unknown one. Calling it again replaces what was.
    """
    stream = stream or sys.stderr
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"no such log level: {level}")
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: Processor = (
        structlog.dev.ConsoleRenderer()
        if stream.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=_kind)
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _drop_quotations,
                _tell_exception,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                hide_personal_data,
                render,
            ],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(number)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(number, least))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    # A bug stops the process, and Python would print what it quotes.
    sys.excepthook = _log_bug
    threading.excepthook = lambda bug: _log_bug(bug.exc_type, bug.exc_value, bug.exc_traceback)


def _log_bug(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    structlog.get_logger("bot").critical("stopped by a bug", exc_info=(kind, error, trace))


def hide_personal_data(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A structlog processor: masks personal numbers and secrets in every string, however deep."""
    return {key: _hidden(value) for key, value in event.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        value = _QUERY_VALUE.sub(r"\1…", value)
        value = _PASSWORD.sub(r"\1…@", value)
        return mask(_BOT_TOKEN.sub(r"\1…", value))
    if isinstance(value, Mapping):
        return {_hidden(key): _hidden(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _kind(value)


def _kind(value: object) -> str:
    """Of an object only its kind: its `repr` may hold a citizen's words."""
    return f"<{type(value).__name__}>"


def _drop_quotations(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if str(event.get("logger", "")).startswith(_QUOTING):
        return {key: value for key, value in event.items() if key in _HARMLESS_FIELDS}
    return event


def _tell_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = _told(error)
    if event.get("level") == "exception":  # structlog takes the method's name for a level.
        event["level"] = "error"
    return event


def _told(error: BaseException) -> list[str]:
    """The error and its causes, last first: kind, our own words, places in the code."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        words = f": {current}" if isinstance(current, WenjingError | OSError) else ""
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}{words}")
        trace = current.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            lines.append(f"  {code.co_filename}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return lines
