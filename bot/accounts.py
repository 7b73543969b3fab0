"""The police accounts of this installation and their channels, read from one YAML file.

A file and not a table: the gateway must answer while the database is down
(docs/decisions/0002-accounts-in-a-file.md).
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import Misconfigured


class Account(BaseModel):
    """One police account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    name: str
    """What citizens know it by, in Chinese."""
    name_en: str
    place: str = Field(pattern=r"^\d{6}$")
    """GB/T 2260 code of the place it speaks for."""
    channels: dict[str, dict[str, Any]] = Field(repr=False)
    """Settings and secrets of each channel by the connector's name; the connector reads them."""


DEMO = Account(
    id="demo",
    name="海淀公安（示例）",
    name_en="Haidian Police (sample)",
    place="110108",
    channels={"webchat": {}},
)
"""What a fresh installation serves until it has an accounts file."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    accounts: list[Account]


def load_accounts(path: Path) -> dict[str, Account]:
    """All accounts by id; the demo account when there is no file. Raises Misconfigured."""
    if not path.exists():
        return {DEMO.id: DEMO}
    try:
        content = YAML(typ="safe").load(path.read_text("utf-8"))
        accounts = _File.model_validate(content).accounts
    except ValidationError as error:
        # The faulty value may be a secret: name the place and the fault only.
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        )
        raise Misconfigured(f"{path}: {faults}") from None
    except YAMLError as error:
        # The parser's own message shows the faulty line, and that may hold a secret.
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise Misconfigured(f"{path} is no YAML{where}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}") from error
    by_id = {account.id: account for account in accounts}
    if len(by_id) < len(accounts):
        raise Misconfigured(f"{path}: two accounts have the same id")
    return by_id
