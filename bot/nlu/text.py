"""How a text is cleaned, told apart by language, and cut into words and terms.

One home for this, so that the intent classifier and the topic finder see the same words.
"""

import logging
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import jieba

from bot.messages import Language

jieba.setLogLevel(logging.WARNING)

LEXICON = Path(__file__).with_name("lexicon.txt")
"""Words of police work that the segmenter does not know."""

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_URL = re.compile(r"(?:https?://|www\.)[^\s" + _HAN + r"，。！？；、]+", re.IGNORECASE)
_MENTION = re.compile(r"@[\w\-·]{1,30}(?=[\s:：,，]|$)")
_HASHTAG = re.compile(r"#([^#\s]{1,40})#?")
_EMOTICON = re.compile(r"\[[^\[\]\s\d]{1,6}\]")
_BLANKS = re.compile(r"\s+")
_REPEATED = re.compile(r"([^\d\s])\1{2,}")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?|[" + _HAN + r"]+", re.IGNORECASE)
_ENGLISH_WORD = re.compile(r"[a-z]{2,}", re.IGNORECASE)
_HAN_CHARACTER = re.compile(f"[{_HAN}]")


def normalise(text: str) -> str:
    """The text without what carries no meaning: width, control characters, addresses,
    mentions, emoticon codes, and characters repeated more than twice. Idempotent."""
    text = unicodedata.normalize("NFKC", text)
    text = _URL.sub(" ", text)
    text = _MENTION.sub(" ", text)
    text = _HASHTAG.sub(r" \1 ", text)
    text = _EMOTICON.sub(" ", text)
    text = "".join(c for c in text if unicodedata.category(c)[0] != "C" or c in "\n\t")
    text = _REPEATED.sub(r"\1\1", text)
    return _BLANKS.sub(" ", text).strip()


def language_of(text: str, hint: Language | None = None) -> Language:
    """The language to answer in: Chinese as soon as Chinese characters carry the sentence,
    English for two or more English words, else the hint, else by what letters there are."""
    han = len(_HAN_CHARACTER.findall(text))
    english = len(_ENGLISH_WORD.findall(_URL.sub(" ", text)))
    if han and han >= english:
        return "zh"
    if english >= 2 and english > han:
        return "en"
    if hint is not None:
        return hint
    return "zh" if han or not english else "en"


def tokens(text: str) -> Iterator[tuple[str, int]]:
    """Words with their start in `text`, in order; blanks and punctuation are no words."""
    for match in _WORD.finditer(text):
        run = match.group()
        if _HAN_CHARACTER.match(run):
            for word, start, _ in _segmenter().tokenize(run):
                yield word, match.start() + start
        else:
            yield run, match.start()


def terms(words: list[str]) -> list[str]:
    """What is counted: words, pairs of words, Chinese character 1–3-grams, and the
    3–5-grams of English words with their ends marked."""
    words = [word.lower() for word in words]
    counted = [f"w {word}" for word in words]
    counted += [f"p {one} {two}" for one, two in pairwise(words)]
    han = ""
    for word in [*words, ""]:
        if word and _HAN_CHARACTER.match(word):
            han += word
            continue
        for size in (1, 2, 3):
            counted += [han[start : start + size] for start in range(len(han) - size + 1)]
        han = ""
        if word.isdigit() or not word:
            continue
        marked = f"<{word}>"
        for size in (3, 4, 5):
            counted += [marked[start : start + size] for start in range(len(marked) - size + 1)]
    return counted


def terms_of(text: str) -> list[str]:
    """The terms of a raw text."""
    return terms([word for word, _ in tokens(normalise(text))])


@cache
def _segmenter() -> jieba.Tokenizer:
    # An own one: words that others add to jieba's shared tokenizer must not change ours.
    segmenter = jieba.Tokenizer()
    segmenter.initialize()
    for line in LEXICON.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            segmenter.add_word(line)
    return segmenter
