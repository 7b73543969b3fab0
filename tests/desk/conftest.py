from collections.abc import AsyncIterator

import pytest

from bot.desk.work import Work
from bot.mailbox import Mailbox
from bot.settings import Settings
from tests.desk.town import PROJECT, Town, living_town


@pytest.fixture
async def town(settings: Settings, mailbox: Mailbox) -> AsyncIterator[Town]:
    """Citizens, a bot and a journal, on a real Redis and SQLite."""
    settings = settings.model_copy(update={"data": PROJECT / "data"})
    async with living_town(settings, mailbox) as town:
        yield town


@pytest.fixture
def work(town: Town) -> Work:
    return Work(town.settings, town.mailbox, town.store)
