import pytest

from actions.lost_item import correction, detail

KNOWN = {
    "lost_item": "黑色双肩包",
    "lost_place": "地铁10号线",
    "lost_time": "昨天下午",
    "lost_contact": "13800000000",
}


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("不是地铁，是公交", {"lost_place": "公交10号线"}),
        ("不对，不是黑色，是蓝色", {"lost_item": "蓝色双肩包"}),
        ("不是昨天，而是前天", {"lost_time": "前天下午"}),
        ("地点改成西单", {"lost_place": "西单"}),
        ("电话错了，应该是13800000001", {"lost_contact": "13800000001"}),
        ("不是这样，是前天晚上", {"lost_time": "前天晚上"}),
        ("change the place to the library", {"lost_place": "the library"}),
        ("昨天下午三点", {}),
        ("我的包是黑色的", {}),
        ("对", {}),
    ],
)
def test_a_correction_changes_the_detail_that_it_means(text: str, changed: dict[str, str]) -> None:
    assert correction(text, KNOWN) == changed


def test_a_correction_of_something_not_yet_asked_changes_nothing() -> None:
    assert correction("地点改成西单", {"lost_item": "包"}) == {}


@pytest.mark.parametrize(
    ("slot", "text", "value"),
    [
        ("lost_contact", "我的手机号是138 0000 0000", "138 0000 0000"),
        ("lost_contact", "li@example.com 谢谢", "li@example.com"),
        ("lost_contact", "123", None),
        ("lost_contact", "没有", None),
        ("lost_item", "？？", None),
        ("lost_item", "雨伞", "雨伞"),
        ("lost_confirmed", "没问题！", "yes"),
        ("lost_confirmed", "等等", None),
    ],
)
def test_a_detail_must_be_of_use(slot: str, text: str, value: str | None) -> None:
    assert detail(slot, text) == value
