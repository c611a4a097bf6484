"""Whether a mail asks for two things: its own stretch of text, and the one that is farthest from it, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from model.calibration import Probabilities
from model.counting import TOKEN
from model.requests.cutting import Cutter, Stretches
from model.requests.hashing import BITS, hashed
from model.terms import without_accents
from model.understanding import PROBABILITY_DIGITS, SecondRequest

SMALLEST = 1e-9
LEAST_CERTAIN = 1e-6
# A stretch that is about no topic with such a probability hardly asks for anything.
LEAST_OTHER = 0.4
SIGNALS = ("distance", "certainty", "other", "own", "cosine", "doubt", "stretches", "own_complete", "other_complete")
BLOCKS = 4
# Of vectors of norm 1: with these factors their signals are as large as the others before anything is learnt.
SCALES = np.array([3.0, 30.0, 3.0, 3.0], dtype=np.float32)[:, None]
WORD_SCALE = 3.0

# Made once, as is the hasher: HashingVectorizer.transform makes both anew for every mail, which takes a millisecond.
_words = CountVectorizer(ngram_range=(1, 2), token_pattern=rf"{TOKEN.pattern}|[?!.]", strip_accents=without_accents).build_analyzer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """A logistic regression on the vector of a stretch: could it stand alone as a mail, or does it only tell more of another?

    weights: (d,), None for any d where nothing was learnt.
    """

    weights: NDArray[np.float32] | None = None
    intercept: float = 0.0

    def odds(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log odds of vectors (n, d), shape (n,)."""
        if self.weights is None:
            return np.zeros(len(vectors))
        # A sum over the last axis, not a matrix product: it gives the same for one as for many.
        return np.asarray((vectors * self.weights).sum(axis=1, dtype=np.float64) + self.intercept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Couple:
    """Two stretches of a mail: the one about the mail's own topic, and the one whose topics are farthest from those.

    other: row of the far stretch. topic, probability: the topic it speaks of, besides the mail's own. signals (len(SIGNALS),) ·
    vectors (BLOCKS, d): difference and product of the two vectors, and each of them · texts: in the order of the mail.
    """

    other: int
    topic: int
    probability: float
    signals: NDArray[np.float64]
    vectors: NDArray[np.float32]
    texts: tuple[str, str]

    @classmethod
    def of(
        cls, stretches: Stretches, topics: Probabilities, vectors: NDArray[np.float32], own: tuple[int, float], complete: Complete
    ) -> "Couple":
        """Couple the stretches of a mail.

        The distance is that of Bhattacharyya, -log Σ √(p q): two sentences of one request share topics, though neither names one for
        certain, while two requests share none.

        Args:
            stretches: at least two.
            topics: (stretches, topics) calibrated probabilities of each read alone.
            vectors: (stretches, d) of norm 1.
            own: column of the mail's own topic, and its probability for the whole mail.
            complete: tells whole requests from parts of one.
        """
        first, certainty = own
        others = topics.copy()
        others[:, first] = 0.0
        roots = np.sqrt(topics)
        here = int(topics[:, first].argmax())
        distances = -np.log(np.minimum(roots @ roots[here], 1.0) + SMALLEST)
        distances[here] = -np.inf
        far = int(distances.argmax())
        inside = min(max(certainty, LEAST_CERTAIN), 1 - LEAST_CERTAIN)
        probability = float(others[far].max())
        near, away = vectors[here], vectors[far]
        signals = (
            max(float(distances[far]), 0.0),
            max(float(np.log(inside / (1 - inside))), 0.0),
            probability,
            float(topics[here, first]),
            float(near @ away),
            -float(np.log(min(probability + SMALLEST, LEAST_OTHER) / LEAST_OTHER)),
            float(len(stretches.texts)),
            *complete.odds(vectors[[here, far]]).tolist(),
        )
        return cls(
            other=far,
            topic=int(others[far].argmax()),
            probability=probability,
            signals=np.array(signals),
            vectors=np.stack([np.abs(near - away), near * away, near, away]),
            texts=(stretches.texts[min(here, far)], stretches.texts[max(here, far)]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHead:
    """A logistic regression on couples: two requests from the log odds `limit` on.

    signals: (3, len(SIGNALS)) centres, spreads and weights · vectors: (BLOCKS, d) weights, None for any d where nothing was learnt ·
    words: (2, 2 ** BITS) weights of hashed words and pairs of words, of the earlier and of the later stretch.
    """

    cutter: Cutter
    complete: Complete
    signals: NDArray[np.float64]
    vectors: NDArray[np.float32] | None
    words: NDArray[np.float32]
    intercept: float
    limit: float

    @classmethod
    def untrained(cls) -> "RequestHead":
        """Where there is nothing to learn from: a distance that must be the larger the surer the mail is of its own topic."""
        weights = {"distance": 1.0, "certainty": -0.4, "doubt": -20.0}
        signals = np.array([np.zeros(len(SIGNALS)), np.ones(len(SIGNALS)), [weights.get(name, 0.0) for name in SIGNALS]])
        words = np.zeros((2, 2**BITS), dtype=np.float32)
        return cls(cutter=Cutter.untrained(), complete=Complete(), signals=signals, vectors=None, words=words, intercept=-1.35, limit=0.0)

    def odds(self, couple: Couple) -> float:
        """Log odds that a couple asks for two things."""
        centres, spreads, weights = self.signals
        found = float((couple.signals - centres) / spreads @ weights) + self.intercept
        if self.vectors is None:
            return found
        rows = hashed_words(couple.texts)
        sides = np.repeat((0, 1), np.diff(rows.indptr))
        return found + float((couple.vectors * self.vectors).sum()) + float((rows.data * self.words[sides, rows.indices]).sum())

    def second_request(self, stretches: Stretches, couple: Couple, labels: tuple[str, ...]) -> SecondRequest | None:
        """What a mail asks for besides its own topic, or None; `labels` are the names of the topics."""
        if len(labels) < 2 or self.odds(couple) < self.limit:
            return None
        probability = round(couple.probability, PROBABILITY_DIGITS)
        return SecondRequest(topic=labels[couple.topic], probability=probability, sentence=stretches.numbers[couple.other])


def hashed_words(texts: Sequence[str]) -> sp.csr_matrix:
    """Hashed words and pairs of words of each text, shape (texts, 2 ** BITS); rows of one length."""
    return normalize(hashed(_words(text) for text in texts), copy=False) * WORD_SCALE
