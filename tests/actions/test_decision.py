from datetime import UTC, datetime

import pytest

from actions.decision import ANSWER, decide
from actions.speech import Turn
from bot.messages import Suggestion


def turn(text: str = "我的证件办理要带什么材料", **ranking: float) -> Turn:
    ranked = dict(sorted(ranking.items(), key=lambda pair: -pair[1]))
    best = next(iter(ranked))
    now = datetime(2026, 11, 24, tzinfo=UTC)
    return Turn(text, "zh", "000000", False, now, best, ranked[best], ranked)


def found(*chances: float) -> list[Suggestion]:
    return [Suggestion(f"topic_{at}", chance) for at, chance in enumerate(chances)]


def test_a_likely_topic_is_answered_and_an_unlikely_one_is_offered() -> None:
    question = turn(ask_police_question=0.97)
    assert decide(question, found(ANSWER)).outcome == "answer"
    offered = decide(question, found(ANSWER - 0.01, 0.2, 0.001))
    assert (offered.outcome, offered.choices) == ("clarify", ("topic_0", "topic_1"))


def test_without_a_topic_it_says_that_it_is_unsure() -> None:
    decision = decide(turn(ask_police_question=0.97), found(0.01))
    assert (decision.outcome, decision.response) == ("clarify", "utter_unsure")


def test_a_bare_word_is_not_answered() -> None:
    question = turn("户口", ask_police_question=0.97)
    assert decide(question, found(0.8, 0.1)).outcome == "clarify"
    assert decide(question, found(0.99)).outcome == "answer"


@pytest.mark.parametrize(
    ("intent", "outcome", "reason"),
    [
        ("complain_about_officer", "handover", "complaint"),
        ("ask_case_progress", "handover", "case_progress"),
        ("check_rumour", "handover", "rumour"),
        ("praise_police", "handover", "praise"),
        ("ask_out_of_scope", "refuse", ""),
        ("ask_other_department", "refuse", ""),
        ("send_nonsense", "refuse", ""),
        ("ask_vaguely", "clarify", ""),
        ("choose_option", "clarify", ""),
    ],
)
def test_what_is_no_question_is_treated_as_what_it_is(
    intent: str, outcome: str, reason: str
) -> None:
    decision = decide(turn(**{intent: 0.9, "ask_police_question": 0.1}), found(0.02))
    assert (decision.outcome, decision.reason) == (outcome, reason)


def test_a_small_doubt_is_enough_only_where_no_topic_fits() -> None:
    doubtful = turn(ask_police_question=0.85, ask_out_of_scope=0.15)
    assert decide(doubtful, found(0.1)).outcome == "refuse"
    assert decide(doubtful, found(0.3)).outcome == "clarify"
    assert decide(doubtful, found(0.7)).outcome == "answer"


def test_nothing_found_and_nothing_understood_is_not_an_answer() -> None:
    nothing = Turn("", "zh", "000000", False, datetime(2026, 11, 24, tzinfo=UTC), "", 0.0, {})
    assert decide(nothing, []).outcome == "clarify"
