"""Finding and masking personal numbers in what citizens write.

Found are numbers that point to one person: identity cards (GB 11643), phones, plates (GA 36),
bank cards, passports and permits, e-mail; in full width, spaced, or in Chinese numerals. Public
numbers are left alone: hotlines (110, 12345, 96110, 400-…), dates, order and case numbers,
articles of law.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Type = Literal["id_card", "phone", "landline", "plate", "bank_card", "passport", "permit", "email"]

LABELS: dict[Type, str] = {
    "id_card": "身份证号",
    "phone": "手机号",
    "landline": "电话号码",
    "plate": "车牌号",
    "bank_card": "银行卡号",
    "passport": "护照号",
    "permit": "证件号",
    "email": "邮箱",
}


@dataclass(frozen=True, slots=True)
class Span:
    """One finding; `start` and `end` in code points of the text that was searched."""

    start: int
    end: int
    type: Type


def find(text: str) -> list[Span]:
    """All personal numbers in `text`, from left to right, without overlap. Never raises."""
    plain = _one_width(text)
    found: list[Span] = []
    for type_, pattern, is_one in _FINDERS:
        for match in pattern.finditer(plain):
            span = Span(*match.span("number"), type_)
            free = all(span.end <= other.start or span.start >= other.end for other in found)
            if free and is_one(match):
                found.append(span)
    return sorted(found, key=lambda span: span.start)


def mask(text: str) -> str:
    """`text` with each personal number replaced by what it was: "[手机号]"."""
    pieces, last = [], 0
    for span in find(text):
        pieces += [text[last : span.start], f"[{LABELS[span.type]}]"]
        last = span.end
    return "".join([*pieces, text[last:]])


# --- One character for one character, so that offsets stay true.

_WIDTHS = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー"), "-")
_BLANKS = dict.fromkeys(map(ord, "\u3000\u00a0\u2002\u2003\u2009\u200b\t"), " ")
_ENCLOSED = {ord(sign): str(digit) for digit, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨")}
_ONE_WIDTH = _WIDTHS | _DASHES | _BLANKS | _ENCLOSED
_NUMERALS = str.maketrans("〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "0012345678912123456789")
# Shorter runs are words ("一九四九年", "七七八八").
_NUMERAL_RUN = re.compile("[〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖0-9 -]{7,}")


def _one_width(text: str) -> str:
    plain = text.translate(_ONE_WIDTH)
    return _NUMERAL_RUN.sub(lambda run: run[0].translate(_NUMERALS), plain)


# --- Checks. Each gets the match and says whether it really is such a number.

_REGIONS = {
    *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
    *range(61, 66), 71, 81, 82, 83,
}  # fmt: skip
_NOT_PERSONAL = re.compile(
    "(订单|单号|运单|流水|编号|案号|快递|物流|工单|受理号|回执|货号|条码|发票|税号|信用代码|合同|序列|批号|型号|文号|备案|帖子|交易|商户)[^,。;\n]{0,8}$"
    r"|(order|tracking|invoice|case|ticket|serial|reference|ref|receipt|transaction)( (no|number|id)\.?)?[ :#]{0,3}$",
    re.IGNORECASE,
)
_CALLED_ID = re.compile(
    "(身份证|身份號|身份号|公民身份|id (card|number|no))[^,。;\n]{0,10}$", re.IGNORECASE
)
_CALLED_CARD = re.compile(
    "(银行卡|卡号|储蓄卡|信用卡|账号|帐号|账户|card)[^,。;\n]{0,12}$", re.IGNORECASE
)


def _before(match: re.Match[str]) -> str:
    start = match.start("number")
    return match.string[max(0, start - 24) : start]


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"[^0-9X]", "", match["number"].upper())


def _day_exists(year: str, month: str, day: str) -> bool:
    try:
        return 1900 <= date(int(year), int(month), int(day)).year <= date.today().year
    except ValueError:
        return False


def _is_id_card(match: re.Match[str]) -> bool:
    """GB 11643: region, day of birth and, in 18 digits, the ISO 7064 MOD 11-2 check digit."""
    number = _digits(match)
    old = len(number) == 15
    birth = ("19" + number[6:12]) if old else number[6:14]
    # A 9 opens the numbers of foreigners with permanent residence.
    known = int(number[:2]) in _REGIONS or (number[0] == "9" and not old)
    if not (known and _day_exists(birth[:4], birth[4:6], birth[6:])):
        return False
    if _CALLED_ID.search(_before(match)):
        return True  # A slip of the finger leaves it personal.
    if old:
        return not _NOT_PERSONAL.search(_before(match))
    weights = [pow(2, place, 11) for place in range(17, 0, -1)]
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
    return "10X98765432"[total % 11] == number[17]


def _is_bank_card(match: re.Match[str]) -> bool:
    """ISO/IEC 7812 with the Luhn digit."""
    number = _digits(match)
    if _NOT_PERSONAL.search(_before(match)):
        return False
    doubled = [int(digit) * 2 for digit in number[-2::-2]]
    total = sum(map(int, number[-1::-2])) + sum(each - 9 * (each > 9) for each in doubled)
    return total % 10 == 0 or (
        len(number) >= 16 and _CALLED_CARD.search(_before(match)) is not None
    )


def _is_plate(match: re.Match[str]) -> bool:
    """At least two digits: "京ABCDEF" is no plate."""
    return len(re.findall("[0-9]", match["number"])) >= 2


def _is_personal(match: re.Match[str]) -> bool:
    return _NOT_PERSONAL.search(_before(match)) is None


# --- Finders, the surest first: a later one never takes what an earlier one found.

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_AREA_CODE = "0(?:10|2[0-57-9]|[3-9][0-9]{2})"
_START, _END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"


def _pattern(number: str, *, before: str = _START, after: str = _END) -> re.Pattern[str]:
    return re.compile(f"{before}(?P<number>{number}){after}", re.IGNORECASE)


_GAP = "[ .-]{1,3}"
_PLATE_SIGN = "[A-HJ-NP-Z0-9]"


def _spaced(*groups: int) -> str:
    return _GAP.join(f"[0-9]{{{size}}}" for size in groups)


def _called(*names: str) -> str:
    """What stands before a number that is told by its name only: "护照号码是"."""
    return f"(?:{'|'.join(names)})(?:号码|号|证号|编号| number| no\\.?)?[ :#]{{0,2}}(?:是|为|is)?[ :]{{0,2}}"


def _always(_: re.Match[str]) -> bool:
    return True


_FINDERS: tuple[tuple[Type, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    (
        "email",
        _pattern(
            r"[a-z0-9][a-z0-9._%+-]{0,63}"
            r"@[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,62}){0,4}\.[a-z]{2,18}"
        ),
        _always,
    ),
    (
        "id_card",
        _pattern(r"[1-9](?:[ -]{0,2}[0-9]){16}[ -]{0,2}[0-9X]", before="(?<![0-9])"),
        _is_id_card,
    ),
    (
        "bank_card",  # UnionPay, Visa, Mastercard, JCB, American Express; in fours where spaced.
        _pattern(
            r"(?:62|60|9[0-9]|4[0-9]|5[1-5]|3[5-7])[0-9]{13,17}"
            r"|(?:62|60|4[0-9]|5[1-5]|3[5-7])[0-9]{2}(?:[ -]{1,2}[0-9]{4}){3}"
            r"(?:[ -]{1,2}[0-9]{1,3})?"
            r"|62[0-9]{4}[ -]{1,2}[0-9]{13}"
        ),
        _is_bank_card,
    ),
    ("id_card", _pattern(r"[1-9][0-9]{14}"), _is_id_card),
    (
        "phone",
        _pattern(
            r"(?:(?:\+|00)?86[ -]{0,2}|\(\+?86\) ?)?"
            r"(?:1[3-9][0-9]{9}"
            rf"|1[3-9][0-9]{_GAP}{_spaced(4, 4)}"
            rf"|1[3-9][0-9]{_GAP}{_spaced(3, 5)}"
            rf"|1[3-9][0-9]{_GAP}[0-9]{{8}}"
            rf"|1[3-9][0-9]{{2}}{_GAP}{_spaced(3, 4)}"
            rf"|1[3-9][0-9]{{5}}{_GAP}[0-9]{{4}}"
            r"|1[ -]{1,2}[3-9](?:[ -]{1,2}[0-9]){9})"
            # Abroad, Hong Kong, Macao and Taiwan.
            r"|(?:\+|00)(?!86)[1-9][0-9]{0,2}[ -]{0,2}\(?[0-9]{1,4}\)?(?:[ -]?[0-9]{2,4}){2,3}",
            before=r"(?<![0-9A-Za-z.])(?<![0-9]-)",
            after="(?![0-9])",
        ),
        _is_personal,
    ),
    (
        "landline",
        _pattern(
            rf"(?:\+86[ -]?|\()?{_AREA_CODE}\)?[ -]{{0,3}}[2-8][0-9]{{2,3}}[ -]?[0-9]{{4}}"
            r"(?:(?:-|转|ext\.?| 转| ext\.?) ?[0-9]{1,5})?",
            before=r"(?<![0-9A-Za-z])(?<![0-9]-)",
            after="(?![0-9])",
        ),
        _is_personal,
    ),
    (
        "landline",
        _pattern(
            r"[2-8][0-9]{6,7}",
            before=_called("电话", "座机", "固话", "家电", "tel", "phone"),
            after="(?![0-9])",
        ),
        _always,
    ),
    (
        "plate",  # New energy has six signs after the letter, others five or four and a word.
        _pattern(
            rf"[{_PROVINCES}] ?[A-HJ-Z][ ·.•・-]{{0,2}}(?:{_PLATE_SIGN}(?: ?{_PLATE_SIGN}){{5}}"
            rf"|{_PLATE_SIGN}(?: ?{_PLATE_SIGN}){{4}}"
            rf"|{_PLATE_SIGN}{{4}}[港澳警学挂领使试超])"
            rf"|WJ ?[{_PROVINCES}0-9]? ?[0-9]{{4,5}}[A-Z0-9]?",
            before="",
        ),
        _is_plate,
    ),
    (
        "plate",  # Embassies.
        _pattern(r"使[ ·]?[0-9]{6}|[0-9]{6}使"),
        _is_plate,
    ),
    (
        "passport",
        _pattern(r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|[DSP]E?[0-9]{7}"),
        _is_personal,
    ),
    (
        "passport",
        _pattern(r"[A-Z]{0,2}[0-9]{6,9}[A-Z]?", before=_called("护照", "passport")),
        _always,
    ),
    (
        "permit",  # Hong Kong and Macao, home return, Taiwan, foreigners with residence.
        _pattern(
            r"[CW][0-9]{8}|C[A-HJ-NP-Z][0-9]{7}|[HM][0-9]{8}(?:[0-9]{2})?"
            r"|[LT][0-9]{8}|[A-Z]{3}[0-9]{12}"
        ),
        _is_personal,
    ),
    (
        "permit",
        _pattern(
            r"[A-Z]{0,3}[0-9]{7,12}",
            before=_called(
                "通行证",
                "台胞证",
                "回乡证",
                "居留许可",
                "居住证",
                "驾驶证",
                "驾照",
                "行驶证",
                "档案",
            ),
        ),
        _always,
    ),
)
