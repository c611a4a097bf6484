"""Ways to choose a threshold from a calibration, each on many calibrations at once."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from mapie.risk_control.fwer_control import control_fwer
from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value
from numpy.typing import NDArray

from model.risk.bounds import p_values
from model.risk.grid import Grid
from model.risk.target import Target
from model.risk.thresholds import Counts, rejected
from tests.benchmarks.guarantee_mails import Pool

PRECISION = 0.85

Allowed = NDArray[np.bool_]
Rule = Callable[[Counts, Grid, Target], Allowed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A rule over all runs: share of runs with an error above α, mean coverage, share of runs in which nothing may be sent."""

    rule: str
    alpha: float
    broken: float
    coverage: float
    best: float
    nothing: float

    @property
    def of_best(self) -> float:
        """Coverage as a share of the best possible."""
        return self.coverage / self.best if self.best else 0.0


def draw(pool: Pool, mails: int, runs: int, seed: int) -> Counts:
    """Bootstrap calibrations of `mails` mails each, counted on the grid: shape (runs, t).

    Mails between two thresholds cannot be told apart by any rule, so the numbers of right and wrong ones are drawn, not the mails.
    """
    once = Counts.of(pool.scores, pool.wrong, pool.grid)
    wrong = np.diff(once.errors, prepend=0)
    right = np.diff(once.accepted, prepend=0) - wrong
    cells = np.concatenate([right, wrong, [once.mails - once.accepted[-1]]]) / once.mails
    drawn = np.random.default_rng(seed).multinomial(mails, cells, size=runs)
    size = len(pool.grid.thresholds)
    errors = drawn[:, size : 2 * size].cumsum(axis=1)
    return Counts(accepted=drawn[:, :size].cumsum(axis=1) + errors, errors=errors, mails=mails)


def judge_rules(pool: Pool, counts: Counts, delta: float, alphas: tuple[float, ...]) -> list[Line]:
    """Every rule at every α on the same calibrations; the truth is the pool."""
    truth = Counts.of(pool.scores, pool.wrong, pool.grid)
    lines = []
    for alpha in alphas:
        target, best = Target(alpha=alpha, delta=delta), pool.best_coverage(alpha)
        for name, rule in RULES.items():
            allowed = rule(counts, pool.grid, target)
            sends = allowed.any(axis=1)
            # A rule that allows nothing gets the first column, and is masked.
            lowest = np.where(sends, allowed.shape[1] - 1 - allowed[:, ::-1].argmax(axis=1), 0)
            error = truth.errors[lowest] / np.maximum(truth.accepted[lowest], 1)
            lines.append(
                Line(
                    rule=name,
                    alpha=alpha,
                    broken=float((sends & (error > alpha)).mean()),
                    coverage=float(np.where(sends, truth.accepted[lowest] / truth.mails, 0.0).mean()),
                    best=best,
                    nothing=float((~sends).mean()),
                )
            )
    return lines


def ours(counts: Counts, grid: Grid, target: Target) -> Allowed:
    """What the product does."""
    return rejected(p_values(counts.errors, counts.accepted, target.alpha), grid.budgets(counts.mails, target))


def naive(counts: Counts, grid: Grid, target: Target) -> Allowed:
    """Whatever had an error of at most α among the calibration mails."""
    return (counts.errors <= target.alpha * counts.accepted) & (counts.accepted > 0)


def precise(counts: Counts, grid: Grid, target: Target) -> Allowed:
    """Whatever had a precision of 85 % among the calibration mails: the only rule that a vendor has published."""
    return (counts.errors <= (1 - PRECISION) * counts.accepted) & (counts.accepted > 0)


def holm(counts: Counts, grid: Grid, target: Target) -> Allowed:
    """Learn then Test with Holm's correction, as MAPIE does it by default, with its own p-values."""
    allowed = np.zeros(counts.errors.shape, dtype=bool)
    rates = counts.errors / np.maximum(counts.accepted, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it takes the logarithm of a rate of 0
        for run, row in enumerate(rates):
            p = compute_hoeffding_bentkus_p_value(row, counts.accepted[run].astype(float), target.alpha, binary=True)[:, 0]
            allowed[run, control_fwer(p, target.delta, "bonferroni_holm")] = True
    return allowed


RULES: Mapping[str, Rule] = {
    "Replywell": ours,
    "empirical error ≤ α": naive,
    "precision ≥ 85 %": precise,
    "MAPIE, Holm": holm,
}
