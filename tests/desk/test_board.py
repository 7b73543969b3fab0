import asyncio

from bot.desk.board import Board


class Signals:
    """A mailbox whose signals the test sends."""

    def __init__(self):
        self.queue = asyncio.Queue()

    async def desk_signals(self):
        while True:
            yield await self.queue.get()


async def test_every_page_hears_what_changed_since_it_last_looked():
    signals = Signals()
    board = Board(signals)
    async with board.listening():
        with board.watch() as first, board.watch() as second:
            for number in ("c1", "c2", "c1"):
                signals.queue.put_nowait(number)
            assert await first.changes(5) == {"c1", "c2"}
            assert await first.changes(0.01) == set()
            assert await second.changes(5) == {"c1", "c2"}


async def test_a_page_that_is_told_nothing_looks_for_itself():
    with Board(Signals()).watch() as watch:
        assert await watch.changes(0.01) == set()
