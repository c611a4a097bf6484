"""The benchmark of guarantees judges rules as it says, here on a pool that is made up."""

import numpy as np
import pytest

from model.risk.grid import Grid
from model.risk.target import Target
from model.risk.thresholds import Counts, NoThreshold
from tests.benchmarks.guarantee import broken_promises, by_topic
from tests.benchmarks.guarantee_mails import Pool
from tests.benchmarks.guarantee_rules import Line, draw, holm, judge_rules, ours, precise


def make_pool(mails: int = 4_000) -> Pool:
    """Errors become likelier from a score of 0.5 downwards, up to one in two."""
    random = np.random.default_rng(0)
    scores = random.random(mails)
    wrong = random.random(mails) < np.maximum(0.5 - scores, 0)
    topics = ("cards", "loans")
    groups = tuple(topics[number % 2] for number in range(mails))
    return Pool(scores=scores, wrong=wrong, groups=groups, grid=Grid.from_scores(scores, wrong), topics=topics, learnt_from=0)


POOL = make_pool()


def test_every_calibration_has_as_many_mails_as_were_asked_for() -> None:
    counts = draw(POOL, 500, 20, seed=1)
    assert counts.accepted.shape == counts.errors.shape == (20, 100)
    assert (counts.accepted[:, -1] == 500).all()
    assert (counts.errors <= counts.accepted).all()


def test_drawn_counts_have_the_mean_of_the_pool() -> None:
    truth, counts = Counts.of(POOL.scores, POOL.wrong, POOL.grid), draw(POOL, 1_000, 2_000, seed=1)
    assert counts.accepted.mean(axis=0) / 1_000 == pytest.approx(truth.accepted / 4_000, abs=0.005)
    assert counts.errors.mean(axis=0) / 1_000 == pytest.approx(truth.errors / 4_000, abs=0.005)


def test_the_best_coverage_sends_as_much_as_the_truth_allows() -> None:
    best = POOL.best_coverage(0.02)
    order = np.argsort(-POOL.scores)
    sent = order[: round(best * 4_000)]
    assert POOL.wrong[sent].mean() <= 0.02
    assert POOL.wrong[order[: len(sent) + 1]].mean() > 0.02


def test_the_bound_holds_for_ours_and_not_for_the_naive_rule() -> None:
    lines = {line.rule: line for line in judge_rules(POOL, draw(POOL, 1_500, 300, seed=2), 0.05, (0.02,))}
    assert lines["Replywell"].broken <= 0.05 < lines["empirical error ≤ α"].broken
    assert lines["Replywell"].coverage >= lines["MAPIE, Holm"].coverage
    assert lines["precision ≥ 85 %"].broken == 1.0


def test_what_holm_allows_is_among_what_the_error_allows() -> None:
    counts, target = draw(POOL, 1_500, 30, seed=3), Target(alpha=0.05, delta=0.05)
    for rule in (holm, ours):
        assert rule(counts, POOL.grid, target).any()
        assert (precise(counts, POOL.grid, target) | ~rule(counts, POOL.grid, target)).all()


def test_each_topic_gets_an_answer() -> None:
    found = by_topic(POOL, 100, Target(alpha=0.02, delta=0.05), seed=0)
    assert list(found) == ["cards", "loans"]
    assert all(isinstance(outcome, NoThreshold) for outcome in found.values())


def test_names_every_promise_that_is_not_kept() -> None:
    line = Line(rule="Replywell", alpha=0.02, broken=0.2, coverage=0.4, best=0.8, nothing=0.0)
    assert broken_promises([line], 0.05) == [
        "BROKEN: α = 2%: the bound fails in 20.0% of the runs",
        "BROKEN: α = 2%: 50% of the best coverage, promised 90%",
    ]
