"""The search for a mix: what takes part, and what is preferred."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.ridge import Mix
from training.mix import START, Tried, in_order, search_rows


def tried(min_groups: int, loss: float) -> Tried:
    return Tried(mix=Mix(terms=0.5, words=0.0, min_groups=min_groups, ridge=0.1), loss=loss)


def test_prefers_terms_of_more_groups_when_the_losses_are_nearly_equal() -> None:
    assert in_order([tried(3, 0.500), tried(10, 0.505)])[0].mix.min_groups == 10


def test_takes_the_smaller_loss_when_they_differ() -> None:
    assert [entry.loss for entry in in_order([tried(10, 0.6), tried(3, 0.5)])] == [0.5, 0.6]


def test_chooses_among_losses_of_nothing_and_less() -> None:
    assert len(in_order([tried(3, -1e-12), tried(10, 0.0)])) == 2


def test_takes_every_row_of_a_small_set() -> None:
    assert search_rows(np.arange(5)).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("sizes", [[3000, 3000], [2450] * 5 + [1] * 395, [700, 700, 700]])
def test_large_groups_leave_enough_to_search_on(sizes: list[int]) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    chosen = search_rows(groups, limit=2000)
    assert 1000 <= len(chosen) <= 2000


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60), st.integers(20, 200))
def test_rows_are_distinct_ascending_and_within_the_limit(sizes: list[int], limit: int) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    chosen = search_rows(groups, limit=limit)
    assert len(chosen) <= max(limit, 1)
    assert (np.diff(chosen) > 0).all()


def test_the_search_starts_from_a_mix_of_both() -> None:
    assert 0 < START.terms < 1
