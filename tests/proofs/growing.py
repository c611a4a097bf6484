"""What looking again costs: one look repeated while labels arrive, beside the promise that holds for all looks. On banking77.

python -m tests.proofs.growing
"""

import sys
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from model.encoder import DEFAULT_ENCODER
from model.risk import Grid, Outcome, Target, Threshold, accrued_threshold, lowest_threshold
from tests.benchmarks.contest import MissingDataError
from tests.benchmarks.guarantee_mails import Pool, make_pool
from tests.benchmarks.table import grid, say

ALPHAS, DELTA = (0.01, 0.02, 0.05), 0.05
RUNS, MAILS, FIRST, STEP = 200, 3_000, 200, 100

Method = Callable[[NDArray[np.float64], NDArray[np.bool_], Grid, Target], Outcome]


def threshold_of(pool: Pool, rows: NDArray[np.int64], target: Target, method: Method) -> float:
    """The threshold that a method takes from these mails; infinite when there is none."""
    outcome = method(pool.scores[rows], pool.wrong[rows], pool.grid, target)
    return outcome.value if isinstance(outcome, Threshold) else np.inf


def is_broken(pool: Pool, threshold: float, alpha: float) -> bool:
    """Whether more than alpha of the pool would be wrong from there on."""
    sent = pool.scores >= threshold
    return bool(sent.any() and pool.wrong[sent].mean() > alpha)


def lines(pool: Pool) -> Iterator[tuple[str, ...]]:
    """For each target: calibrations that some single look breaks; broken and coverage of the last look, by itself and with `--growing`."""
    random = np.random.default_rng(0)
    draws = [random.integers(len(pool.scores), size=MAILS) for _ in range(RUNS)]
    for alpha in ALPHAS:
        target, sizes = Target(alpha=alpha, delta=DELTA), range(FIRST, MAILS + 1, STEP)
        looks = [[threshold_of(pool, rows[:size], target, lowest_threshold) for size in sizes] for rows in draws]
        told = [f"{np.mean([any(is_broken(pool, value, alpha) for value in run) for run in looks]):.1%}"]
        for last in ([run[-1] for run in looks], [threshold_of(pool, rows, target, accrued_threshold) for rows in draws]):
            told.append(f"{np.mean([is_broken(pool, value, alpha) for value in last]):.1%}")
            told.append(f"{np.mean([(pool.scores >= value).mean() for value in last]):.1%}")
        yield f"{alpha:.0%}", *told


def main() -> int:
    """Print the table; 2 when banking77 is missing."""
    try:
        pool = make_pool(DEFAULT_ENCODER, "answer")
    except MissingDataError as error:
        sys.stderr.write(f"growing: {error}\n")
        return 2
    say(f"{RUNS} calibrations; a look every {STEP} mails from {FIRST} to {MAILS:,}; δ {DELTA:.0%}")
    head = ("α", "single looks, some broken", "last single look, broken", "coverage", "--growing, broken", "coverage")
    say(grid([head, *lines(pool)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
