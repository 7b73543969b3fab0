"""No line of the log holds a personal number, a secret in an address, or a quotation."""

import io
import json
import logging
import subprocess
import sys

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Unavailable
from bot.privacy.logs import configure_logging, hide_personal_data


def test_writes_one_json_object_a_line_from_both_kinds_of_logger(log):
    structlog.get_logger("ours").info("message accepted", conversation="c4k7q2m9x3ab")
    logging.getLogger("theirs").warning("%s is slow", "redis")
    first, second = log()
    assert first["event"] == "message accepted"
    assert first["conversation"] == "c4k7q2m9x3ab"
    assert (second["event"], second["level"], second["logger"]) == (
        "redis is slow",
        "warning",
        "theirs",
    )
    assert second["timestamp"].endswith("Z")


def test_masks_personal_numbers_wherever_they_stand(log):
    structlog.get_logger("ours").error(
        "call %s", "13800138000", report={"contact": ["京A12345", {"13800138000": 1}]}
    )
    (line,) = log()
    assert line["event"] == "call [手机号]"
    assert line["report"] == {"contact": ["[车牌号]", {"[手机号]": 1}]}


def test_shows_of_an_object_only_its_kind(log):
    structlog.get_logger("ours").info("odd", thing=httpx.Request("GET", "http://x/?token=1"))
    assert log()[0]["thing"] == "<Request>"


@pytest.mark.parametrize(
    "address",
    [
        "https://api.weixin.qq.com/cgi-bin/token?appid=wx1&secret=geheim",
        "POST /2/messages/reply.json?access_token=geheim HTTP/1.1",
        "redis://user:geheim@127.0.0.1:6379/0",
        "postgresql+psycopg2://wenjing:geheim@db/wenjing",
        "https://api.telegram.org/bot123456:geheim/sendMessage",
    ],
)
def test_takes_secrets_out_of_addresses(log, address):
    logging.getLogger("theirs").error("no answer from %s", address)
    (line,) = log()
    assert "geheim" not in json.dumps(line)
    assert line["event"].startswith("no answer from")


def test_tells_of_a_foreign_exception_its_kind_and_place_but_not_its_words(log):
    try:
        int("我叫张三")
    except ValueError:
        structlog.get_logger("ours").exception("turn failed", conversation="c1")
    (line,) = log()
    assert line["level"] == "error"
    assert line["exception"][0] == "builtins.ValueError"
    assert "test_logs.py" in line["exception"][1]
    assert "张三" not in json.dumps(line, ensure_ascii=False)


def test_tells_our_own_words_and_the_cause(log):
    try:
        try:
            int("我叫张三")
        except ValueError as error:
            raise Unavailable("the database does not answer") from error
    except Unavailable:
        logging.getLogger("theirs").exception("failed")
    (line,) = log()
    assert line["exception"][0] == "bot.errors.Unavailable: the database does not answer"
    assert "builtins.ValueError" in line["exception"]
    assert "张三" not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize(
    "logger", ["rasa.core.processor", "rasa_sdk.executor", "httpx", "uvicorn.access"]
)
def test_keeps_chatty_libraries_quiet_below_a_warning(log, logger):
    logging.getLogger(logger).info("received user message 我叫张三")
    structlog.get_logger(logger).debug("processor.message.parse", user_text="我叫张三")
    assert log() == []


def test_drops_the_fields_in_which_rasa_quotes_a_citizen(log):
    structlog.get_logger("rasa.core.actions").error("action.failed", user_text="我叫张三")
    (line,) = log()
    assert line["event"] == "action.failed"
    assert "user_text" not in line


async def test_a_real_call_of_httpx_leaves_no_token(log):
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport) as http:
        await http.get("https://api.example.com/x?access_token=geheim")
    assert "geheim" not in json.dumps(log())


def test_configuring_twice_does_not_write_twice():
    first, second = io.StringIO(), io.StringIO()
    handlers = logging.getLogger().handlers[:]
    try:
        configure_logging("INFO", stream=first)
        configure_logging("INFO", stream=second)
        logging.getLogger("theirs").warning("once")
    finally:
        logging.getLogger().handlers = handlers
        structlog.reset_defaults()
    assert first.getvalue() == ""
    assert second.getvalue().count("once") == 1


def test_a_bug_that_stops_the_process_is_logged_without_its_words():
    program = (
        "from bot.privacy.logs import configure_logging; configure_logging('INFO');int('我叫张三')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, encoding="utf-8"
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    line = json.loads(ended.stderr)
    assert (line["event"], line["level"]) == ("stopped by a bug", "critical")
    assert "张三" not in ended.stderr


def test_refuses_an_unknown_level():
    with pytest.raises(ValueError, match="LAUT"):
        configure_logging("LAUT")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.just(object()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUES))
def test_never_raises_and_always_gives_what_json_can_write(event):
    json.dumps(hide_personal_data(None, "info", event))
