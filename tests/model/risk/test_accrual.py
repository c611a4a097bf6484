"""Labels that arrive one by one: looks are planned beforehand, and their promise is exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.risk.accrual import Looks
from model.risk.bounds import fewest_accepted
from model.risk.target import Target

ONE = Target(alpha=0.02, delta=0.05)
OF_77 = ONE.split(77)
TARGETS = [ONE, OF_77, Target(alpha=0.01, delta=0.05), Target(alpha=0.05, delta=0.05).split(77), Target(alpha=0.3, delta=0.2)]


def make_labels(rate: float, shape: tuple[int, ...], seed: int = 0) -> NDArray[np.bool_]:
    """Labels that are wrong with probability `rate`."""
    return np.random.default_rng(seed).random(shape) < rate


@pytest.mark.parametrize("target", TARGETS)
def test_spends_at_most_delta_however_long_it_waits(target: Target) -> None:
    looks = Looks.plan(target, 50_000)
    assert 0.7 * target.delta < looks.spent[-1] <= target.delta
    assert list(looks.spent) == sorted(looks.spent)
    assert list(looks.labels) == sorted(set(looks.labels))
    assert list(looks.errors) == sorted(set(looks.errors))


@pytest.mark.parametrize("target", TARGETS)
def test_a_longer_horizon_adds_looks_and_changes_none(target: Target) -> None:
    near, far = Looks.plan(target, 3_000), Looks.plan(target, 30_000)
    assert far.labels[: len(near.labels)] == near.labels
    assert len(far.labels) > len(near.labels)
    assert far.spent[: len(near.spent)] == pytest.approx(near.spent, rel=1e-9)


@pytest.mark.parametrize("target", [ONE, Target(alpha=0.3, delta=0.2)])
def test_what_is_spent_is_the_share_of_bad_groups_that_are_certified(target: Target) -> None:
    runs = 20_000
    looks = Looks.plan(target, 1_000)
    labels = make_labels(target.alpha, (runs, looks.labels[-1])).cumsum(axis=1)
    crossed = np.zeros(runs, dtype=bool)
    for look, most, spent in zip(looks.labels, looks.errors, looks.spent, strict=True):
        crossed |= labels[:, look - 1] <= most
        assert crossed.mean() == pytest.approx(spent, abs=4 * np.sqrt(spent / runs))


def test_a_good_group_is_mostly_certified_before_twice_the_fewest_labels() -> None:
    for target in TARGETS[:4]:
        looks, limit = Looks.plan(target), 2 * fewest_accepted(0, target)
        labels = make_labels(target.alpha / 4, (2_000, limit))
        certified = [looks.certified_at(row) for row in labels]
        assert np.mean([at is not None and at < limit for at in certified]) > 0.51


def test_a_group_of_half_the_error_is_certified_in_the_end() -> None:
    looks = Looks.plan(OF_77)
    certified = [looks.certified_at(row) for row in make_labels(OF_77.alpha / 2, (200, 10_000))]
    assert np.mean([at is not None for at in certified]) > 0.95


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.005, 0.01, 0.02]), st.integers(0, 1_500))
@settings(deadline=None)
def test_who_looks_after_every_label_sees_the_same_as_who_looks_once(seed: int, rate: float, number: int) -> None:
    looks = Looks.plan(ONE)
    labels = make_labels(rate, (number,), seed)
    seen = [looks.certified_at(labels[:size]) for size in range(number + 1)]
    at = looks.certified_at(labels)
    assert seen == [at if at is not None and size >= at else None for size in range(number + 1)]


def test_the_labels_still_needed_are_enough_when_none_is_wrong() -> None:
    looks, labels = Looks.plan(ONE), make_labels(0.05, (100,))
    needed = looks.still_needed(len(labels), int(labels.sum()))
    assert needed is not None
    right = np.zeros(needed, dtype=bool)
    assert looks.certified_at(np.concatenate([labels, right[1:]])) is None
    assert looks.certified_at(np.concatenate([labels, right])) == len(labels) + needed


def test_once_certified_later_errors_do_not_take_it_back() -> None:
    looks, right = Looks.plan(ONE), np.zeros(300, dtype=bool)
    at = looks.certified_at(right)
    assert at is not None
    assert looks.certified_at(np.concatenate([right, ~right])) == at


def test_beyond_the_horizon_no_number_is_promised() -> None:
    looks = Looks.plan(ONE, 1_000)
    assert looks.still_needed(999_999, 0) is None
    assert looks.still_needed(10, 500) is None


def test_the_p_value_of_a_certified_group_is_what_was_spent_by_then() -> None:
    looks = Looks.plan(ONE)
    assert looks.p_value(np.zeros(looks.labels[0], dtype=bool)) == looks.spent[0]
    assert looks.p_value(np.zeros(looks.labels[0] - 1, dtype=bool)) == 1.0
    assert looks.p_value(np.ones(5_000, dtype=bool)) == 1.0
