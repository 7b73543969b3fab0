"""Handing a conversation to an officer."""

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""The zone of every day and hour that citizens and officers read."""

_LETTERS = "23456789ACDEFGHJKMNPQRTUVWXY"
"""Characters that are not mistaken for one another when read aloud or copied by hand."""


def case_number(now: datetime) -> str:
    """A new case number, such as "WJ261124-7K3F9": the day in China and five random
    characters, so that it tells nothing and is not guessed from another."""
    day = now.astimezone(CHINA).strftime("%y%m%d")
    return f"WJ{day}-" + "".join(secrets.choice(_LETTERS) for _ in range(5))
