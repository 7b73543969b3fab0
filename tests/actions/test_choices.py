import pytest

from actions.choices import chosen


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("2", 1),
        ("２", 1),
        ("第二个", 1),
        ("选第一个吧", 0),
        ("就是第三个", 2),
        ("最后一个", 2),
        ("the second one", 1),
        ("Number 3, please", 2),
        ("option 1", 0),
        ("last one", 2),
        ("身份证第二代怎么换", None),
        ("4", None),
        ("", None),
    ],
)
def test_a_choice_is_understood_by_number_and_by_word(text: str, position: int | None) -> None:
    assert chosen(text, 3) == position


def test_without_an_offer_there_is_no_choice() -> None:
    assert chosen("1", 0) is None
