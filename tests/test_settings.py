"""What a setting must be, and what is said when it is not."""

import os

import pytest

from bot.errors import Misconfigured
from bot.mailbox import Mailbox
from bot.settings import Settings, current_settings


@pytest.fixture
def environment(monkeypatch):
    """Set settings; the environment and what was read from it are as before afterwards."""

    def set_all(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(f"WENJING_{name}", value)

    current_settings.cache_clear()
    yield set_all
    current_settings.cache_clear()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_PORT", "70000"),
        ("DESK_PORT", "0"),
        ("SHARDS", "0"),
        ("RECLAIM_SECONDS", "0"),
        ("CONVERSATION_DAYS", "-1"),
        ("TRIES", "many"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_is_named(environment, name, value):
    environment(**{name: value})
    with pytest.raises(Misconfigured, match=f"^WENJING_{name}: [^\n]+$"):
        current_settings()


@pytest.mark.parametrize("cluster", [False, True])
def test_a_redis_url_that_is_none_is_named(tmp_path, cluster):
    settings = Settings(home=tmp_path, redis_url="localhost:6379", redis_cluster=cluster)
    with pytest.raises(Misconfigured, match=r"^WENJING_REDIS_URL: "):
        Mailbox.connect(settings)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first = Settings(home=tmp_path / "var").secret_bytes
    assert len(first) >= 32
    assert Settings(home=tmp_path / "var").secret_bytes == first
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o077 == 0
    assert os.listdir(tmp_path / "var") == ["secret"], "nothing half-written is left"


def test_a_secret_file_that_was_cut_off_stops_the_start(tmp_path):
    (tmp_path / "secret").write_text("abc")
    with pytest.raises(Misconfigured, match=r"secret must have at least 32 characters"):
        Settings(home=tmp_path).key("anything")


def test_a_home_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match=r"file/var/secret \(Not a directory\)"):
        Settings(home=tmp_path / "file" / "var").key("anything")


def test_a_short_secret_is_named(tmp_path):
    settings = Settings(home=tmp_path, secret="short", previous_secret="short")
    with pytest.raises(Misconfigured, match=r"^WENJING_SECRET must have at least 32"):
        settings.key("anything")
    with pytest.raises(Misconfigured, match=r"^WENJING_PREVIOUS_SECRET must have at least 32"):
        settings.previous_key("anything")
