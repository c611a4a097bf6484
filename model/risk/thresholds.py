"""The lowest threshold that keeps the error rate of what is sent below a bound, proven on labelled mails.

**The method** is Learn then Test (Angelopoulos et al. 2021): for each threshold of a grid the hypothesis "the error rate of the mails
at or above it is larger than α" has an exact binomial p-value. Every threshold whose hypothesis is rejected by a multiple test with a
probability of any false rejection below δ may be used. The test walks from strict to loose by the fallback rule (Wiens 2003; a graph of
Bretz et al. 2009): δ is placed on a few starts, a rejection hands the level of its test on to the next looser threshold, a failure
loses it, and a later start begins anew with its own part and what a walk that reaches it brings along.

**Why it holds.** Let j₁ < j₂ < … be the positions of the true hypotheses and w the parts of δ, Σw = δ. When the walk comes to j₁,
only parts placed up to there can have been handed on, so its level is at most w₁ + … + w_j₁. Unless it is falsely rejected these
are lost, and the level at j₂ is at most the sum of the parts behind j₁. A false rejection therefore lies in the union of the events
"p at j_k ≤ the parts between j_(k-1) and j_k", whose probabilities add up to at most Σw = δ, however the p-values depend on each other.

**What must be fixed beforehand.** Given how many mails a *fixed* threshold accepts, their errors are binomial with the error rate at
that threshold, as mails are drawn independently. This is no longer so for a threshold or a start that is chosen by the calibration
scores ("the first that accepts 300"): given all scores, each mail has an error probability of its own, and their mean may lie below α
where the error rate lies above it. So the grid and its starts come from out-of-fold scores of *training* mails, and the parts of δ
depend besides on the number of calibration mails alone. Groups must be known before the label is (the predicted topic, the answer
that would be sent, the language): given which mail is in which group, each group is a sample of its own, and its size may be used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.risk.bounds import accepted_needed, fewest_accepted, is_shown_too_high, p_values, upper_bound
from model.risk.grid import Grid
from model.risk.target import RiskError, Target


class Lack(StrEnum):
    """Why there is no threshold."""

    TOO_FEW_LABELS = "too_few_labels"
    ERROR_TOO_HIGH = "error_too_high"
    NOT_CERTIFIED = "not_certified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Send when score ≥ value: among such mails at most α are wrong, at the confidence of the target.

    `accepted`, `errors` and `coverage` (a share) count the calibration mails at or above it. `upper_bound` is the exact bound for
    this threshold looked at alone; what is promised is α.
    """

    value: float
    accepted: int
    errors: int
    coverage: float
    p_value: float
    upper_bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NoThreshold:
    """Nothing may be sent: why, and how many more labels would do at the error rate seen so far; None when no number would.

    `accepted` and `errors` count the calibration mails at the threshold that is nearest to a proof.
    """

    reason: str
    labels_still_needed: int | None
    accepted: int = 0
    errors: int = 0


Outcome = Threshold | NoThreshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Accepted mails and errors among them at each threshold of a grid, shape (..., t), and the number of mails they are out of."""

    accepted: NDArray[np.int64]
    errors: NDArray[np.int64]
    mails: int

    @classmethod
    def of(cls, scores: NDArray[np.float64], wrong: NDArray[np.bool_], grid: Grid) -> "Counts":
        """Count mails with scores (n,), of which `wrong` (n,) would have got a wrong answer.

        Raises:
            RiskError: not as many scores as labels, or a score that is not a number.
        """
        scores, wrong = paired(scores, wrong)
        if not np.isfinite(scores).all():
            raise RiskError("every score must be a finite number")
        # Where in the grid a mail is accepted first; thresholds fall, so their negatives rise.
        first = np.searchsorted(-np.array(grid.thresholds), -scores, side="left")
        size = len(grid.thresholds) + 1
        accepted = np.bincount(first, minlength=size)[:-1].cumsum()
        errors = np.bincount(first[wrong], minlength=size)[:-1].cumsum()
        return cls(accepted=accepted.astype(np.int64), errors=errors.astype(np.int64), mails=len(scores))


def paired(scores: NDArray[np.float64], wrong: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores and labels as arrays (n,) of their types.

    Raises:
        RiskError: not as many scores as labels.
    """
    scores, wrong = np.asarray(scores, dtype=np.float64), np.asarray(wrong, dtype=bool)
    if scores.shape != wrong.shape or scores.ndim != 1:
        raise RiskError(f"one score and one label a mail are needed, not {scores.shape} and {wrong.shape}")
    return scores, wrong


def rejected(p: NDArray[np.float64], budgets: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The fallback rule on p-values (..., t) from strict to loose, with parts of δ (t,) placed on them: which are rejected."""
    found = np.zeros(p.shape, dtype=bool)
    handed_on = np.zeros(p.shape[:-1])
    for position, budget in enumerate(budgets):
        level = handed_on + budget
        found[..., position] = (level > 0) & (p[..., position] <= level)
        handed_on = np.where(found[..., position], level, 0.0)
    return found


def lowest_threshold(scores: NDArray[np.float64], wrong: NDArray[np.bool_], grid: Grid, target: Target) -> Outcome:
    """The lowest threshold of the grid at which P(wrong | score ≥ threshold) ≤ α, at confidence 1 - δ over the draw of the mails.

    Args:
        scores: (n,) of calibration mails, which no part of the model was learnt from.
        wrong: (n,) whether the answer that would have been sent was wrong.
        grid: fixed before these labels were seen.
        target: α and δ.

    Raises:
        RiskError: the mails do not fit together.
    """
    return chosen(Counts.of(scores, wrong, grid), grid, target)


def thresholds_by_group(
    scores: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    groups: Sequence[str],
    grid: Grid,
    target: Target,
    *,
    plan: Sequence[str] | None = None,
) -> dict[str, Outcome]:
    """One threshold a group; all statements hold together at confidence 1 - δ, as every group gets an equal part of δ.

    Args:
        scores: (n,) as for `lowest_threshold`.
        wrong: (n,) likewise.
        groups: (n,) name of the group of each mail, known before its label.
        grid: one for all groups.
        target: α of every group, δ of all together.
        plan: the groups that share δ, whether a mail is in them or not; without it those that occur. Mails of others are left out.

    Raises:
        RiskError: the mails do not fit together.
    """
    if len(groups) != len(scores):
        raise RiskError(f"one group a mail is needed, not {len(groups)} for {len(scores)}")
    names, of_mail = np.asarray(groups, dtype=str), sorted(set(groups if plan is None else plan))
    part = target.split(len(of_mail))
    chosen_mails = {name: names == name for name in of_mail}
    return {name: lowest_threshold(scores[mine], wrong[mine], grid, part) for name, mine in chosen_mails.items()}


def chosen(counts: Counts, grid: Grid, target: Target) -> Outcome:
    """The lowest threshold that is proven by what was counted on a grid."""
    p = p_values(counts.errors, counts.accepted, target.alpha)
    found = np.flatnonzero(rejected(p, grid.budgets(counts.mails, target)))
    if not len(found):
        return missing(counts, grid, target)
    lowest = int(found[-1])
    accepted, errors = int(counts.accepted[lowest]), int(counts.errors[lowest])
    return Threshold(
        value=grid.thresholds[lowest],
        accepted=accepted,
        errors=errors,
        coverage=accepted / counts.mails,
        p_value=float(p[lowest]),
        upper_bound=float(upper_bound(errors, accepted, target.delta)),
    )


def missing(counts: Counts, grid: Grid, target: Target) -> NoThreshold:
    """How many more mails must be labelled, an estimate: at the threshold where the fewest are missing, at the error rate seen there.

    An error rate at or above α, but of so few mails that it may well be below, is taken for what it could be: no further error.
    """
    options = []
    for position in sorted({*grid.starts, len(grid.thresholds) - 1}):
        accepted, errors = int(counts.accepted[position]), int(counts.errors[position])
        # The grid counts for one mail more, so that a group without any has a share, too.
        share = (accepted + grid.shares[position]) / (counts.mails + 1)
        needed = _accepted_in_all(accepted, errors, target)
        if needed is not None:
            options.append((max(int(np.ceil((needed - accepted) / share)), 1), accepted, errors))
    if options:
        needed, accepted, errors = min(options)
        return NoThreshold(reason=Lack.TOO_FEW_LABELS, labels_still_needed=needed, accepted=accepted, errors=errors)
    start = grid.starts[0]
    seen = {"accepted": int(counts.accepted[start]), "errors": int(counts.errors[start])}
    return NoThreshold(reason=Lack.ERROR_TOO_HIGH, labels_still_needed=None, **seen)


def _accepted_in_all(accepted: int, errors: int, target: Target) -> int | None:
    at_this_rate = accepted_needed(errors / accepted if accepted else 0.0, target)
    if at_this_rate is not None:
        return max(at_this_rate, accepted + 1)
    return None if is_shown_too_high(errors, accepted, target) else max(fewest_accepted(errors, target), accepted + 1)


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """Plain JSON types; only a threshold has a `value`."""
    return asdict(outcome)


def outcome_from_json(value: Mapping[str, Any]) -> Outcome:
    """What `outcome_to_json` wrote.

    Raises:
        RiskError: something is missing or unknown.
    """
    try:
        return Threshold(**value) if "value" in value else NoThreshold(**value)
    except TypeError as error:
        raise RiskError(f"neither a threshold nor the reason why there is none: {error}") from error
