"""Urgency: an ordered scale, decided by the least expected cost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from data.taxonomy import step_costs
from model.classifier import Reading, View
from model.ridge import Mix
from model.terms import CHARACTERS, WORDS, Vocabulary
from model.urgency import Levels, Scale, UrgencyHead, fit_multinomial, fit_urgency

MIX = Mix(terms=0.2, words=0.3, min_groups=3, ridge=0.1)


def make_head(levels: NDArray[np.int64], size: int, cost: NDArray[np.float64] | None = None) -> tuple[UrgencyHead, Reading]:
    """A head over vectors that turn with the level; no terms."""
    angles = levels / size * 2 + np.random.default_rng(0).normal(0, 0.05, len(levels))
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    characters, words = (Vocabulary.of(kind, (), np.zeros(0, dtype=np.int64), 1) for kind in (CHARACTERS, WORDS))
    reading = Reading.of(vectors, [""] * len(levels), characters, words)
    scale = Scale(labels=tuple(f"level-{number}" for number in range(size)), cost=np.array(step_costs(size)) if cost is None else cost)
    truth = Levels(numbers=levels, scale=scale)
    head, _ = fit_urgency(reading, truth, np.arange(len(levels)), View.of(characters, words, 3), MIX)
    return head, reading


@settings(max_examples=80, deadline=None)
@given(size=st.integers(2, 5), data=st.data())
def test_the_choice_has_the_least_expected_cost(size: int, data: st.DataObject) -> None:
    costs = data.draw(hnp.arrays(np.float64, (size, size), elements=st.floats(0, 100)))
    np.fill_diagonal(costs, 0)
    weights = data.draw(hnp.arrays(np.float64, (3, size), elements=st.floats(0.01, 1)))
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    head, _ = make_head(np.arange(20) % size, size, costs)
    for row, chosen in zip(probabilities, head.choose(probabilities), strict=True):
        expected = [sum(row[true] * costs[true, guess] for true in range(size)) for guess in range(size)]
        assert expected[chosen] <= min(expected) + 1e-9


def test_a_dear_miss_moves_the_choice_up() -> None:
    cheap, _ = make_head(np.arange(20) % 2, 2)
    dear, _ = make_head(np.arange(20) % 2, 2, np.array([[0.0, 1.0], [10.0, 0.0]]))
    probabilities = np.array([[0.8, 0.2]])
    assert (cheap.choose(probabilities)[0], dear.choose(probabilities)[0]) == (0, 1)


@pytest.mark.parametrize("size", [2, 4])
def test_levels_are_told_apart_in_their_order(size: int) -> None:
    levels = np.arange(80) % size
    head, reading = make_head(levels, size)
    probabilities = head.probabilities(reading)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (head.choose(probabilities) == levels).mean() > 0.9
    mean = probabilities @ np.arange(size)
    assert all(mean[levels == level].mean() < mean[levels == level + 1].mean() for level in range(size - 1))


@pytest.mark.parametrize("present", [[0, 2], [1, 2, 3], [2]])
def test_a_level_without_examples_is_never_chosen(present: list[int]) -> None:
    levels = np.array(present * 20)
    head, reading = make_head(levels, 4)
    probabilities = head.probabilities(reading)
    missing = sorted(set(range(4)) - set(present))
    assert probabilities[:, missing].max() < 1e-6
    assert (probabilities.argmax(axis=1) == levels).mean() > 0.9


def test_a_level_of_one_example_does_not_stop_the_fit() -> None:
    levels = np.array([0] * 10 + [1] * 10 + [3])
    head, reading = make_head(levels, 4)
    assert np.isfinite(head.probabilities(reading)).all()


def test_targets_hold_the_level_and_every_step_below_it() -> None:
    scale = Scale(labels=("low", "normal", "high"), cost=np.array(step_costs(3)))
    assert scale.targets(np.array([0, 1, 2])).tolist() == [[1, 0, 0, 0, 0], [0, 1, 0, 1, 0], [0, 0, 1, 1, 1]]


def test_two_of_many_levels_keep_their_columns() -> None:
    scores = np.array([[0.0], [0.1], [0.9], [1.0]] * 5)
    weights, intercept = fit_multinomial(scores, np.array([1, 1, 3, 3] * 5), 5)
    logits = scores @ weights + intercept
    assert logits.argmax(axis=1).tolist() == [1, 1, 3, 3] * 5
