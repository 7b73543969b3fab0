"""Fits the weights of the topic finder: `python -m benchmarks.understanding.fit_finder [DATA]`.

Each phrasing of each topic is asked while it is left out of the index; messages of
data/nlu that no topic answers are asked as they are. The weights that make the right
topics (or "none") most likely are printed, to be put into bot/knowledge/retrieval.py.
"""

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from scipy.optimize import minimize

from bot.knowledge.retrieval import Discriminant, TopicFinder, Weights
from bot.knowledge.topics import Knowledge
from bot.nlu.embeddings import embedder
from bot.nlu.text import terms_of

ELSEWHERE = {
    "ask_out_of_scope", "ask_other_department", "ask_vaguely", "send_nonsense",
    "complain_about_officer", "ask_case_progress", "check_rumour", "praise_police",
}  # fmt: skip
"""Intents whose messages no topic answers."""

Numbers = npt.NDArray[np.float64]


def main() -> None:
    """Print the weights and how well they do on what they were fitted to."""
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "data")
    finder = TopicFinder(Knowledge.load(data), embedder())
    words, meaning = left_out(finder)
    others = list(elsewhere(data))
    words = np.vstack([words, [finder.words(text) for text in others]])
    meaning = np.vstack([meaning, [finder.meaning(text) for text in others]])
    none = len(finder.topics)
    truth = np.r_[finder.owners, np.full(len(others), none)]
    weights, loss = fit(words, meaning, truth)
    chances = every_chance(words, meaning, weights)
    asked = truth < none
    print(f"{asked.sum()} phrasings of {none} topics, {len(others)} messages of no topic")
    print(f"right topic first: {(chances[asked, :-1].argmax(1) == truth[asked]).mean():.3f}")
    print(f"loss {loss:.3f}; {weights}")


def left_out(finder: TopicFinder) -> tuple[Numbers, Numbers]:
    """Words and meaning of every phrasing, each as if it did not stand in the index."""
    vectors = embedder().many(finder.texts)
    discriminant = Discriminant.fit(vectors, finder.owners)
    count = np.bincount(finder.owners)
    words, meaning = [], []
    for at, (text, owner) in enumerate(zip(finder.texts, finder.owners, strict=True)):
        columns, values = finder._tfidf.vector(terms_of(text))
        likeness = np.asarray(values @ finder._by_term[columns]).ravel()
        likeness[at] = 0.0
        words.append(finder.nearest(likeness))
        scores = discriminant.scores(vectors[at]).astype(np.float64)
        rest = (count[owner] * discriminant.means[owner] - vectors[at]) / (count[owner] - 1)
        slope = discriminant.precision @ rest
        scores[owner] = (vectors[at] - 0.5 * rest) @ slope
        meaning.append(scores)
    return np.array(words), np.array(meaning)


def elsewhere(data: Path) -> list[str]:
    """Messages that no topic answers."""
    texts = []
    for path in sorted((data / "nlu").glob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if group["intent"] in ELSEWHERE:
                texts += [line[2:] for line in group["examples"].splitlines()]
    return texts


def fit(words: Numbers, meaning: Numbers, truth: npt.NDArray[np.int64]) -> tuple[Weights, float]:
    """Conditional logit by maximum likelihood; the last outcome is "no topic"."""
    # Comparable sizes let the optimiser take equal steps in all directions.
    size = float(np.abs(meaning).mean())
    features = (np.pad(words, ((0, 0), (0, 1))), np.pad(meaning / size, ((0, 0), (0, 1))))
    rows = np.arange(len(truth))

    def loss(at: Numbers) -> tuple[float, Numbers]:
        chances = every_chance(words, meaning / size, Weights(*at))
        slopes = [
            float(((chances * feature).sum(1) - feature[rows, truth]).mean())
            for feature in features
        ]
        slopes.append(float((chances[:, -1] - (truth == words.shape[1])).mean()))
        return -float(np.log(chances[rows, truth] + 1e-12).mean()), np.array(slopes)

    best = minimize(loss, [5.0, 0.1 * size, 0.1 * size], jac=True, method="L-BFGS-B")
    fitted = Weights(float(best.x[0]), float(best.x[1] / size), float(best.x[2]))
    return fitted, float(best.fun)


def every_chance(words: Numbers, meaning: Numbers, weights: Weights) -> Numbers:
    """As retrieval.chances_of for many questions, with "no topic" as the last column."""
    scores = weights.words * words + weights.meaning * meaning
    scores = np.hstack([scores, np.full((len(scores), 1), weights.none)])
    raised: Numbers = np.exp(scores - scores.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)


if __name__ == "__main__":
    main()
