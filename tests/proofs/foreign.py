"""Mail that a model has no topic for, three of ten mails: the bound holds when the calibration saw such mail, else the drift check says so.

python -m tests.proofs.foreign          prints both tables; exit code 1 when a promise is not kept
"""

import sys
from collections.abc import Iterator

import numpy as np
from scipy.stats import binomtest

from model.risk import Grid, Target, Threshold, lowest_threshold
from model.watching.drift import DriftWatch
from model.watching.reference import Reference
from tests.benchmarks.contest import MissingDataError
from tests.benchmarks.table import grid, say
from tests.proofs.bank_mail import Bank, foreign_mails, mixed
from training.guarantee import Calibration

ALPHAS = (0.01, 0.02, 0.05)
DELTA = 0.05
SHARE = 0.3
MAILS = 3_000
RUNS = 200
STREAMS = 100
PATIENCE = 300

Halves = tuple[Calibration, Calibration]


def main() -> int:
    """Print what holds; 1 when something does not, 2 when a data set or the score is missing."""
    try:
        bank = Bank.learn()
        thresholds = bank.grid
        own, foreign = bank.judged(bank.pool), bank.judged(tuple(foreign_mails()))
    except MissingDataError as error:
        sys.stderr.write(f"foreign: {error}\n")
        return 2
    random = np.random.default_rng(0)
    halves = halved(own, random), halved(foreign, random)
    say(f"{len(own.scores):,} own mails, {len(foreign.scores):,} foreign ones, each halved; {SHARE:.0%} of the mail is foreign")
    lines = [*bounds(halves, thresholds, random)]
    say(grid([("target", "calibration saw", "coverage", "error afterwards", "broken", "kept"), *(line[1] for line in lines)]))
    found = list(drift(halves, random))
    say(grid([("mail afterwards", "drift said within 300 mails", "median mails", "kept"), *(line[1] for line in found)]))
    return 0 if all(kept for kept, _ in (*lines, *found)) else 1


def halved(mails: Calibration, random: np.random.Generator) -> Halves:
    """One half to calibrate on and one to verify with, no mail in both."""
    rows = random.permutation(len(mails.scores))
    return mails.take(rows[: len(rows) // 2]), mails.take(rows[len(rows) // 2 :])


def bounds(halves: tuple[Halves, Halves], thresholds: Grid, random: np.random.Generator) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Calibrations with and without foreign mail; the truth is the error among both kinds of the half that is calibrated on.

    `error afterwards` is that of the other half, a mean over the runs: with foreign mail in the calibration it must stay below the target.
    """
    (own, own_later), (foreign, foreign_later) = halves
    for alpha in ALPHAS:
        for share in (SHARE, 0.0):
            chosen = [
                lowest_threshold(mails.scores, mails.wrong, thresholds, Target(alpha=alpha, delta=DELTA))
                for mails in (mixed(own, foreign, share, MAILS, random) for _ in range(RUNS))
            ]
            values = [outcome.value for outcome in chosen if isinstance(outcome, Threshold)]
            true = [error(own, foreign, value) for value in values]
            later = [error(own_later, foreign_later, value) for value in values]
            broken = sum(value > alpha for value in true)
            is_kept = binomtest(broken, RUNS, DELTA, alternative="greater").pvalue > 0.01 and (not later or float(np.mean(later)) <= alpha)
            coverage = float(np.mean([(own_later.scores >= value).mean() for value in values])) if values else 0.0
            seen = "foreign mail" if share else "own mail only"
            shown = (f"{alpha:.0%}", seen, f"{coverage:.1%} of own mail", f"{np.mean(later) if later else 0.0:.2%}", f"{broken / RUNS:.1%}")
            yield is_kept or not share, (*shown, ("yes" if is_kept else "NO") if share else "not promised")


def error(own: Calibration, foreign: Calibration, value: float) -> float:
    """Share of wrong replies at a threshold when so much mail is foreign."""
    sent, strangers = own.scores >= value, foreign.scores >= value
    wrong = (1 - SHARE) * (sent & own.wrong).mean() + SHARE * strangers.mean()
    everything = (1 - SHARE) * sent.mean() + SHARE * strangers.mean()
    return float(wrong / everything) if everything else 0.0


def drift(halves: tuple[Halves, Halves], random: np.random.Generator) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """How soon the watch that calibration mails started says that the mail has changed; and how often it does when nothing has."""
    (own, own_later), (_, foreign_later) = halves
    start = DriftWatch.start(Reference.of(own.scores, own.novelty).signals, DELTA)
    for share in (SHARE, 0.0):
        after = [_alarm(start, mixed(own_later, foreign_later, share, PATIENCE, random), f"{share}-{run}") for run in range(STREAMS)]
        said = [mails for mails in after if mails is not None]
        is_kept = len(said) == STREAMS if share else len(said) <= 2 * DELTA * STREAMS
        name = f"{share:.0%} foreign" if share else "as calibrated (false alarms)"
        yield is_kept, (name, f"{len(said)} of {STREAMS}", f"{np.median(said):.0f}" if said else "-", "yes" if is_kept else "NO")


def _alarm(watch: DriftWatch, mails: Calibration, name: str) -> int | None:
    for number, (score, novelty) in enumerate(zip(mails.scores, mails.novelty, strict=True), start=1):
        watch = watch.observe({"score": float(score), "novelty": float(novelty)}, f"{name}-{number}")
        if watch.alarms:
            return number
    return None


if __name__ == "__main__":
    sys.exit(main())
