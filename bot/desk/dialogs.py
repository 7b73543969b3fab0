"""What is asked before an act, and the list of keys."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from bot.desk.parts import Button, box, text
from bot.desk.texts import Texts
from bot.store.officers import Officer

CLOSING_REASONS = ("solved", "informed", "elsewhere", "no_answer", "not_police")
_KEYS = (
    ("J  K  ↓  ↑", "key_move"),
    ("Enter", "key_open"),
    ("[  ]", "key_lists"),
    ("T", "key_take"),
    ("R", "key_reply"),
    ("1  2  3", "key_insert"),
    ("Ctrl + Enter", "key_send"),
    ("Esc", "key_leave"),
    ("?", "key_help"),
)
LONGEST_NOTE = 200
"""In characters."""


async def ask_hand_back(texts: Texts) -> str | None:
    """The note for handing back, perhaps empty; None: not after all."""
    with ui.dialog() as dialog, box("dialog"):
        _title(texts["hand_back"], texts["hand_back_explained"])
        note = _note(texts["note_for_bot"])
        _buttons(dialog, texts, texts["hand_back"], lambda: note.value.strip())
    answer: str | None = await _answer(dialog)
    return answer


async def ask_close(texts: Texts) -> str | None:
    """The reason for closing; None: not after all."""
    reasons = {key: texts[f"closed_{key}"] for key in CLOSING_REASONS}
    with ui.dialog() as dialog, box("dialog"):
        _title(texts["close"], texts["close_explained"])
        reason = ui.radio(reasons, value=CLOSING_REASONS[0]).props("dense")
        note = _note(texts["close_note"])

        def chosen() -> str:
            # In Chinese whatever the interface: it is kept for all colleagues.
            word = Texts("zh")[f"closed_{reason.value}"]
            return f"{word}（{note.value.strip()}）" if note.value.strip() else word

        _buttons(dialog, texts, texts["close"], chosen)
    answer: str | None = await _answer(dialog)
    return answer


async def ask_transfer(texts: Texts, colleagues: Sequence[Officer]) -> tuple[Officer, str] | None:
    """To whom, and a note for them; None: not after all."""
    with ui.dialog() as dialog, box("dialog"):
        _title(texts["transfer"], texts["transfer_explained"])
        if not colleagues:
            text(texts["nobody_to_transfer_to"], "soft", "p")
            _buttons(dialog, texts, "", None)
            await _answer(dialog)
            return None
        by_id = {one.id: one for one in colleagues}
        to = ui.select(
            {one.id: f"{one.name}（{one.login}）" for one in colleagues},
            value=colleagues[0].id if len(colleagues) == 1 else None,
            label=texts["transfer_to"],
            with_input=True,
        ).props("outlined dense options-dense")
        note = _note(texts["note_for_bot"])

        def chosen() -> tuple[Officer, str] | None:
            return (by_id[to.value], note.value.strip()) if to.value in by_id else None

        _buttons(dialog, texts, texts["transfer"], chosen)
    answer: tuple[Officer, str] | None = await _answer(dialog)
    return answer


async def ask_send_again(texts: Texts) -> bool:
    """Whether a message that may have arrived is to be sent again."""
    with ui.dialog() as dialog, box("dialog"):
        _title(texts["send_again"], texts["send_again_unsure"])
        _buttons(dialog, texts, texts["send_again"], lambda: True)
    return await _answer(dialog) is True


async def show_keys(texts: Texts) -> None:
    """The keyboard's list."""
    with ui.dialog() as dialog, box("dialog keys"):
        _title(texts["keys"], "")
        with box("key-list", "dl"):
            for keys, what in _KEYS:
                with box("", "dt"):
                    for key in keys.split("  "):
                        text(key, "", "kbd")
                text(texts[what], "", "dd")
    await _answer(dialog)


def _title(title: str, explained: str) -> None:
    text(title, "", "h2")
    if explained:
        text(explained, "soft", "p")


def _note(label: str) -> ui.textarea:
    return ui.textarea(label=label).props(f"outlined dense rows=2 maxlength={LONGEST_NOTE}")


def _buttons(dialog: ui.dialog, texts: Texts, deed: str, chosen: Any) -> None:
    def submit() -> None:
        answer = chosen()
        if answer is not None:
            dialog.submit(answer)

    with box("dialog-buttons"):
        Button(texts["cancel"], dialog.close)
        if chosen is not None:
            Button(deed, submit, kind="primary")


async def _answer(dialog: ui.dialog) -> Any:
    answer = await dialog
    dialog.clear()
    dialog.delete()
    return answer
