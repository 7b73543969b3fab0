"""From a topic to what a citizen reads at a place."""

from datetime import date

from bot.knowledge.places import Place
from bot.knowledge.topics import PLACEHOLDERS, SHORT_LIMIT, Topic
from bot.messages import Language, Reply

_OVERDUE: dict[Language, str] = {
    "zh": "请注意：本答复已过复核日期，规定可能有变化，办理前请先向窗口核实，也可以回复“人工”找民警。",
    "en": (
        "Please note: this answer is due for review and the rules may have changed."
        " Check with the office first, or write “officer” to talk to a person."
    ),
}
_OVERDUE_SHORT: dict[Language, str] = {
    "zh": "（待复核，请先向窗口核实）",
    "en": " (Due for review: check first.)",
}
_MONTHS = "January February March April May June July August September October November December"


def render(topic: Topic, *, language: Language, place: Place, today: date) -> Reply:
    """The approved answer with the place's offices, its basis and its month of review.

    Past its review date it carries a notice; the short form is left out where the notice
    does not fit into it.
    """
    offices = {name: place.office(kind).phrase(language) for name, kind in PLACEHOLDERS.items()}
    # The loader refuses every other placeholder, so the format is safe and complete.
    paragraphs = [topic.answer[language].format_map(offices)]
    short = topic.short[language]
    if today > topic.review_by:
        paragraphs.append(_OVERDUE[language])
        short += _OVERDUE_SHORT[language]
    paragraphs.append(_source(topic, language))
    return Reply(
        text="\n\n".join(paragraphs),
        short=short if len(short) <= SHORT_LIMIT else "",
        topic=topic.id,
        urgent=topic.urgent,
    )


def _source(topic: Topic, language: Language) -> str:
    """“依据：《…》第…条。（复核日期：2027年5月）”; laws keep their Chinese names in English."""
    year, month = topic.review_by.year, topic.review_by.month
    basis = "；".join(topic.basis)
    if language == "zh":
        review = f"（复核日期：{year}年{month}月）"
        return f"依据：{basis}。{review}" if basis else review
    review = f"(To be reviewed by {_MONTHS.split()[month - 1]} {year}.)"
    return f"Legal basis (in Chinese): {basis}. {review}" if basis else review
