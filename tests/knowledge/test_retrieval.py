from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.knowledge import retrieval
from bot.knowledge.retrieval import EXACT, TopicFinder, finder
from bot.knowledge.topics import Knowledge
from bot.nlu.embeddings import Embedder
from tests.knowledge.conftest import BOOK, TOPIC, Write

LICENCE = TOPIC.replace("lost_umbrella", "dog_licence").replace("雨伞丢了", "养狗办证")
LICENCE = (
    LICENCE.replace("Lost umbrella", "Dog licence")
    .replace(
        "[伞丢了, 我的伞呢, 雨伞落地铁上了, 谁捡到伞, 伞找不到, 丢了一把伞, 伞忘拿了, 找伞]",
        "[养狗怎么办证, 狗证在哪里办, 给狗上户口, 我家小狗要登记吗, 犬证多少钱, 养犬登记要什么材料]",
    )
    .replace(
        "[lost umbrella, where is my umbrella, umbrella left on train, find umbrella]",
        "[how do I register my dog, dog licence fee, where to get a dog licence]",
    )
)


@pytest.fixture(scope="module")
def embed() -> Embedder:
    return Embedder()


@pytest.fixture
def known(write: Write, data: Path) -> Knowledge:
    write("dogs.yml", BOOK + LICENCE)
    return Knowledge.load(data)


@pytest.fixture
def topics(known: Knowledge, embed: Embedder) -> TopicFinder:
    return TopicFinder(known, embed)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("下车忘了拿雨伞", "lost_umbrella"),
        ("刚买的小狗怎么上证", "dog_licence"),
        ("my umbrella is gone", "lost_umbrella"),
        ("do I need a licence for my puppy", "dog_licence"),
    ],
)
def test_finds_the_topic_of_other_words(topics: TopicFinder, text: str, topic: str) -> None:
    best, other = topics.find(text)
    assert best.topic == topic
    assert best.confidence > 3 * other.confidence


def test_chances_never_sum_to_more_than_one(topics: TopicFinder) -> None:
    for text in ("下车忘了拿雨伞", "找伞", "今天天气怎么样", "x"):
        assert 0 <= sum(match.confidence for match in topics.find(text)) <= 1.0001


def test_a_title_or_a_phrasing_is_certain_without_asking_the_embedding(
    known: Knowledge, embed: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = TopicFinder(known, embed)
    monkeypatch.setattr(topics, "meaning", None)
    for text in ("雨伞丢了", "伞丢了！！", "FIND UMBRELLA?"):
        assert topics.find(text)[0].topic == "lost_umbrella"
        assert topics.find(text)[0].confidence == EXACT


def test_equal_texts_are_looked_up(topics: TopicFinder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = topics.find("下车忘了拿雨伞")
    monkeypatch.setattr(topics, "words", None)
    assert topics.find("下车忘了拿雨伞") == first


@pytest.mark.parametrize("text", ["", "？？？", " \n", "👍"])
def test_without_a_letter_nothing_is_found(topics: TopicFinder, text: str) -> None:
    assert topics.find(text) == ()


@pytest.fixture
def none_yet() -> Iterator[None]:
    before = retrieval._current
    retrieval._current = None
    yield
    retrieval._current = before


@pytest.mark.usefixtures("none_yet")
def test_a_new_topic_is_found_without_training(
    data: Path, known: Knowledge, embed: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = known
    monkeypatch.setattr(retrieval, "knowledge", lambda _: now)
    monkeypatch.setattr(retrieval, "embedder", lambda: embed)
    old = finder(data)
    assert finder(data) is old
    now = Knowledge({"lost_umbrella": known.topics["lost_umbrella"]})
    assert finder(data).topics == ("lost_umbrella",)
