"""What an officer sees: the elements of the page, and how they show its values."""

import time
from collections.abc import Iterable
from typing import Any, Protocol

from nicegui import ui

from bot.desk.front import Theme
from bot.desk.lines import People, clock, day_and_clock
from bot.desk.parts import Button, box, text
from bot.desk.texts import Texts
from bot.desk.work import Suggested, View
from bot.messages import Hands
from bot.store.conversations import Case
from bot.store.officers import Officer
from bot.store.queue import FILTERS, Filter, Queue

LONGEST_REPLY = 2000
"""In characters."""
THEMES: dict[Theme, bool | None] = {"auto": None, "light": False, "dark": True}
_SUGGESTION_KEYS = ("1", "2", "3")


class Acts(Protocol):
    """What the page does when an officer asks for it."""

    async def choose(self, number: str) -> None: ...
    async def switch(self, which: Filter) -> None: ...
    async def switch_by(self, step: int) -> None: ...
    async def key(self, act: str) -> None: ...
    async def take(self) -> None: ...
    async def hand_back(self) -> None: ...
    async def close(self) -> None: ...
    async def transfer(self) -> None: ...
    async def send(self) -> None: ...
    async def send_again(self, message: str) -> None: ...
    async def earlier(self) -> None: ...
    async def typed(self) -> None: ...
    def insert(self, which: int) -> None: ...
    def next_theme(self) -> None: ...


class QueueList(ui.element, component="queue.js"):
    """The list of conversations; see queue.js."""


class Timeline(ui.element, component="timeline.js"):
    """What was said in one conversation; see timeline.js."""


class Frame:
    """The elements of one page."""

    def __init__(self, acts: Acts, texts: Texts, officer: Officer, theme: Theme) -> None:
        self._acts = acts
        self._texts = texts
        self._head_shown: Any = None
        self._side_shown: Any = None
        self._counted = (0, 0)
        self._dark = ui.dark_mode(THEMES[theme])
        ui.add_head_html('<link rel="stylesheet" href="/static/desk.css">')
        ui.add_head_html('<script src="/static/desk.js"></script>')
        with box("desk") as self._desk:
            self._build_bar(officer, theme)
            self._banner = text("", "banner")
            self._banner.props["role"] = "alert"
            with box("columns", "main"):
                with box("left", "nav"):
                    self._build_lists()
                with box("middle", "section"):
                    self._build_conversation()
                self._side = box("right", "aside")

    # What it is made of

    def _build_bar(self, officer: Officer, theme: Theme) -> None:
        texts = self._texts
        with box("bar", "header"):
            with box("brand"):
                text("警", "mark")
                text(texts["product"], "", "strong")
                text(texts["desk"], "soft")
            self._urgent = Button("", lambda: self._acts.switch("waiting"), kind="urgent-chip")
            box("space")
            text(officer.name, "me-name")
            self._theme_button = Button(
                texts[f"theme_{theme}"], self._acts.next_theme, kind="quiet"
            )
            with box("button quiet", "a") as link:
                other = "zh" if texts.language == "en" else "en"
                link.props["href"] = f"/preferences?language={other}"
                text(texts["other_language"])
            keys = Button("?", lambda: self._acts.key("help"), kind="quiet")
            keys.props["aria-label"] = keys.props["title"] = texts["keys"]
            with box("sign-out", "form") as form, box("button quiet", "button") as leave:
                form.props["method"], form.props["action"] = "post", "/sign-out"
                leave.props["type"] = "submit"
                text(texts["sign_out"])

    def _build_lists(self) -> None:
        self._tabs: dict[Filter, tuple[Button, Any]] = {}
        with box("tabs"):
            for which in FILTERS:
                tab = Button("", lambda which=which: self._acts.switch(which), kind="tab")
                with tab:
                    text(self._texts[which])
                    self._tabs[which] = (tab, text("", "count"))
        self._list = QueueList()
        # Waiting times grow in the browser, by the server's clock.
        self._list.props["server_now"] = int(time.time() * 1000)
        self._list.on("open", lambda event: self._acts.choose(event.args))
        self._list.on("act", lambda event: self._acts.key(event.args))
        self._list.on("list", lambda event: self._acts.switch_by(event.args))

    def _build_conversation(self) -> None:
        texts = self._texts
        with box("nothing") as self._nothing:
            text(texts["choose"], "", "strong")
            text(texts["choose_how"], "soft")
        with box("conversation") as self._conversation:
            self._head = box("head", "header")
            self._strip = text("", "strip")
            self._timeline = Timeline()
            keys = ("conversation", "earlier", "new_messages", "send_again")
            self._timeline.props["texts"] = {key: texts[key] for key in keys}
            self._timeline.on("earlier", lambda _: self._acts.earlier())
            self._timeline.on("again", lambda event: self._acts.send_again(event.args))
            with box("reply") as self._reply_box:
                self._reply = ui.textarea(on_change=self._acts.typed)
                self._reply.props(f"borderless rows=4 maxlength={LONGEST_REPLY}")
                self._reply.props["aria-label"] = texts["reply_to"]
                for keys_ in ("ctrl", "meta"):
                    self._reply.on(f"keydown.{keys_}.enter.prevent", lambda _: self._acts.send())
                with box("reply-foot"):
                    self._length = text("", "soft")
                    text("Ctrl + Enter", "soft keys-hint")
                    self._send = Button(texts["send"], self._acts.send, kind="primary")

    # The reply

    @property
    def draft(self) -> str:
        """What is typed in the reply."""
        return self._reply.value or ""

    @draft.setter
    def draft(self, words: str) -> None:
        self._reply.value = words

    def sending(self, under_way: bool) -> None:
        """A reply is under way: it cannot be sent twice."""
        self._send.enable(not under_way)

    def show_length(self) -> None:
        """How much is typed."""
        length = len(self.draft)
        self._length.text = self._texts["characters"].format(number=length) if length else ""

    # What it shows

    def show_theme(self, theme: Theme) -> None:
        """Light, dark, or as the system is set."""
        self._dark.value = THEMES[theme]
        self._theme_button.text = self._texts[f"theme_{theme}"]

    def show_faults(self, faults: Iterable[str]) -> None:
        """A banner over everything; none when nothing is wrong."""
        words = "　".join(self._texts[fault] for fault in faults)
        self._banner.text = words
        self._banner.set_visibility(bool(words))

    def show_queue(
        self, which: Filter, queue: Queue | None, rows: list[dict[str, Any]], chosen: str
    ) -> None:
        """One list, and how long the others are."""
        texts = self._texts
        counts = queue.counts if queue else dict.fromkeys(FILTERS, 0)
        urgent = queue.urgent if queue else 0
        for name, (tab, count) in self._tabs.items():
            _class(tab, "chosen", name == which)
            tab.props["aria-pressed"] = "true" if name == which else "false"
            count.text = str(counts[name])
            _class(count, "some", bool(counts[name]))
        self._urgent.text = texts["urgent_waiting"].format(number=urgent)
        self._urgent.set_visibility(urgent > 0)
        if (counts["waiting"], urgent) != self._counted:
            self._counted = counts["waiting"], urgent
            ui.run_javascript(f"wenjing.count({counts['waiting']}, {urgent})")
        words = ("urgent", "unanswered", "public", "follow_up", "now", "minutes", "hours", "days")
        _set(
            self._list,
            rows=rows,
            chosen=chosen,
            texts={
                **{word: texts[word] for word in words},
                "list": texts[which],
                "empty": texts[f"nothing_{which}"],
                "empty_more": texts["new_ones_appear"],
            },
        )

    def show_nothing(self) -> None:
        """No conversation is chosen."""
        self._show(False)

    def show_conversation(
        self,
        view: View,
        lines: list[dict[str, Any]],
        account: str,
        people: People,
        *,
        mine: bool,
    ) -> None:
        """The chosen conversation; `mine`: the officer holds it."""
        self._show(True)
        self._show_head(view, account, people, mine=mine)
        self._show_side(view, mine=mine)
        self._show_reply(view, people, mine=mine)
        self.show_lines(view, lines)

    def show_lines(self, view: View, lines: list[dict[str, Any]]) -> None:
        """What was said."""
        _set(
            self._timeline,
            lines=lines,
            earlier=view.thread.earlier,
            conversation=view.thread.number,
        )

    def _show(self, conversation: bool) -> None:
        self._nothing.set_visibility(not conversation)
        self._conversation.set_visibility(conversation)
        self._side.set_visibility(conversation)
        _class(self._desk, "in-conversation", conversation)

    def _show_head(self, view: View, account: str, people: People, *, mine: bool) -> None:
        thread, hands, texts, acts = view.thread, view.hands, self._texts, self._acts
        held = self._held(hands, people, mine=mine)
        shown = (thread.number, hands, held, thread.case and thread.case.urgent)
        if shown == self._head_shown:
            return  # Rebuilding would take the focus away from a button.
        self._head_shown = shown
        self._head.clear()
        with self._head:
            back = Button("‹", lambda: acts.choose(""), kind="quiet back")
            back.props["aria-label"] = texts["back"]
            with box("head-what"):
                with box("head-line"):
                    if thread.case and thread.case.urgent and thread.case.state != "closed":
                        text(texts["urgent"], "tag urgent-tag")
                    text(account, "", "strong")
                    text(texts.word("channel", thread.channel), "soft")
                    if thread.public:
                        text(texts["public"], "tag")
                    text(thread.number, "number")
                text(held, f"head-holder {people.side(hands.holder) if hands else 'unknown'}")
            with box("head-acts"):
                details = Button(
                    texts["details"], lambda: _toggle(self._desk, "with-details"), kind="details"
                )
                details.props["aria-label"] = texts["details"]
                if mine:
                    Button(texts["hand_back"], acts.hand_back)
                    Button(texts["transfer"], acts.transfer)
                    Button(texts["close"], acts.close)
                elif hands is not None and hands.holder in ("bot", "desk"):
                    Button(texts["take"], acts.take, kind="primary", key="t")

    def _held(self, hands: Hands | None, people: People, *, mine: bool) -> str:
        if hands is None:
            return self._texts["holder_unknown"]
        if mine:
            return self._texts["held_by_me"]
        if hands.holder.startswith("officer:"):
            return self._texts["held_by"].format(name=people.name(hands.holder))
        return self._texts["held_by_nobody" if hands.holder == "desk" else "held_by_bot"]

    def _show_reply(self, view: View, people: People, *, mine: bool) -> None:
        hands, texts = view.hands, self._texts
        self._strip.text = texts["masked"] if not mine else texts["public_reply"]
        self._strip.set_visibility(not mine or view.thread.public)
        if mine:
            placeholder = texts["reply_to"]
        elif hands is not None and hands.holder.startswith("officer:"):
            placeholder = texts["held_by_other"].format(name=people.name(hands.holder))
        else:
            placeholder = texts["take_to_reply"]
        _class(self._reply_box, "closed", not mine)
        if self._reply.props.get("placeholder") != placeholder:
            self._reply.props["placeholder"] = placeholder
        self._reply.set_enabled(mine)
        self._send.enable(mine)
        self.show_length()

    def _show_side(self, view: View, *, mine: bool) -> None:
        shown = (view.thread.number, view.thread.case, view.suggested, mine)
        if shown == self._side_shown:
            return
        self._side_shown = shown
        self._side.clear()
        with self._side:
            self._suggestions(view.suggested, mine=mine)
            self._case(view.thread.case)

    def _suggestions(self, suggested: tuple[Suggested, ...], *, mine: bool) -> None:
        texts = self._texts
        with box("part", "section"):
            text(texts["suggestions"], "", "h2")
            if not suggested:
                text(texts["no_suggestions"], "soft", "p")
            for place, one in enumerate(suggested):
                with box("suggestion", "details") as card:
                    if place == 0:
                        card.props["open"] = True
                    with box("", "summary"):
                        text(_SUGGESTION_KEYS[place], "", "kbd")
                        text(one.title, "suggestion-title")
                        text(texts[f"sure_{one.sure}"], f"sure {one.sure}")
                    text(one.reply.text, "suggestion-text", "p")
                    insert = Button(texts["insert"], lambda place=place: self._acts.insert(place))
                    insert.enable(mine)

    def _case(self, case: Case | None) -> None:
        texts = self._texts
        with box("part", "section"):
            text(texts["case"], "", "h2")
            if case is None:
                text(texts["no_case"], "soft", "p")
                return
            with box("facts", "dl"):
                if case.number:
                    _fact(texts["case_number"], case.number)
                _fact(texts["state"], texts[f"state_{case.state}"])
                _fact(texts["opened"], day_and_clock(case.opened_at))
                if case.closed_at is not None:
                    _fact(texts["closed_at"], day_and_clock(case.closed_at))
                    _fact(texts["closed_reason"], case.closed_reason)
            for report in case.reports:
                with box("report"):
                    with box("report-head"):
                        text(texts.word("reason", report.reason), "reason")
                        text(clock(report.at), "soft", "time")
                    if report.number and report.number != case.number:
                        text(report.number, "number")
                    with box("facts", "dl"):
                        for name, value in report.fields.items():
                            _fact(texts.word("slot", name), value)


def _fact(name: str, value: str) -> None:
    text(name, "", "dt")
    text(value, "", "dd")


def _class(element: ui.element, name: str, there: bool) -> None:
    if (name in element.classes) != there:
        element.classes(add=name if there else None, remove=None if there else name)


def _toggle(element: ui.element, name: str) -> None:
    _class(element, name, name not in element.classes)


def _set(element: ui.element, **props: Any) -> None:
    """Give a component new values; nothing is sent when they are the old ones."""
    if any(element.props.get(name) != value for name, value in props.items()):
        element.props.update(props)
