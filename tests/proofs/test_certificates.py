"""The simulation of certificates counts what it says it counts."""

from dataclasses import replace

import numpy as np

from model.risk.accrual import Looks
from model.risk.target import Target
from tests.proofs.certificates import NEVER, Line, betting, planned, simulate_together

TARGET = Target(alpha=0.05, delta=0.05)


def test_groups_without_errors_are_certified_at_the_first_look() -> None:
    at = planned(TARGET, 0.0, (10, 1_000), np.random.default_rng(0))
    assert (at == Looks.plan(TARGET).labels[0]).all()


def test_groups_of_errors_are_never_certified() -> None:
    for method in (planned, betting):
        assert (method(TARGET, 1.0, (10, 1_000), np.random.default_rng(0)) == NEVER).all()


def test_drawing_between_looks_is_the_same_as_drawing_every_label() -> None:
    random = np.random.default_rng(1)
    looks = Looks.plan(TARGET, 1_000)
    one_by_one = [looks.certified_at(row) is not None for row in random.random((4_000, 1_000)) < 0.03]
    at_once = planned(TARGET, 0.03, (4_000, 1_000), random) < NEVER
    assert abs(np.mean(one_by_one) - at_once.mean()) < 0.04


def test_a_line_is_kept_when_both_promises_are() -> None:
    good = Line(method="planned looks", alpha=0.05, delta=0.05, falsely=0.05, median=117, fewest=59)
    assert good.is_kept
    assert not replace(good, falsely=0.051).is_kept
    assert not replace(good, median=118).is_kept


def test_all_topics_together_are_rarely_wrong() -> None:
    assert all(line.is_kept for line in simulate_together((200, 2_000), np.random.default_rng(0)))
