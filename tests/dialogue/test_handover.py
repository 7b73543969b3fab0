import re
from datetime import UTC, datetime

from bot.dialogue.handover import case_number


def test_a_case_number_names_the_day_in_china_and_is_easy_to_read_out() -> None:
    # It is already the 25th in China.
    number = case_number(datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    assert re.fullmatch(r"WJ261125-[2-9A-Z]{5}", number)
    assert not set("01OILSZB") & set(number[9:])


def test_case_numbers_differ() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert len({case_number(now) for _ in range(100)}) == 100
