"""Rasa in our process: what goes in and out of one turn, and what makes it fail."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer
from bot.dialogue.rasa import RasaDialogue, Silence
from bot.errors import Misconfigured
from bot.messages import Question
from bot.nlu import training
from bot.settings import Settings, current_settings
from tests.trained import dialogue

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LOST_CARD = "身份证丢了怎么补办"


def asked(text: str, **more: object) -> Question:
    return Question("c1", text, "webchat", "110108", "平安", NOW, **more)  # type: ignore[arg-type]


async def test_an_answer_carries_topic_confidence_and_suggestions() -> None:
    turn, _ = await dialogue().handle(asked(LOST_CARD), None)
    assert (turn.outcome, turn.topic) == ("answer", "id_card_replace_lost")
    assert turn.confidence > 0.9
    assert turn.suggestions[0].topic == turn.topic
    assert len(turn.suggestions) == 3
    (reply,) = turn.replies
    assert reply.topic == turn.topic
    assert "海淀" in reply.text
    assert 0 < len(reply.short) <= 120


async def test_a_choice_sends_back_what_is_answered() -> None:
    turn, state = await dialogue().handle(asked("身份证换领还是补领，哪个"), None)
    assert turn.outcome == "clarify"
    (reply,) = turn.replies
    assert len(reply.choices) == len(turn.choices) >= 2
    picked, _ = await dialogue().handle(asked(reply.choices[1].text), state)
    numbered, _ = await dialogue().handle(asked("第二个"), state)
    assert picked.topic == numbered.topic == turn.choices[1]


async def test_the_state_is_small_and_holds_no_words_of_finished_turns() -> None:
    state = None
    for text in ("你好", LOST_CARD, "我的电话是13800000000", "谢谢") * 5:
        _, state = await dialogue().handle(asked(text), state)
    assert state is not None
    assert len(state) < 300
    assert "13800000000" not in state.decode()


async def test_a_state_of_an_older_model_is_understood_as_far_as_it_goes() -> None:
    state = json.dumps({"slots": {"gone": 1, "language": "en"}, "loop": "gone"}).encode()
    turn, _ = await dialogue().handle(asked("1"), state)
    assert turn.language == "en"


async def test_the_words_of_a_citizen_do_not_reach_the_logs(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        _, state = await dialogue().handle(asked("登记遗失物品"), None)
        await dialogue().handle(asked("一只叫锦鲤的玩偶"), state)
    assert "锦鲤" not in caplog.text
    assert "锦鲤" not in "".join(capsys.readouterr())


async def test_an_action_that_raises_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.answer.finder", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await dialogue().handle(asked(LOST_CARD), None)


async def test_silence_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CollectingDispatcher, "utter_message", lambda *_, **__: None)
    with pytest.raises(Silence):
        await dialogue().handle(asked(LOST_CARD), None)


def test_actions_also_have_the_names_of_the_domain() -> None:
    assert ActionAnswer().name() in dialogue()._processor.domain.user_actions


def test_without_a_model_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="wenjing train"):
        RasaDialogue.load(Settings(models=tmp_path))


@pytest.mark.parametrize("part", [0, 100, 0.5])
def test_a_half_written_model_is_passed_over(tmp_path: Path, part: float) -> None:
    dialogue()
    good = training.trained(current_settings())
    assert good is not None
    whole = good.read_bytes()
    cut = whole[: int(part * len(whole)) if part < 1 else int(part)]
    (tmp_path / "new.tar.gz").write_bytes(cut)
    settings = Settings(models=tmp_path)
    with pytest.raises(Misconfigured, match=r"new\.tar\.gz"):
        RasaDialogue.load(settings)
    (tmp_path / "old.tar.gz").write_bytes(whole)
    (tmp_path / "new.tar.gz").touch()
    assert RasaDialogue.load(settings).model == "old"


def test_training_does_nothing_while_the_data_are_the_same() -> None:
    dialogue()
    told: list[str] = []
    archive = training.train(current_settings(), on_progress=lambda _, what: told.append(what))
    assert archive == training.trained(current_settings())
    assert told == []
