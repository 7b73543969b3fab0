import httpx
import pytest
from starlette.applications import Starlette

from bot.desk.guard import COOKIE, Guard
from bot.store import Store
from bot.store.database import make_engine
from tests.store.samples import ACCOUNTS, PlainCipher, mask


@pytest.fixture
def without_database():
    """The desk's door while the database is away."""
    engine = make_engine("sqlite:////no/such/folder/wenjing.db")
    guard = Guard(Starlette(), Store(engine, PlainCipher(), mask, ACCOUNTS))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(guard),
        base_url="http://desk",
        cookies={COOKIE: "token"},
        headers={"origin": "http://desk"},
    )


async def test_without_a_database_nobody_comes_in_and_everybody_is_told(without_database):
    async with without_database as browser:
        response = await browser.get("/")
    assert response.status_code == 503
    assert "数据库不可用" in response.text
    assert "Traceback" not in response.text
