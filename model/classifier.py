"""The topic head: kernel ridge over vectors and terms, calibrated on scores that never saw the mail's own group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.calibration import PowerLink, Probabilities
from model.ridge import KernelRidge, Mix, Rows, fit_ridge
from model.terms import Vocabulary, Weighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """n texts as every head reads them: vectors (n, d) and raw term counts, made once."""

    vectors: NDArray[np.float32]
    characters: sp.csr_matrix
    words: sp.csr_matrix

    @classmethod
    def of(cls, vectors: NDArray[np.float32], texts: Sequence[str], characters: Vocabulary, words: Vocabulary) -> "Reading":
        """Count the terms of masked texts beside their vectors."""
        return cls(vectors=vectors, characters=characters.count(texts), words=words.count(texts))

    def rows(self, view: "View") -> Rows:
        """The weighted rows that a regression works on."""
        return Rows(vectors=self.vectors, characters=view.characters.apply(self.characters), words=view.words.apply(self.words))

    def take(self, chosen: NDArray[np.int64]) -> "Reading":
        """The texts with these numbers."""
        return Reading(vectors=self.vectors[chosen], characters=self.characters[chosen], words=self.words[chosen])


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The terms that one head reads."""

    characters: Weighting
    words: Weighting

    @classmethod
    def of(cls, characters: Vocabulary, words: Vocabulary, min_groups: int) -> "View":
        """Terms of at least `min_groups` groups."""
        return cls(characters=characters.weighting(min_groups), words=words.weighting(min_groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicHead:
    """Scores and calibrated probabilities of topics, columns in the order of `labels`."""

    labels: tuple[str, ...]
    view: View
    regression: KernelRidge
    link: PowerLink

    def scores(self, reading: Reading, cosines: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Raw scores, shape (n, len(labels)); `cosines` to the landmarks save a matrix product."""
        return self.regression.scores(reading.rows(self.view), cosines)

    def probabilities(self, reading: Reading) -> Probabilities:
        """Calibrated probabilities, shape (n, len(labels))."""
        return self.link.probabilities(self.scores(reading))


def fit_topics(
    reading: Reading, labels: Sequence[str], groups: NDArray[np.int64], view: View, mix: Mix
) -> tuple[TopicHead, NDArray[np.float64]]:
    """Fit a topic head; also returns its leave-one-group-out scores, shape (n, number of topics)."""
    names = tuple(sorted(set(labels)))
    column = {name: number for number, name in enumerate(names)}
    truth = np.array([column[label] for label in labels])
    fit = fit_ridge(reading.rows(view), np.eye(len(names))[truth], groups, mix)
    link = PowerLink.fit(fit.held_out, truth)
    return TopicHead(labels=names, view=view, regression=fit.regression, link=link), fit.held_out
