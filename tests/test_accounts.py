"""The accounts file is read whole, or refused without showing a secret."""

from pathlib import Path

import pytest

from bot.accounts import DEMO, load_accounts
from bot.errors import Misconfigured

GOOD = """
accounts:
- id: haidian
  name: 海淀公安
  name_en: Haidian Police
  place: "110108"
  channels: {wechat: {token: geheim}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.yml"
    path.write_text(GOOD, "utf-8")
    return path


def test_reads_the_accounts_by_id(file):
    accounts = load_accounts(file)
    assert accounts["haidian"].channels == {"wechat": {"token": "geheim"}}
    assert "geheim" not in repr(accounts)


def test_serves_the_demo_account_where_there_is_no_file(tmp_path):
    assert load_accounts(tmp_path / "accounts.yml") == {DEMO.id: DEMO}


@pytest.mark.parametrize(
    ("was", "flaw", "says"),
    [
        ('"110108"', '"beijing"', "accounts.0.place"),
        ("  name_en: Haidian Police\n", "", "accounts.0.name_en"),
        ("{token: geheim}", "{token: geheim]", "is no YAML, line 7"),
        ("channels: {", "channels: [", "accounts.yml"),
    ],
)
def test_names_the_fault_and_never_shows_a_secret(file, was, flaw, says):
    file.write_text(GOOD.replace(was, flaw), "utf-8")
    with pytest.raises(Misconfigured, match=says) as refused:
        load_accounts(file)
    assert "geheim" not in str(refused.value)


def test_refuses_the_same_id_twice(file):
    file.write_text(GOOD + GOOD.partition("accounts:\n")[2], "utf-8")
    with pytest.raises(Misconfigured, match="same id"):
        load_accounts(file)
