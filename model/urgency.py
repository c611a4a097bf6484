"""The urgency head: an ordered scale, decided by the least expected cost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from model.calibration import Probabilities, softmax
from model.classifier import Reading, View
from model.ridge import KernelRidge, Mix, fit_ridge


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Urgencies from least to most urgent and `cost[true][chosen]`, shape (k, k)."""

    labels: tuple[str, ...]
    cost: NDArray[np.float64]

    def __len__(self) -> int:
        """Number of urgencies."""
        return len(self.labels)

    def targets(self, levels: NDArray[np.int64]) -> NDArray[np.float64]:
        """One column a level and one a step between levels ("above low", "above normal", …), shape (n, 2k - 1)."""
        steps = levels[:, None] > np.arange(len(self) - 1)[None, :]
        return np.hstack([np.eye(len(self))[levels], steps.astype(np.float64)])


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgencyHead:
    """Calibrated probabilities of urgencies in their order, and the choice that costs least.

    One regression predicts both the levels and the steps of the scale: the levels carry the accuracy, the steps the order. A multinomial
    logistic regression on the leave-one-group-out scores, weights (2k - 1, k) and intercept (k,), turns both into probabilities.
    """

    scale: Scale
    view: View
    regression: KernelRidge
    weights: NDArray[np.float64]
    intercept: NDArray[np.float64]

    def probabilities(self, reading: Reading, cosines: NDArray[np.float32] | None = None) -> Probabilities:
        """Calibrated probabilities, shape (n, k); `cosines` to the landmarks save a matrix product."""
        return self.calibrate(self.regression.scores(reading.rows(self.view), cosines))

    def calibrate(self, scores: NDArray[np.floating]) -> Probabilities:
        """Probabilities from raw scores (n, 2k - 1)."""
        return softmax(scores @ self.weights + self.intercept)

    def choose(self, probabilities: Probabilities) -> NDArray[np.int64]:
        """Level of the least expected cost for every row, shape (n,)."""
        return np.asarray((probabilities @ self.scale.cost).argmin(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """True urgencies of n texts as numbers on a scale."""

    numbers: NDArray[np.int64]
    scale: Scale


def fit_urgency(
    reading: Reading, truth: Levels, groups: NDArray[np.int64], view: View, mix: Mix
) -> tuple[UrgencyHead, NDArray[np.float64]]:
    """Fit an urgency head; also returns its leave-one-group-out scores, shape (n, 2k - 1)."""
    fit = fit_ridge(reading.rows(view), truth.scale.targets(truth.numbers), groups, mix)
    weights, intercept = fit_multinomial(fit.held_out, truth.numbers, len(truth.scale))
    head = UrgencyHead(scale=truth.scale, view=view, regression=fit.regression, weights=weights, intercept=intercept)
    return head, fit.held_out


def fit_multinomial(scores: NDArray[np.float64], levels: NDArray[np.int64], size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Multinomial logistic regression of levels on scores; a level without examples gets a vanishing probability."""
    present = np.unique(levels)
    weights, intercept = np.zeros((scores.shape[1], size)), np.full(size, -30.0)
    if len(present) == 1:
        intercept[present] = 0.0
        return weights, intercept
    fitted = LogisticRegression(C=10.0, max_iter=2000).fit(scores, levels)
    if len(present) == 2:
        weights[:, present[1]] = fitted.coef_[0]
        intercept[present] = (0.0, float(fitted.intercept_[0]))
    else:
        weights[:, present], intercept[present] = fitted.coef_.T, fitted.intercept_
    return weights, intercept
