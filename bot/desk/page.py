"""The desk's page: what one officer's browser tab knows, and does when it is told to."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from fastapi import Request
from nicegui import Client, app, background_tasks, ui

from bot.desk import dialogs
from bot.desk.board import Board
from bot.desk.frame import THEMES, Frame
from bot.desk.front import THEME_COOKIE, Theme, language_of, theme_of
from bot.desk.guard import ENDED
from bot.desk.lines import People, queue_rows, timeline
from bot.desk.parts import text
from bot.desk.texts import LANGUAGES, Texts
from bot.desk.work import NotApproved, View, Work, holder_of, local_date
from bot.errors import Conflict, NotFound, Unavailable
from bot.messages import Hands, Outbound, Reply
from bot.store.conversations import Said
from bot.store.officers import Officer
from bot.store.queue import FILTERS, Filter, Queue

Done = TypeVar("Done")

LOOK_AGAIN = 10.0
"""Seconds after which a page looks for itself, whatever it was or was not told."""
BREATH = 0.3
"""Seconds between two refreshes of one page, however much happens."""
SCREENFUL = 100
"""Messages that are read at first, and with each "earlier"."""
PATIENCE = 30.0
"""Seconds that a page may take to appear, when the servers behind it are slow to fail."""
TYPING_EVERY = 3.0
"""Seconds between two typing signs."""


def add_pages(work: Work, board: Board) -> None:
    """Put the desk's pages into NiceGUI."""

    def say_fault() -> None:
        for language in LANGUAGES:
            text(Texts(language)["fault"], "", "p")

    # A page that cannot be built says so, and nothing of what went wrong inside.
    app.on_page_exception(say_fault)

    @ui.page("/", response_timeout=PATIENCE)
    @ui.page("/c/{number}", response_timeout=PATIENCE)
    async def desk(request: Request, client: Client, number: str = "") -> None:
        page = Page(work, request, client)
        await page.open(number)
        background_tasks.create(page.follow(board), name="desk page")


class Page:
    """One officer's open browser tab."""

    def __init__(self, work: Work, request: Request, client: Client) -> None:
        self._work = work
        self._client = client
        self._officer: Officer = request.state.officer
        self._token: str = request.state.token
        self._texts = Texts(language_of(request))
        self._theme: Theme = theme_of(request)
        self._names: dict[str, str] = {}

        self._which: Filter = "waiting"
        self._queue: Queue | None = None
        self._chosen = ""
        self._newest = SCREENFUL
        self._view: View | None = None
        self._looks = 0
        self._hands: dict[str, Hands] = {}
        """What the mailbox said of conversations: newer than SQL, or as new."""
        self._pending: dict[str, Outbound] = {}
        """Our replies that SQL has not heard of yet."""
        self._again: dict[str, Said] = {}
        """Dead letters that are being sent again, as they were."""
        self._drafts: dict[str, str] = {}
        self._approved: dict[str, Reply] = {}
        """Suggested answers of the chosen conversation, by their texts."""
        self._no_database = False
        self._no_mailbox = False
        self._broken = False
        self._typed_at = 0.0

        ui.page_title(self._texts["title"])
        client.on_exception(lambda: self._warn(self._texts["fault"]))
        self._frame = Frame(self, self._texts, self._officer, self._theme)

    # What happens by itself

    async def open(self, number: str) -> None:
        """Show the lists, and a conversation if one is named."""
        await self._refresh_names()
        await self._check_mailbox()
        await self._refresh_queue()
        await self.choose(number)

    async def follow(self, board: Board) -> None:
        """Keep the page true until it is closed."""
        await self._client.connected()
        with board.watch() as watch:
            while not self._client.is_deleted:
                changed = await watch.changes(LOOK_AGAIN)
                if self._client.is_deleted:
                    return
                with self._client:
                    await self._refresh_or_say(changed)
                await asyncio.sleep(BREATH)

    async def _refresh_or_say(self, changed: set[str]) -> None:
        try:
            await self._refresh(changed)
        except Exception:
            # Only a bug comes here: a page that no longer follows must not look alive.
            self._broken = True
            self._show_faults()
            raise

    async def _refresh(self, changed: set[str]) -> None:
        if not changed:
            await self._check_session()
            await self._refresh_names()
            await self._check_mailbox()
        await self._refresh_queue()
        if self._chosen and (not changed or self._chosen in changed):
            await self._look()

    async def _check_session(self) -> None:
        try:
            officer = await self._work.officer(self._token)
        except Unavailable:
            return  # The next read tells; until then nothing can be done anyway.
        if officer is None:
            ui.navigate.to(ENDED)
        else:
            self._officer = officer

    async def _check_mailbox(self) -> None:
        self._no_mailbox = not await self._work.mailbox_answers()
        self._show_faults()

    async def _refresh_names(self) -> None:
        try:
            self._names = await self._work.names()
        except Unavailable:
            self._no_database = True

    async def _refresh_queue(self) -> None:
        try:
            queue = await self._work.queue(self._officer, self._which)
        except Unavailable:
            self._no_database = True
        else:
            self._no_database = False
            self._announce(queue)
            self._queue = queue
        self._show_queue()
        self._show_faults()

    def _announce(self, queue: Queue) -> None:
        """Make heard what nobody may miss."""
        if self._queue is None:
            return
        if queue.urgent > self._queue.urgent:
            ui.run_javascript("wenjing.alarm()")
        taken = {number for number, hands in self._hands.items() if self._mine(hands)}
        if queue.held - self._queue.held - taken:
            self._warn(self._texts["given_to_you"])
            ui.run_javascript("wenjing.chime()")

    async def _look(self) -> None:
        """Read the chosen conversation anew."""
        number, self._looks = self._chosen, self._looks + 1
        look = self._looks
        try:
            view = await self._work.look(self._officer, number, newest=self._newest)
        except Unavailable:
            self._no_database = True
            self._show_faults()
            return
        except NotFound:
            self._warn(self._texts["not_found"])
            await self.choose("")
            return
        if look != self._looks:
            return  # A later look is under way or done.
        self._view = view
        self._approved |= {one.reply.text.strip(): one.reply for one in view.suggested}
        self._no_mailbox = view.hands is None
        if view.hands is not None:
            self._hands[number] = view.hands
        written = {line.id for line in view.thread.lines}
        self._pending = {id_: one for id_, one in self._pending.items() if id_ not in written}
        self._again = {one.id: one for one in view.thread.lines if one == self._again.get(one.id)}
        self._show_conversation(view)
        self._show_faults()

    # What the officer does

    async def choose(self, number: str) -> None:
        """Open a conversation, or none."""
        if self._chosen:
            self._drafts[self._chosen] = self._frame.draft
        self._looks += 1
        self._chosen, self._newest, self._view = number, SCREENFUL, None
        self._again, self._approved, self._pending = {}, {}, {}
        self._frame.draft = self._drafts.get(number, "")
        path = json.dumps(f"/c/{number}" if number else "/")
        ui.run_javascript(f"history.replaceState(null, '', {path})")
        if number:
            await self._look()
        else:
            self._frame.show_nothing()
        self._show_queue()

    async def switch(self, which: Filter) -> None:
        """Show another list."""
        self._which = which
        await self._refresh_queue()

    async def switch_by(self, step: int) -> None:
        """Show the list beside this one."""
        at = FILTERS.index(self._which)
        await self.switch(FILTERS[(at + step) % len(FILTERS)])

    async def key(self, act: str) -> None:
        """A key was pressed outside of a text field."""
        if act == "take":
            await self.take()
        elif act == "help":
            await dialogs.show_keys(self._texts)
        elif act.startswith("insert "):
            self.insert(int(act.removeprefix("insert ")))

    async def take(self) -> None:
        """Take over from the bot or the queue."""
        hands = self._hands.get(self._chosen)
        if hands is None or hands.holder not in ("bot", "desk"):
            return
        number, epoch = self._chosen, hands.epoch
        taken = await self._do(lambda officer: self._work.take(officer, number, epoch))
        await self._passed(number, taken, self._texts["taken"])
        if taken is not None:
            ui.run_javascript("wenjing.write()")

    async def hand_back(self) -> None:
        """Give the conversation back to the bot; the case stays open."""
        number, note = self._chosen, await dialogs.ask_hand_back(self._texts)
        if note is not None:
            done = await self._do(lambda officer: self._work.hand_back(officer, number, note))
            await self._passed(number, done, self._texts["handed_back"])

    async def close(self) -> None:
        """End the case."""
        number, reason = self._chosen, await dialogs.ask_close(self._texts)
        if reason is not None:
            done = await self._do(lambda officer: self._work.close(officer, number, reason))
            await self._passed(number, done, self._texts["closed"])

    async def transfer(self) -> None:
        """Give the conversation to a colleague."""
        if self._view is None:
            return
        number, account = self._chosen, self._view.thread.account
        colleagues = await self._do(lambda officer: self._work.colleagues(officer, account))
        if colleagues is None:
            return
        answer = await dialogs.ask_transfer(self._texts, colleagues)
        if answer is not None:
            to, note = answer
            done = await self._do(lambda officer: self._work.transfer(officer, number, to, note))
            await self._passed(number, done, self._texts["transferred"].format(name=to.name))

    async def send(self) -> None:
        """Send what is typed; it stays where it is until the mailbox has it."""
        number, words = self._chosen, self._frame.draft.strip()
        if not words or not self._mine(self._hands.get(number)):
            return
        reply = self._approved.get(words) or Reply(words)
        self._frame.sending(True)
        said = await self._do(lambda officer: self._work.say(officer, number, reply))
        self._frame.sending(False)
        if said is None:
            return
        self._drafts.pop(number, None)
        if self._chosen == number:
            self._pending[said.id] = said
            self._frame.draft = ""
            self._show_lines()

    async def send_again(self, message: str) -> None:
        """Send a dead letter once more."""
        if self._view is None:
            return
        number = self._chosen
        line = next((one for one in self._view.thread.lines if one.id == message), None)
        if not isinstance(line, Said):
            return
        if line.status == "unknown" and not await dialogs.ask_send_again(self._texts):
            return

        async def resend(officer: Officer) -> bool:
            await self._work.resend(officer, number, message)
            return True

        if await self._do(resend):
            self._again[message] = line
            self._tell(self._texts["sent_again"])
            self._show_lines()

    async def earlier(self) -> None:
        """Show older messages too."""
        self._newest += SCREENFUL
        await self._look()

    async def typed(self) -> None:
        """Something was typed in the reply."""
        self._frame.show_length()
        now = asyncio.get_running_loop().time()
        mine = self._mine(self._hands.get(self._chosen))
        if self._frame.draft and mine and now - self._typed_at > TYPING_EVERY:
            self._typed_at = now
            await self._work.typing(self._chosen)

    def insert(self, which: int) -> None:
        """Put a suggested answer into the reply."""
        if self._view is None or which >= len(self._view.suggested):
            return
        if self._mine(self._hands.get(self._chosen)):
            words, draft = self._view.suggested[which].reply.text, self._frame.draft.rstrip()
            self._frame.draft = f"{draft}\n\n{words}" if draft else words
            ui.run_javascript("wenjing.write()")

    def next_theme(self) -> None:
        """Light, dark, as the system is set, and again."""
        order = list(THEMES)
        self._theme = order[(order.index(self._theme) + 1) % len(order)]
        self._frame.show_theme(self._theme)
        cookie = f"{THEME_COOKIE}={self._theme}; path=/; max-age=31536000; SameSite=Strict"
        ui.run_javascript(f"document.cookie = {json.dumps(cookie)}")

    async def _do(self, act: Callable[[Officer], Awaitable[Done]]) -> Done | None:
        """Run an act of the officer who is still signed in; None, and a word why, if it
        could not be done."""
        try:
            officer = await self._work.officer(self._token)
            if officer is None:
                ui.navigate.to(ENDED)
                return None
            return await act(officer)
        except Conflict as conflict:
            self._warn(self._conflict(holder_of(conflict)))
            await self._look()
        except NotApproved:
            self._warn(self._texts["public_reply"])
        except NotFound:
            self._warn(self._texts["citizen_unknown"])
        except Unavailable:
            self._warn(self._texts["not_done"])
            await self._check_mailbox()
            await self._refresh_queue()
        return None

    async def _passed(self, number: str, hands: Hands | None, message: str) -> None:
        """Show at once what the mailbox has agreed to; SQL follows."""
        if hands is None:
            return
        self._hands[number] = hands
        self._tell(message)
        if self._chosen == number:
            await self._look()
        await self._refresh_queue()

    def _conflict(self, holder: str) -> str:
        if holder.startswith("officer:") and holder != self._officer.holder:
            return self._texts["other_was_faster"].format(name=self._people.name(holder))
        return self._texts["changed_meanwhile"]

    # What is shown

    @property
    def _people(self) -> People:
        return People(self._texts, self._names, self._officer)

    def _mine(self, hands: Hands | None) -> bool:
        return hands is not None and hands.holder == self._officer.holder

    def _account(self, account: str) -> str:
        return self._work.account_name(account, self._texts.language)

    def _warn(self, message: str) -> None:
        ui.notify(message, classes="warning", position="top", timeout=8000, close_button="×")

    def _tell(self, message: str) -> None:
        ui.notify(message, classes="told", position="bottom-left", timeout=2500)

    def _show_faults(self) -> None:
        faults = {
            "fault": self._broken,
            "no_mailbox": self._no_mailbox,
            "no_database": self._no_database,
        }
        self._frame.show_faults(fault for fault, there in faults.items() if there)

    def _show_queue(self) -> None:
        rows = queue_rows(
            self._queue.lines if self._queue else (),
            texts=self._texts,
            people=self._people,
            account_name=self._account,
            hands=self._hands,
        )
        self._frame.show_queue(self._which, self._queue, rows, self._chosen)

    def _show_conversation(self, view: View) -> None:
        self._frame.show_conversation(
            view,
            self._lines(view),
            self._account(view.thread.account),
            self._people,
            mine=self._mine(view.hands),
        )

    def _show_lines(self) -> None:
        if self._view is not None:
            self._frame.show_lines(self._view, self._lines(self._view))

    def _lines(self, view: View) -> list[dict[str, object]]:
        return timeline(
            view.thread.lines,
            pending=self._pending.values(),
            again=self._again,
            texts=self._texts,
            people=self._people,
            today=local_date(datetime.now(UTC)),
        )
