"""`wenjing doctor` says what is there, and of what is not, what to do."""

import io
import socket

import pytest
from rich.console import Console

from bot import doctor
from bot.errors import Misconfigured
from bot.mailbox import Mailbox
from bot.settings import Settings
from bot.store import migrate
from tests.installation import PROJECT, _free_ports


@pytest.fixture
def healthy(settings, monkeypatch) -> Settings:
    """An installation that has all it needs, and whose model can be read."""
    monkeypatch.chdir(PROJECT)

    async def model(settings: Settings) -> str:
        return "m1 can be read"

    monkeypatch.setitem(doctor._CHECKS, "Model", model)
    gateway, desk = _free_ports(2)
    settings.home.mkdir()
    migrate(settings.database)
    return settings.model_copy(update={"gateway_port": gateway, "desk_port": desk})


async def examined(settings: Settings) -> tuple[bool, dict[str, str]]:
    """Whether all is well, and the line of each check."""
    printed = io.StringIO()
    well = await doctor.examine(settings, Console(file=printed, width=1000))
    lines = printed.getvalue().splitlines()
    return well, {line[2:].partition(":")[0]: line for line in lines}


async def fault(settings: Settings, name: str) -> str:
    well, lines = await examined(settings)
    assert not well
    assert [line for line in lines.values() if line.startswith("✗")] == [lines[name]]
    return lines[name]


async def test_of_an_installation_in_order_every_line_is_good(healthy):
    well, lines = await examined(healthy)
    assert well, lines
    assert list(lines) == list(doctor._CHECKS)
    assert "a worker is not running; 0 events unwritten" in lines["Redis"]
    mailbox = Mailbox.connect(healthy)
    await mailbox.report_alive()
    await mailbox.close()
    _, lines = await examined(healthy)
    assert "a worker is running" in lines["Redis"]


async def test_a_fresh_clone_is_told_what_to_do_and_nothing_breaks(tmp_path, healthy):
    fresh = healthy.model_copy(update={"home": tmp_path / "fresh", "redis_url": None})
    well, lines = await examined(fresh)
    assert not well
    assert "start that, or set WENJING_REDIS_URL" in lines["Redis"]
    assert "run `wenjing migrate`" in lines["Database"]
    assert lines["Folder"].startswith("✓")


async def test_a_folder_that_cannot_be_written_is_told(tmp_path, healthy):
    (tmp_path / "file").write_text("")
    elsewhere = healthy.model_copy(
        update={"home": tmp_path / "file" / "var", "database_url": healthy.database}
    )
    assert "set WENJING_HOME" in await fault(elsewhere, "Folder")


async def test_a_faulty_accounts_file_is_told(healthy):
    healthy.accounts_file.write_text("accounts: [{id: 1}]")
    assert "accounts.yml" in await fault(healthy, "Accounts")


async def test_a_redis_that_is_away_is_told_and_which_setting_to_check(healthy):
    away = healthy.model_copy(update={"redis_url": f"redis://127.0.0.1:{_free_ports(1)[0]}"})
    _, lines = await examined(away)
    assert "check WENJING_REDIS_URL" in lines["Redis"]


async def test_a_clock_that_is_wrong_is_told(healthy, monkeypatch):
    real = doctor.time.time

    class Late:
        time = staticmethod(lambda: real() - 60)

    monkeypatch.setattr(doctor, "time", Late)
    assert "set both by NTP" in await fault(healthy, "Clock")


async def test_faults_in_the_knowledge_are_counted(healthy, tmp_path):
    data = tmp_path / "data"
    (data / "faq").mkdir(parents=True)
    (data / "faq" / "broken.yml").write_text("category: broken\ntopics: 1\n")
    assert "see `wenjing faq check`" in await fault(
        healthy.model_copy(update={"data": data}), "Knowledge"
    )


async def test_a_model_that_cannot_be_read_is_told(healthy, monkeypatch):
    async def model(settings: Settings) -> str:
        raise Misconfigured("no model: run `wenjing train`")

    monkeypatch.setitem(doctor._CHECKS, "Model", model)
    assert "run `wenjing train`" in await fault(healthy, "Model")


async def test_it_says_which_ports_answer(healthy):
    with socket.create_server(("127.0.0.1", healthy.desk_port)):
        _, lines = await examined(healthy)
    assert f"{healthy.desk_port} answer (right while Wenjing runs)" in lines["Ports"]


async def test_outside_of_the_project_it_says_where_to_go(healthy, monkeypatch, tmp_path):
    data = PROJECT / "data"
    monkeypatch.chdir(tmp_path)
    elsewhere = healthy.model_copy(update={"data": data})
    assert "run wenjing in the project's folder" in await fault(elsewhere, "Project")
