"""What a search asks for and what it finds: filters, hits, and how similarity, spelling and topic share the score."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.answer import Visibility
from model.search.shelf import Closeness, Facts

UNKNOWN_TOPIC = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilters:
    """Which answers may be found, and for whom.

    `language` is the reader's: answers in it come first among equals, the others stay. `written_in`, `topic` and the public scope leave
    the others out, and so does `today` with answers that are not yet or no longer valid.
    """

    today: date
    language: str | None = None
    written_in: str | None = None
    topic: str | None = None
    visibility: Visibility | None = None

    def allowed(self, facts: Facts) -> NDArray[np.bool_]:
        """(answers,) which of them pass."""
        allowed = facts.usable(self.today)
        if self.visibility is Visibility.PUBLIC:
            allowed &= facts.public
        if self.topic is not None:
            allowed &= facts.about(self.topic)
        if self.written_in is not None:
            allowed &= facts.in_language(self.written_in)
        return allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One answer of a search, best first by `score`.

    `language`: the variant to show · `key`: the kind of text that was nearest · `similarity`: cosine of that text · `lexical`: 0 to 1, how
    much of the question's wording one of its texts holds · `is_good`: likely an answer to the question, not only the nearest there is.
    """

    answer_id: str
    answer_version: int
    language: str
    key: str
    score: float
    similarity: float
    lexical: float
    is_good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchWeights:
    """How the score is made up: cosines, plus `lexical` times the spelling, plus `topic` times log P(topic), plus a language bonus.

    The cosines of an answer are its best one and, by `mean`, the mean over all its keys: an answer that fits with all it says beats one
    with a single lucky key. `good` is the least cosines-and-spelling of a hit that answers the question.
    `python -m tests.proofs.questions` prints what they reach, and what their neighbours would.
    """

    mean: float = 0.5
    lexical: float = 0.75
    topic: float = 0.05
    language: float = 0.02
    good: float = 0.4

    def relevance(self, closeness: Closeness) -> NDArray[np.float64]:
        """Cosines and spelling, of each answer."""
        return (1 - self.mean) * closeness.best + self.mean * closeness.mean + self.lexical * closeness.lexical

    def bonus(self, closeness: Closeness, facts: Facts, language: str | None, prior: Mapping[str, float]) -> NDArray[np.float64]:
        """What topic and language add for each answer, whatever it says. Without a prior, topics add nothing."""
        bonus = self.language * facts.in_language(language)[closeness.places]
        if prior:
            by_number = [max(prior.get(label, 0.0), UNKNOWN_TOPIC) for label in facts.topic_numbers]
            logs = np.log([*by_number, 1 / len(prior)])  # an answer without a topic has number -1, the last
            bonus = bonus + self.topic * logs[facts.topics[closeness.places]]
        return np.asarray(bonus)
