"""The emergency check finds danger and lets everything else pass."""

import pytest

from bot.dialogue.safety import check


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("救 命 啊", "help", "110"),
        ("有人要杀我", "crime", "110"),
        ("不方便说话", "silent", "12110"),
        ("煤气泄漏了", "gas", "119"),
        ("老人晕倒了", "medical", "120"),
        ("i want to kill myself", "suicide", "12356"),
    ],
)
def test_names_the_kind_of_danger_and_the_number(text, kind, number):
    alarm = check(text)
    assert alarm is not None
    assert (alarm.kind, alarm.number) == (kind, number)
