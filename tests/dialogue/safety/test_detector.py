"""The trained detector: its weights belong to the data, and it stays cheap and quiet."""

import time
import zlib
from array import array
from pathlib import Path

import numpy as np
import pytest

from bot.dialogue.safety import SURE, training
from bot.dialogue.safety.detector import FILE, Detector, Model, detector, pieces
from bot.dialogue.safety.replies import REPLIES
from bot.dialogue.safety.training import HARMLESS, Example, examples, fingerprint, read, train

MADE_UP = [
    Example("有人拿刀砍人快来", "crime", 3, "made up"),
    Example("他拿刀追我快来", "crime", 3, "made up"),
    Example("家里着火了快来", "fire", 3, "made up"),
    Example("厨房着火了救命", "fire", 3, "made up"),
    Example("身份证在哪里办", HARMLESS, 3, "made up"),
    Example("护照在哪里办", HARMLESS, 3, "made up"),
]


def likelihood(text: str) -> float:
    return detector().likelihood(read(text))


def test_the_weights_were_made_from_the_data_beside_them():
    assert detector().made_from == fingerprint(), "run: python -m bot.dialogue.safety.training"


def test_the_weights_know_what_they_were_taught():
    learned = [each for each in examples() if each.source in {"danger.tsv", "harmless.tsv"}]
    right = [(likelihood(each.text) >= SURE) == (each.kind != HARMLESS) for each in learned]
    assert np.mean(right) > 0.97


def test_stays_quiet_on_what_people_ask_every_day():
    everyday = [each.text for each in examples() if each.source.startswith(("faq/", "nlu/"))]
    alarms = np.mean([likelihood(text) >= SURE for text in everyday])
    assert alarms < 0.01, "topics have changed: run python -m bot.dialogue.safety.training"


def test_every_line_of_the_data_has_a_known_kind_and_stands_under_one_heading():
    kinds: dict[str, set[bool]] = {}
    for each in examples():
        assert each.text.strip(), each.source
        assert each.kind == HARMLESS or each.kind in REPLIES
        kinds.setdefault(each.text, set()).add(each.kind == HARMLESS)
    assert [text for text, sides in kinds.items() if len(sides) > 1] == []


def test_the_same_data_give_the_same_weights():
    assert train(MADE_UP, "made up") == train(MADE_UP, "made up")


def test_tells_danger_from_none_and_names_the_kind():
    made = train(MADE_UP, "made up")
    assert made.likelihood(read("客厅着火了")) > 0.5 > made.likelihood(read("驾照在哪里办"))
    assert made.kind(read("客厅着火了")) == "fire"


@pytest.mark.parametrize(("bias", "kind"), [(0.0, "help"), (2.0, "fire")])
def test_answers_as_to_a_cry_for_help_where_no_kind_is_likely_enough(bias, kind):
    biases = {"fire": bias, "crime": 0.0, "held": 0.0}
    models = {name: Model(array("b"), 1.0, bias) for name, bias in biases.items()}
    silent = Detector(array("I"), models["crime"], models, "made up")
    assert silent.kind(read("快来")) == kind


def test_weights_that_are_missing_or_broken_stop_it(tmp_path):
    with pytest.raises(OSError, match=r"none\.bin"):
        Detector.load(tmp_path / "none.bin")
    whole = FILE.read_bytes()
    for broken in (whole[:-9], whole.partition(b"\n")[0] + b"\n" + zlib.compress(b"")):
        (tmp_path / "broken.bin").write_bytes(broken)
        with pytest.raises(ValueError, match="is broken"):
            Detector.load(tmp_path / "broken.bin")


def test_weights_read_back_are_the_weights_written(tmp_path):
    made = train(MADE_UP, "made up")
    made.save(tmp_path / "made.bin")
    assert Detector.load(tmp_path / "made.bin") == made


def test_a_change_in_any_list_changes_the_fingerprint(tmp_path):
    folder: Path = tmp_path / "safety"
    folder.mkdir()
    (folder / "danger.tsv").write_text("fire\t着火了\n", "utf-8")
    before = training.fingerprint(tmp_path)
    (folder / "danger.tsv").write_text("fire\t起火了\n", "utf-8")
    assert training.fingerprint(tmp_path) != before


def test_numbers_to_call_are_words_and_other_numbers_all_alike():
    assert " 110 " in pieces(read("110"))
    assert pieces(read("2019")) == pieces(read("2020"))


@pytest.mark.parametrize("text", ["", "   ", "\x00", "🆘", "a" * 2000, "救" * 2000, "1" * 2000])
def test_judges_anything(text):
    assert 0 <= likelihood(text) <= 1


def test_adds_less_than_a_millisecond_to_a_message():
    readings = read("邻居家从昨天开始一直有奇怪的声音，我敲门没有人应，有点担心里面的老人。" * 3)
    detector().likelihood(readings)
    start = time.process_time()
    for _ in range(100):
        detector().likelihood(readings)
    assert (time.process_time() - start) / 100 < 0.001
