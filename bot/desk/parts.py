"""Small parts that the page and its dialogs are made of."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

Handler = Callable[[], Any] | Callable[[], Awaitable[Any]]


class Button(TextElement):
    """A plain button; `kind` is a class of desk.css: "primary", "danger", "quiet" or ""."""

    def __init__(self, text: str, on_click: Handler, *, kind: str = "", key: str = "") -> None:
        super().__init__(tag="button", text=text)
        self.classes(f"button {kind}".strip())
        self.props('type="button"')
        if key:
            self.props(f'aria-keyshortcuts="{key}" title="{text} ({key.upper()})"')
        self.on("click", lambda _: self._click(on_click))

    async def _click(self, on_click: Handler) -> None:
        # The button may be replaced while its act is under way: act for the page.
        with self.client:
            done = on_click()
            if isawaitable(done):
                await done

    def enable(self, enabled: bool) -> None:
        """Let it be pressed or not."""
        self.props(remove="disabled") if enabled else self.props("disabled")


def text(words: str, classes: str = "", tag: str = "span") -> TextElement:
    """Words in a tag; whatever they hold, they are shown and never run."""
    return TextElement(tag=tag, text=words).classes(classes)


def box(classes: str, tag: str = "div") -> ui.element:
    """A container."""
    return ui.element(tag).classes(classes)
