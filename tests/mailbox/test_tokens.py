"""What all processes share for a while."""

import asyncio
from datetime import timedelta

import pytest

from bot.errors import Unavailable
from bot.mailbox import tokens

DAY = timedelta(days=1)


async def test_keeps_the_last_value_until_it_expires(mailbox):
    store = mailbox.token_store()
    assert await store.get("a") is None
    await store.put("a", "一", DAY)
    await store.put("a", "二", DAY)
    assert await mailbox.token_store().get("a") == "二"
    await store.put("a", "三", timedelta(milliseconds=1))
    async with asyncio.timeout(2):
        while await store.get("a") is not None:
            pass


async def test_only_one_holds_a_lock(mailbox):
    holders = 0

    async def hold() -> None:
        nonlocal holders
        async with mailbox.token_store().lock("a"):
            holders += 1
            assert holders == 1
            await mailbox.token_store().get("a")
            holders -= 1

    await asyncio.gather(*(hold() for _ in range(5)))


async def test_gives_up_on_a_lock_whose_holder_is_gone(mailbox, monkeypatch):
    monkeypatch.setattr(tokens, "_WAIT_SECONDS", 0.01)
    store = mailbox.token_store()
    async with store.lock("a"):
        with pytest.raises(Unavailable):
            async with store.lock("a"):
                pytest.fail("it was held")
    async with store.lock("a"):
        pass
