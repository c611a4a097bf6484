"""What the project promises about groups whose labels arrive one by one, on simulated labels. Exit code 1 when it is not kept.

python -m tests.proofs.certificates          a table: planned looks beside betting on a likelihood ratio
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.risk.accrual import GOOD_SHARE, Looks
from model.risk.bounds import fewest_accepted
from model.risk.target import Target
from tests.benchmarks.table import grid, machine, say

ALPHAS = (0.01, 0.02, 0.05)
DELTA = 0.05
TOPICS = 77
NEVER = np.iinfo(np.int64).max

# After how many labels each of `runs` groups with an error rate of `rate` is certified, at most `horizon`: shape (runs,), or NEVER.
Method = Callable[[Target, float, tuple[int, int], np.random.Generator], NDArray[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One method for one target: how many bad groups it certifies, and how soon the good ones."""

    method: str
    alpha: float
    delta: float
    falsely: float
    median: int
    fewest: int

    @property
    def is_kept(self) -> bool:
        """At most δ of the bad groups, and the median good one before twice the fewest labels."""
        return self.falsely <= self.delta and self.median < 2 * self.fewest


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """All topics at an error rate of exactly α, δ shared: the part of the simulations in which any of them is certified."""

    alpha: float
    falsely: float

    @property
    def is_kept(self) -> bool:
        """At most δ."""
        return self.falsely <= DELTA


def planned(target: Target, rate: float, size: tuple[int, int], random: np.random.Generator) -> NDArray[np.int64]:
    """The product: between two looks nothing can happen, so only the errors between them are drawn."""
    runs, horizon = size
    looks = Looks.plan(target, horizon)
    drawn = [random.binomial(step, rate, size=runs) for step in np.diff(np.array(looks.labels), prepend=0).tolist()]
    errors = np.array(drawn, dtype=np.int64).cumsum(axis=0).T
    passed = errors <= np.array(looks.errors)
    return np.where(passed.any(axis=1), np.array(looks.labels)[passed.argmax(axis=1)], NEVER)


def betting(target: Target, rate: float, size: tuple[int, int], random: np.random.Generator) -> NDArray[np.int64]:
    """The likelihood ratio of α/4 to α, certified at 1/δ (Ville): looks after every label, and pays for it."""
    wrong = random.random(size) < rate
    good = target.alpha * GOOD_SHARE
    right_gain, wrong_gain = np.log((1 - good) / (1 - target.alpha)), np.log(good / target.alpha)
    gains = (right_gain + (wrong_gain - right_gain) * wrong).cumsum(axis=1)
    passed = gains >= -np.log(target.delta)
    return np.where(passed.any(axis=1), passed.argmax(axis=1) + 1, NEVER)


PRODUCT = "planned looks"
METHODS: dict[str, Method] = {PRODUCT: planned, "likelihood ratio": betting}


def simulate(size: tuple[int, int], random: np.random.Generator) -> Iterator[Line]:
    """Every method for one group alone and for one of 77; planned looks with more runs there, to see a share as small as 0.00065."""
    runs, horizon = size
    for alpha in ALPHAS:
        for topics in (1, TOPICS):
            target = Target(alpha=alpha, delta=DELTA).split(topics)
            for name, method in METHODS.items():
                bad = method(target, alpha, (runs * topics if name == PRODUCT else runs, horizon), random)
                good = method(target, alpha * GOOD_SHARE, size, random)
                yield Line(
                    method=name,
                    alpha=alpha,
                    delta=target.delta,
                    falsely=float((bad < NEVER).mean()),
                    # The middle group of an even number: the later one, so that no average with NEVER is taken.
                    median=int(np.sort(good)[len(good) // 2]),
                    fewest=fewest_accepted(0, target),
                )


def simulate_together(size: tuple[int, int], random: np.random.Generator) -> Iterator[Together]:
    """All 77 topics at once."""
    runs, horizon = size
    for alpha in ALPHAS:
        at = planned(Target(alpha=alpha, delta=DELTA).split(TOPICS), alpha, (runs * TOPICS, horizon), random)
        yield Together(alpha=alpha, falsely=float((at.reshape(runs, TOPICS) < NEVER).any(axis=1).mean()))


def main() -> int:
    """Simulate and print; 1 when planned looks do not keep a promise."""
    given = _arguments()
    random = np.random.default_rng(given.seed)
    lines = list(simulate((given.runs, given.labels), random))
    together = list(simulate_together((given.runs, given.labels), random))
    system = machine()
    say("{date}, {system}, {cores} cores, load {load_1m}".format(**system))
    say(f"{given.runs:,} simulated groups with up to {given.labels:,} labels, one by one")
    say(_table(lines))
    say(_table_together(together, given.runs))
    if given.json:
        report = {"machine": system, "groups": [asdict(line) for line in lines], "together": [asdict(line) for line in together]}
        given.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    kept = all(line.is_kept for line in lines if line.method == PRODUCT) and all(line.is_kept for line in together)
    return 0 if kept else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.certificates", description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--labels", type=int, default=5_000, help="most labels of a group")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure there")
    return parser.parse_args()


def _table(lines: list[Line]) -> str:
    head = ("method", "α", "δ", "certified at α", "median labels at α/4", "fewest", "twice", "")
    shown = [
        (
            line.method,
            f"{line.alpha:.0%}",
            f"{line.delta:.5f}",
            f"{line.falsely:.4f}",
            f"{line.median:,}" if line.median < NEVER else "never",
            f"{line.fewest:,}",
            f"{2 * line.fewest:,}",
            "pass" if line.is_kept else "FAIL",
        )
        for line in lines
    ]
    return grid([head, *shown])


def _table_together(lines: list[Together], runs: int) -> str:
    head = (f"{TOPICS} topics at an error of α, δ shared", "δ", f"any certified, of {runs:,}", "")
    shown = [(f"α = {line.alpha:.0%}", f"{DELTA:.2f}", f"{line.falsely:.4f}", "pass" if line.is_kept else "FAIL") for line in lines]
    return grid([head, *shown])


if __name__ == "__main__":
    sys.exit(main())
