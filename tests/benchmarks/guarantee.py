"""`make bench-guarantee`: how often a promised error rate is broken, and what it costs, beside the rules that others use."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from data.examples import ExampleError
from model.encoder import DEFAULT_ENCODER, EncoderError
from model.risk.target import Target
from model.risk.thresholds import Outcome, Threshold, outcome_to_json, thresholds_by_group
from tests.benchmarks.contest import MissingDataError
from tests.benchmarks.guarantee_mails import Pool, make_pool
from tests.benchmarks.guarantee_rules import Line, draw, judge_rules
from tests.benchmarks.table import grid, machine, say

ALPHAS = (0.01, 0.02, 0.05)
OURS = "Replywell"
LEAST_OF_BEST = {0.01: 0.45, 0.02: 0.9, 0.05: 0.9}


def main() -> int:
    """Print both tables; 1 when a promise is not kept, 2 when something that is needed is missing."""
    given = _arguments()
    try:
        pool = make_pool(given.encoder, given.score)
    except (MissingDataError, ExampleError, EncoderError) as error:
        sys.stderr.write(f"bench-guarantee: {error}\n")
        return 2
    system = machine()
    say("{date}, {system}, {cores} cores, load {load_1m}".format(**system))
    say(
        f"banking77, {given.encoder}, score: {given.score}; learnt on {pool.learnt_from:,} mails, accuracy {pool.accuracy:.1%} on a "
        f"pool of {len(pool.scores):,}; {given.runs:,} calibrations of {given.mails:,} mails drawn from it, δ = {given.delta:.0%}"
    )
    lines = judge_rules(pool, draw(pool, given.mails, given.runs, given.seed), given.delta, ALPHAS)
    say(_rules_table(lines))
    groups = by_topic(pool, given.mails, Target(alpha=given.alpha, delta=given.delta), given.seed)
    say(_groups_table(groups, given.alpha, given.delta))
    if given.json:
        report = {"machine": system, "rules": [asdict(line) for line in lines]}
        report["groups"] = {name: outcome_to_json(outcome) for name, outcome in groups.items()}
        given.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    broken = broken_promises(lines, given.delta)
    say("\n".join(broken) or "Every promise is kept.")
    return 1 if broken else 0


def by_topic(pool: Pool, mails: int, target: Target, seed: int) -> dict[str, Outcome]:
    """One calibration, drawn without replacement, for each predicted topic by itself."""
    rows = np.random.default_rng(seed).permutation(len(pool.scores))[:mails]
    groups = [pool.groups[row] for row in rows]
    return thresholds_by_group(pool.scores[rows], pool.wrong[rows], groups, pool.grid, target, plan=pool.topics)


def broken_promises(lines: Sequence[Line], delta: float) -> list[str]:
    """What our lines do not keep: the bound in all but δ of the runs, and the share of the best possible coverage."""
    mine = [line for line in lines if line.rule == OURS]
    found = [f"BROKEN: α = {line.alpha:.0%}: the bound fails in {line.broken:.1%} of the runs" for line in mine if line.broken > delta]
    return found + [
        f"BROKEN: α = {line.alpha:.0%}: {line.of_best:.0%} of the best coverage, promised {LEAST_OF_BEST[line.alpha]:.0%}"
        for line in mine
        if line.of_best < LEAST_OF_BEST[line.alpha]
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.guarantee", description=__doc__)
    parser.add_argument("--encoder", default=DEFAULT_ENCODER)
    parser.add_argument("--score", choices=("answer", "topic"), default="answer", help="what mails are ordered by")
    parser.add_argument("--mails", type=int, default=3_000, help="size of a calibration")
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--delta", type=float, default=0.05)
    parser.add_argument("--alpha", type=float, default=0.02, help="of the table by topic")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure there")
    return parser.parse_args()


def _rules_table(lines: Sequence[Line]) -> str:
    head = ("rule", "α", "bound broken", "mean coverage", "best possible", "of the best", "nothing sent")
    return grid(
        [
            head,
            *(
                (
                    line.rule,
                    f"{line.alpha:.0%}",
                    *(f"{share:.1%}" for share in (line.broken, line.coverage, line.best, line.of_best, line.nothing)),
                )
                for line in lines
            ),
        ]
    )


def _groups_table(groups: Mapping[str, Outcome], alpha: float, delta: float) -> str:
    guaranteed = sum(isinstance(outcome, Threshold) for outcome in groups.values())
    head = (f"topic, α = {alpha:.0%}, δ = {delta:.0%} over {len(groups)}", "mails", "wrong", "guaranteed or missing")
    lines = [(name, f"{outcome.accepted}", f"{outcome.errors}", _said(outcome, alpha)) for name, outcome in groups.items()]
    return grid([head, *lines]) + f"\n\n{guaranteed} of {len(groups)} topics are guaranteed."


def _said(outcome: Outcome, alpha: float) -> str:
    if isinstance(outcome, Threshold):
        return f"from {outcome.value:.3f} on, {outcome.coverage:.0%}"
    if outcome.labels_still_needed is None:
        return "error too high"
    least = "at least " if outcome.errors >= alpha * max(outcome.accepted, 1) else ""
    return f"{least}{outcome.labels_still_needed:,} labels missing"


if __name__ == "__main__":
    sys.exit(main())
