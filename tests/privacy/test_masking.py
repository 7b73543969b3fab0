"""Personal numbers are found where they stand, and public numbers are left alone.

All numbers are made up: valid in form, and nobody's.
"""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.masking import LABELS, find, mask

ID_CARD = "11010519491231002X"  # The example of GB 11643.


def findings(text: str) -> list[tuple[str, str]]:
    return [(span.type, text[span.start : span.end]) for span in find(text)]


@pytest.mark.parametrize(
    ("text", "type_", "number"),
    [
        (f"我的身份证是{ID_CARD}，谢谢", "id_card", ID_CARD),
        (f"身份证{ID_CARD.lower()}", "id_card", ID_CARD.lower()),
        (
            "身份证号１１０１０５１９４９１２３１００２Ｘ",
            "id_card",
            "１１０１０５１９４９１２３１００２Ｘ",
        ),
        ("110105 19491231 002X", "id_card", "110105 19491231 002X"),
        ("1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", "id_card", "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X"),
        ("110105-19491231-002X", "id_card", "110105-19491231-002X"),
        ("身份证号码是110105194912310021", "id_card", "110105194912310021"),
        ("老身份证130503670401001还能用吗", "id_card", "130503670401001"),
        ("港澳居住证810000199408230021", "id_card", "810000199408230021"),
        ("打我13800138000", "phone", "13800138000"),
        ("电话１３８００１３８０００", "phone", "１３８００１３８０００"),
        ("138 0013 8000", "phone", "138 0013 8000"),
        ("138-0013-8000", "phone", "138-0013-8000"),
        ("+86 13800138000", "phone", "+86 13800138000"),
        ("008613800138000", "phone", "008613800138000"),
        ("1 3 8 0 0 1 3 8 0 0 0", "phone", "1 3 8 0 0 1 3 8 0 0 0"),
        ("我电话一三八零零一三八零零零", "phone", "一三八零零一三八零零零"),
        ("幺三八〇〇幺三八〇〇〇", "phone", "幺三八〇〇幺三八〇〇〇"),
        ("我的香港号+852 9123 4567", "phone", "+852 9123 4567"),
        ("家里010-62345678", "landline", "010-62345678"),
        ("(0755)26123456转801", "landline", "(0755)26123456转801"),
        ("0571 8765 4321", "landline", "0571 8765 4321"),
        ("座机电话62345678", "landline", "62345678"),
        ("车牌京A12345", "plate", "京A12345"),
        ("京a·12345违章", "plate", "京a·12345"),
        ("沪AD12345是新能源", "plate", "沪AD12345"),
        ("粤B12345D货车", "plate", "粤B12345D"),
        ("粤Z1234港", "plate", "粤Z1234港"),
        ("粤Z·A123澳", "plate", "粤Z·A123澳"),
        ("京A1234警", "plate", "京A1234警"),
        ("京A1234学", "plate", "京A1234学"),
        ("京 A 12345", "plate", "京 A 12345"),
        ("卡号6222020000000000003", "bank_card", "6222020000000000003"),
        ("4111 1111 1111 1111", "bank_card", "4111 1111 1111 1111"),
        ("6225 7600 0000 0005", "bank_card", "6225 7600 0000 0005"),
        ("护照E12345678", "passport", "E12345678"),
        ("EA1234567丢了", "passport", "EA1234567"),
        ("passport number is AB1234567", "passport", "AB1234567"),
        ("我的护照号码：123456789", "passport", "123456789"),
        ("通行证C12345678", "permit", "C12345678"),
        ("回乡证H1234567801", "permit", "H1234567801"),
        ("台胞证号12345678", "permit", "12345678"),
        ("驾驶证档案编号110012345678", "permit", "110012345678"),
        ("写信到zhang.san+1@example.com.cn哦", "email", "zhang.san+1@example.com.cn"),
    ],
)
def test_finds_a_personal_number(text, type_, number):
    assert findings(text) == [(type_, number)]


@pytest.mark.parametrize(
    "text",
    [
        "110 119 120 122 12110 12356 12345 12389",
        "96110打来的电话",
        "400-820-8820",
        "4008208820",
        "95588 10086 12306",
        "2026年11月24日 08:05",
        "20261124",
        "2026-11-24 08:05:00",
        "2024.01.02-2026.11.24",
        "治安管理处罚法第一百三十六条",
        "根据第42条第3款",
        "公通字〔2016〕21号",
        "订单号202611240805123456",
        "快递单号 SF1234567890123",
        "运单号773112345678901",
        "工单号 110105194912310021",
        "案号（2026）京0108刑初123号",
        "罚款200元，扣6分",
        "价格是1380013元",
        "GB 11643-1999",
        "川A是成都的",
        "京ABCDEF不是车牌",
        "G6高速 K1234+500",
        "G1234次列车",
        "一九四九年十月一日",
        "七七八八的事",
        "身份证丢了怎么补办",
        "110105194912310021",  # A wrong check digit, and nothing says that it is an ID.
        "4111 1111 1111 1112",
        "192.168.100.200",
        "版本3.6.21",
        "c4k7q2m9x3ab",
        "@海淀公安",
        "1/3/8",
        "138****8000",
        "",
    ],
)
def test_leaves_public_numbers_alone(text):
    assert findings(text) == []


def test_finds_several_next_to_each_other():
    text = f"{ID_CARD} 13800138000，京A12345"
    assert [type_ for type_, _ in findings(text)] == ["id_card", "phone", "plate"]


def test_masks_by_kind_and_keeps_the_rest():
    assert (
        mask(f"张三，{ID_CARD}，13800138000，怎么办？") == "张三，[身份证号]，[手机号]，怎么办？"
    )


def test_counts_in_code_points_after_signs_outside_the_basic_plane():
    (span,) = find("👮‍♂️𠮷 13800138000")
    assert (span.start, span.end) == (6, 17)


@given(st.text())
def test_never_raises_and_masks_once_for_all(text):
    masked = mask(text)
    assert mask(masked) == masked


@given(st.text(alphabet="0123456789-+. ()XxAE京粤警港一二零@a.", max_size=80))
def test_spans_lie_in_the_text_in_order_without_overlap(text):
    spans = find(text)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "，", "电话", "\n"]))
def test_finds_every_mobile_number(number, before):
    assert find(before + number)[0].type == "phone"


@given(
    st.sampled_from(["110105", "440106", "310101", "650102"]),
    st.dates(min_value=date(1930, 1, 1), max_value=date(2020, 1, 1)),
    st.integers(0, 999),
)
def test_finds_every_id_card_with_its_check_digit(region, birth, order):
    body = f"{region}{birth:%Y%m%d}{order:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # As printed in GB 11643.
    check = "10X98765432"[
        sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    ]
    assert findings(body + check) == [("id_card", body + check)]


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "a@", "京A1", "+1-", "一", "护照1", "a.", "62 ", "(010)"]
)
def test_time_grows_with_the_text_and_not_faster(piece):
    start = time.process_time()
    find(piece * 5_000)
    assert time.process_time() - start < 1


def test_every_type_has_a_label_that_is_no_number_itself():
    assert all(find(f"[{label}]") == [] for label in LABELS.values())
