"""The five roles: here, and only here, the pieces are put together."""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import uvicorn

from bot.accounts import load_accounts
from bot.mailbox import Mailbox
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.store import Store

# Each role imports what it needs: the edge should start without Rasa and without SQL.


def open_store(settings: Settings) -> "Store":
    """The database, brought up to date."""
    from bot.store import Store, migrate

    migrate(settings.database)
    return Store.open(settings)


def run_gateway(settings: Settings, *, attached: bool) -> None:
    """Serve webhooks and web chat until told to stop."""
    from connectors.gateway import create_gateway

    mailbox = Mailbox.connect(settings)
    app = create_gateway(settings, mailbox, load_accounts(settings.accounts_file))
    _serve(app, settings.host, settings.gateway_port, attached=attached)


def run_desk(settings: Settings, *, attached: bool) -> None:
    """Serve the officers' desk until told to stop."""
    from bot.desk import create_desk

    app = create_desk(settings, Mailbox.connect(settings), open_store(settings))
    _serve(app, settings.host, settings.desk_port, attached=attached)


def run_worker(settings: Settings, *, attached: bool) -> None:
    """Answer until told to stop; ends with an error when a turn hangs for good."""
    from rich.console import Console

    from bot.dialogue.rasa import newest_model
    from bot.dialogue.worker import Worker
    from bot.training import load_dialogue

    async def run(stop: asyncio.Event) -> None:
        mailbox = Mailbox.connect(settings)
        worker = Worker(
            mailbox=mailbox,
            load=lambda: load_dialogue(settings, Console(stderr=True)),
            newest_model=lambda: newest_model(settings),
            accounts=load_accounts(settings.accounts_file),
            settings=settings,
        )
        await worker.run(stop)
        await mailbox.close()

    _run(run, attached=attached)


def run_sender(settings: Settings, *, attached: bool) -> None:
    """Deliver until told to stop."""
    from connectors.sender import run_sender as send

    async def run(stop: asyncio.Event) -> None:
        mailbox = Mailbox.connect(settings)
        await send(settings, mailbox, load_accounts(settings.accounts_file), stop)
        await mailbox.close()

    _run(run, attached=attached)


def run_journal(settings: Settings, *, attached: bool) -> None:
    """Write what happened into the database until told to stop."""
    from bot.journal import run_journal as write

    async def run(stop: asyncio.Event) -> None:
        mailbox = Mailbox.connect(settings)
        await write(mailbox, open_store(settings), stop)
        await mailbox.close()

    _run(run, attached=attached)


def _run(role: Callable[[asyncio.Event], Awaitable[None]], *, attached: bool) -> None:
    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        if attached:
            _stop_with_parent()
        await role(stop)

    asyncio.run(run())


def _serve(app: Any, host: str, port: int, *, attached: bool) -> None:
    if attached:
        _stop_with_parent()
    uvicorn.run(
        app,
        host=host,
        port=port,
        ws="wsproto",  # uvicorn's own code wants websockets 13, and Rasa holds it at 10.
        ws_max_size=262_144,  # bytes; the web chat reads frames of 65,536 characters
        access_log=False,  # Query strings hold signatures and tokens.
        log_config=None,
        timeout_graceful_shutdown=5,
        server_header=False,
    )


def _stop_with_parent() -> None:
    """End this process as by SIGTERM when `wenjing up` is gone and standard input closes."""

    def watch() -> None:
        # Not through sys.stdin: Python aborts when a thread is reading that at the end.
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
