import pytest

from bot.messages import Language
from bot.nlu.text import language_of, normalise, terms_of, tokens


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("ＡＢＣ　身份证", "ABC 身份证"),
        ("救命啊啊啊啊啊", "救命啊啊"),
        ("电话1111111", "电话1111111"),
        ("@平安海淀 你好", "你好"),
        ("#交通违法# 怎么查", "交通违法 怎么查"),
        ("看 https://example.com/a?b=c 这个", "看 这个"),
        ("好的[流泪][流泪]", "好的"),
        ("身\u200b份\u0000证", "身份证"),
    ],
)
def test_what_carries_no_meaning_is_removed(raw: str, clean: str) -> None:
    assert normalise(raw) == clean
    assert normalise(clean) == clean


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("身份证丢了", None, "zh"),
        ("I lost my ID card", None, "en"),
        ("我的 ETC 卡 OBU 坏了", "en", "zh"),
        ("what does 户口 mean", None, "en"),
        ("2", "en", "en"),
        ("2", None, "zh"),
        ("", "zh", "zh"),
    ],
)
def test_the_language_is_told_by_its_letters(
    text: str, hint: Language | None, language: Language
) -> None:
    assert language_of(text, hint) == language


def test_words_know_where_they_start_and_blanks_are_none() -> None:
    text = "我的身份证 is lost"
    found = list(tokens(text))
    assert all(text[start : start + len(word)] == word for word, start in found)
    assert [word for word, _ in found] == ["我", "的", "身份证", "is", "lost"]


def test_police_words_are_kept_whole() -> None:
    assert "w 取保候审" in terms_of("取保候审多久")
