"""A topic that the model never learnt, in mail that otherwise stays as it was: which test for drift notices it, and how often falsely.

python -m tests.proofs.left_out         prints a line for each topic; exit code 1 when there are too many false alarms, or four tests
                                        notice less than the two of novelty and score

Eight topics of banking77 at a time are left out of the training, three times. Of the others' mails that were not learnt from, 1,500
calibrate; then 2,000 more come in, a tenth of them replaced by mails about one of the topics that were left out.
"""

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from model.watching.drift import Signal
from tests.benchmarks.contest import MissingDataError
from tests.benchmarks.guarantee_mails import read_mails
from tests.benchmarks.table import grid, say
from tests.proofs.bank_mail import Bank
from tests.proofs.streams import DELTA_DRIFT, NEVER, Flags, Times, first_drift
from training.guarantee import Calibration, reference_of

SEEDS = (10, 11, 12)
LEFT_OUT, CALIBRATED, MAILS, SHARE = 8, 1_500, 2_000, 0.1
STREAMS, QUIET = 50, 400
TWO_TESTS = ("novelty", "score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """Mails as the tests see them: for every signal the cell of each, the true topics, and which are about one that was left out."""

    cells: dict[str, tuple[Signal, Times]]
    topics: NDArray[np.str_]
    is_new: Flags
    novelty: NDArray[np.float64]
    scores: NDArray[np.float64]


def main() -> int:
    """Print what was noticed; 1 when a promise of the module is not kept, 2 when a data set is missing."""
    try:
        draws = [judged(np.random.default_rng(seed)) for seed in SEEDS]
    except MissingDataError as error:
        sys.stderr.write(f"left_out: {error}\n")
        return 2
    random = np.random.default_rng(0)
    quiet = np.concatenate([_first(alarms(mails, _streams(mails, None, QUIET, random), random, DELTA_DRIFT / 4)) for mails in draws])
    count = int((quiet < NEVER).sum())
    p_value = binomtest(count, len(quiet), DELTA_DRIFT, alternative="greater").pvalue
    say(f"{count} of {len(quiet):,} streams without new mail alarmed falsely (promised: at most {DELTA_DRIFT:.0%}), p = {p_value:.3f}")
    lines = [line for mails in draws for line in noticed(mails, random)]
    head = ("new topic", "novelty", "score", "novelty", "score", "topic", "region", "two tests", "four tests", "after")
    say(f"{STREAMS} streams a topic: its median novelty and score; share in which each test, two or four noticed it; after how many mails")
    say(grid([head, *(told for _, told in lines)]))
    means = np.mean([shares for shares, _ in lines], axis=0)
    say(f"all {len(lines)} topics: two tests {means[0]:.1%}, four tests {means[1]:.1%}")
    known = [shares for shares, _ in lines if shares[0] < 0.5]
    of_known = np.mean(known, axis=0) if known else means
    say(f"{len(known)} of them that two tests noticed in fewer than half of the streams: two {of_known[0]:.1%}, four {of_known[1]:.1%}")
    return 0 if p_value >= 0.01 and means[1] >= means[0] else 1


def judged(random: np.random.Generator) -> Mails:
    """Learn without eight topics, and judge everything that was not learnt from."""
    names = sorted({example.topic or "" for example in read_mails()[1]})
    left_out = frozenset(random.choice(names, LEFT_OUT, replace=False).tolist())
    bank = Bank.learn(left_out)
    mails = bank.judged(bank.pool)
    topics = np.array([example.topic or "" for example in mails.examples])
    return Mails(
        cells=_cells(mails, bank),
        topics=topics,
        is_new=np.isin(topics, list(left_out)),
        novelty=mails.novelty,
        scores=mails.scores,
    )


def noticed(mails: Mails, random: np.random.Generator) -> list[tuple[tuple[float, float], tuple[str, ...]]]:
    """For each topic that was left out: the share of streams that two and four tests notice, and a line of the table."""
    lines = []
    for topic in np.unique(mails.topics[mails.is_new]):
        rows = _streams(mails, topic, STREAMS, random)
        two, four = (alarms(mails, rows, random, DELTA_DRIFT / tests) for tests in (2, 4))
        before, now = _first({name: two[name] for name in TWO_TESTS}), _first(four)
        shares = float((before < NEVER).mean()), float((now < NEVER).mean())
        about = mails.topics == topic
        looks = (f"{np.median(mails.novelty[about]):.2f}", f"{np.median(mails.scores[about]):.2f}")
        after = f"{np.median(now):,.0f}" if np.median(now) < MAILS else "–"
        alone = (f"{(times < NEVER).mean():.0%}" for times in four.values())
        lines.append((shares, (str(topic), *looks, *alone, f"{shares[0]:.0%}", f"{shares[1]:.0%}", after)))
    return lines


def alarms(mails: Mails, rows: Times, random: np.random.Generator, delta: float) -> dict[str, Times]:
    """The mail (streams,) at which each test alarms, or NEVER."""
    found = {}
    for name, (signal, cells) in mails.cells.items():
        counts = np.stack([np.bincount(cells[row], minlength=signal.cells) for row in rows[:, :CALIBRATED]])
        found[name] = first_drift(signal, cells[rows[:, CALIBRATED:]], counts, random, delta)
    return found


def _streams(mails: Mails, topic: str | None, streams: int, random: np.random.Generator) -> Times:
    """Numbers of mails (streams, calibrated + later): no mail twice, but for those about the new topic."""
    known, new = np.flatnonzero(~mails.is_new), np.flatnonzero(mails.topics == topic)
    rows = random.permuted(np.tile(known, (streams, 1)), axis=1)[:, : CALIBRATED + MAILS]
    if topic is not None:
        replaced = random.random((streams, MAILS)) < SHARE
        rows[:, CALIBRATED:][replaced] = random.choice(new, int(replaced.sum()))
    return rows


def _cells(mails: Calibration, bank: Bank) -> dict[str, tuple[Signal, Times]]:
    values = {
        "novelty": mails.novelty.tolist(),
        "score": mails.scores.tolist(),
        "topic": mails.topics,
        "region": [str(region) for region in mails.regions],
    }
    signals = reference_of(mails, bank.predictor).signals
    return {name: (signal, np.array([signal.cell(value) for value in values[name]])) for name, (signal, _) in signals.items()}


def _first(found: dict[str, Times]) -> Times:
    return np.asarray(np.min(list(found.values()), axis=0))


if __name__ == "__main__":
    sys.exit(main())
