"""`wenjing doctor`: look at everything an installation needs, and say what to do."""

import asyncio
import shutil
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryFile

from rich.console import Console

from bot.accounts import load_accounts
from bot.errors import Misconfigured, Unavailable
from bot.mailbox import Mailbox
from bot.settings import Settings

Check = Callable[[Settings], Awaitable[str]]
"""Says what it found; raises Misconfigured or Unavailable with what to do about it."""

CLOCK_TOLERANCE = 5.0
"""Seconds by which two machines' clocks may differ."""


async def examine(settings: Settings, console: Console) -> bool:
    """Run every check, print a line for each; True when all is well."""
    well = True
    for name, check in _CHECKS.items():
        try:
            found = await check(settings)
        except (Misconfigured, Unavailable) as error:
            well = False
            console.print(f"[red]✗[/] {name}: ", end="")
            console.print(str(error), markup=False)
        else:
            console.print(f"[green]✓[/] {name}: ", end="")
            console.print(found, markup=False)
    return well


async def _folder(settings: Settings) -> str:
    settings.secret_bytes  # noqa: B018 - makes the secret, or says why it cannot
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=settings.home):
            free = shutil.disk_usage(settings.home).free
    except OSError as error:
        raise Misconfigured(
            f"cannot write {settings.home} ({error.strerror}):"
            " make it writable or set WENJING_HOME"
        ) from error
    if free < 1 << 30:
        raise Misconfigured(f"less than 1 GB is free in {settings.home}: make room")
    return f"{settings.home} is writable, {free >> 30} GB free"


async def _accounts(settings: Settings) -> str:
    accounts = load_accounts(settings.accounts_file)
    if not settings.accounts_file.exists():
        return f"no {settings.accounts_file}: the sample account is served"
    from connectors import check_accounts

    check_accounts(settings, accounts)
    return f"{len(accounts)} accounts"


async def _redis(settings: Settings) -> str:
    mailbox = Mailbox.connect(settings)
    try:
        await mailbox.ping()
        unread = await mailbox.unread_events()
        alive = await mailbox.workers_alive()
    except Unavailable as error:
        todo = (
            "check WENJING_REDIS_URL"
            if settings.redis_url
            else "it runs while `wenjing up` runs; start that, or set WENJING_REDIS_URL"
        )
        raise Unavailable(f"{error}: {todo}") from error
    finally:
        await mailbox.close()
    return f"answers; a worker is {'' if alive else 'not '}running; {unread} events unwritten"


async def _clock(settings: Settings) -> str:
    mailbox = Mailbox.connect(settings)
    try:
        difference = abs(await mailbox.server_time() - time.time())
    finally:
        await mailbox.close()
    if difference > CLOCK_TOLERANCE:
        raise Misconfigured(
            f"this clock and that of Redis differ by {difference:.0f} s:"
            " set both by NTP, or signatures of the platforms will be refused"
        )
    return f"{difference * 1000:.0f} ms from that of Redis"


async def _database(settings: Settings) -> str:
    from bot.store.migrate import is_current

    if not await asyncio.to_thread(is_current, settings.database):
        raise Misconfigured("the schema is not the newest: run `wenjing migrate`")
    return "answers, the schema is the newest"


async def _model(settings: Settings) -> str:
    from bot.dialogue.rasa import RasaDialogue

    dialogue = await asyncio.to_thread(RasaDialogue.load, settings)
    return f"{dialogue.model} can be read"


async def _knowledge(settings: Settings) -> str:
    from datetime import date

    from bot.knowledge.topics import check, knowledge

    faults = check(settings.data, date.today())
    if faults:
        raise Misconfigured(f"{len(faults)} faults in {settings.data}: see `wenjing faq check`")
    return f"{len(knowledge(settings.data).topics)} topics in order"


async def _ports(settings: Settings) -> str:
    taken = []
    for port in (settings.gateway_port, settings.desk_port):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((settings.host, port)) == 0:
                taken.append(port)
    if not taken:
        return f"{settings.gateway_port} and {settings.desk_port} are free"
    return f"{' and '.join(map(str, taken))} answer (right while Wenjing runs)"


async def _project(settings: Settings) -> str:
    missing = _missing_files()
    if missing:
        raise Misconfigured(f"{', '.join(missing)} not here: run wenjing in the project's folder")
    return "the Rasa project is here"


def _missing_files() -> list[str]:
    needed = ("config.yml", "domain.yml", "data", "actions")
    return [name for name in needed if not Path(name).exists()]


_CHECKS: dict[str, Check] = {
    "Project": _project,
    "Folder": _folder,
    "Accounts": _accounts,
    "Redis": _redis,
    "Clock": _clock,
    "Database": _database,
    "Knowledge": _knowledge,
    "Model": _model,
    "Ports": _ports,
}
