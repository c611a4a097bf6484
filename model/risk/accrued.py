"""The lowest threshold that labels have proven so far, asked again and again while they arrive.

`lowest_threshold` may be asked once about a set of mails. This may be asked after every label, with all labels in the order of their
arrival, and the statement still holds at confidence 1 - δ for all answers together: each threshold is judged by the looks of
`accrual` at the labels of the mails it accepts, which are independent draws with its error rate in whatever order mails come.
From each start a walk goes from strict to loose with a part of δ, and a threshold counts only when every stricter one of its walk was
proven, now or before: a false statement needs the first false one of a walk, which is proven with at most its part of δ, ever.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from model.risk.accrual import GOOD_SHARE, Looks
from model.risk.bounds import is_shown_too_high
from model.risk.grid import Grid
from model.risk.target import RiskError, Target
from model.risk.thresholds import Lack, NoThreshold, Outcome, Threshold, paired

MAIN_SHARE = 0.75


def accrued_threshold(scores: NDArray[np.float64], wrong: NDArray[np.bool_], grid: Grid, target: Target) -> Outcome:
    """The lowest threshold proven by labels that are still arriving.

    Args:
        scores: (n,) of calibration mails in the order in which their labels came; which mail is labelled next must not depend on labels.
        wrong: (n,) whether the answer that would have been sent was wrong.
        grid: fixed before the first label.
        target: α and δ.

    Raises:
        RiskError: not as many scores as labels.
    """
    scores, wrong = paired(scores, wrong)
    main = _main_start(grid, target)
    others = [start for start in grid.starts if start < main]
    own = Target(alpha=target.alpha, delta=target.delta * (MAIN_SHARE if others else 1.0))
    parts = {main: own} | {start: Target(alpha=target.alpha, delta=(target.delta - own.delta) / len(others)) for start in others}
    proven = [found for start, part in parts.items() if (found := _walk(scores, wrong, grid, (start, part))) is not None]
    return min(proven, key=lambda found: found.value) if proven else _missing(scores, wrong, grid, (main, own))


def accrued_by_group(
    scores: NDArray[np.float64], wrong: NDArray[np.bool_], groups: Sequence[str], grid: Grid, target: Target, *, plan: Sequence[str]
) -> dict[str, Outcome]:
    """The same for each group of a plan that was fixed before the first label; all statements hold together at confidence 1 - δ.

    Raises:
        RiskError: not one score, one label and one group a mail.
    """
    if len(groups) != len(scores):
        raise RiskError(f"one group a mail is needed, not {len(groups)} for {len(scores)}")
    names, part = np.asarray(groups, dtype=str), target.split(len(plan))
    return {name: accrued_threshold(scores[names == name], wrong[names == name], grid, part) for name in sorted(plan)}


def _main_start(grid: Grid, target: Target) -> int:
    """Where most proofs come per label, by what is known of the grid before the first one."""
    if not grid.rates:
        return grid.starts[-1]
    looks = Looks.plan(target)
    soon = max(number for number, look in enumerate(looks.labels) if number == 0 or look < 2 * looks.labels[0])
    likely = binom.cdf(looks.errors[soon], looks.labels[soon], np.maximum(grid.rates, target.alpha * GOOD_SHARE))
    return int((likely * np.array(grid.shares)).argmax())


def _walk(scores: NDArray[np.float64], wrong: NDArray[np.bool_], grid: Grid, start: tuple[int, Target]) -> Threshold | None:
    position, part = start
    looks, lowest = Looks.plan(part), None
    for value in grid.thresholds[position:]:
        accepted = wrong[scores >= value]
        if looks.certified_at(accepted) is None:
            break
        lowest = Threshold(
            value=value,
            accepted=len(accepted),
            errors=int(accepted.sum()),
            coverage=len(accepted) / len(scores),
            p_value=looks.p_value(accepted),
            upper_bound=part.alpha,
        )
    return lowest


def _missing(scores: NDArray[np.float64], wrong: NDArray[np.bool_], grid: Grid, start: tuple[int, Target]) -> NoThreshold:
    """What is missing at the main start, when no further error comes."""
    position, part = start
    mine = wrong[scores >= grid.thresholds[position]]
    accepted, errors = len(mine), int(mine.sum())
    needed = Looks.plan(part).still_needed(accepted, errors)
    if needed is None or (errors and is_shown_too_high(errors, accepted, part)):
        return NoThreshold(reason=Lack.ERROR_TOO_HIGH, labels_still_needed=None, accepted=accepted, errors=errors)
    share = (accepted + grid.shares[position]) / (len(scores) + 1)
    return NoThreshold(reason=Lack.TOO_FEW_LABELS, labels_still_needed=int(np.ceil(needed / share)), accepted=accepted, errors=errors)
