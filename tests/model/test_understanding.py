"""Rankings: every label once, the most probable first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.understanding import LabelProbability, Ranking


@given(st.lists(st.floats(0, 1), max_size=8))
def test_probabilities_fall_and_equal_ones_keep_the_order_of_the_labels(values: list[float]) -> None:
    labels = [f"topic-{number}" for number in range(len(values))]
    entries = Ranking.of(labels, values).entries
    assert sorted(entry.label for entry in entries) == labels
    keys = [(-entry.probability, entry.label) for entry in entries]
    assert keys == sorted(keys)


def test_the_first_label_and_its_distance_to_the_second_are_given() -> None:
    ranking = Ranking.of(["a", "b", "c"], [0.2, 0.7000004, 0.1])
    assert (ranking.label, ranking.probability, ranking.margin) == ("b", 0.7, 0.5)


def test_an_empty_ranking_has_no_label() -> None:
    assert (Ranking().label, Ranking().probability, Ranking().margin) == (None, 0.0, 0.0)


def test_a_single_label_has_its_whole_probability_as_margin() -> None:
    assert Ranking.of(["only"], [1.0]).margin == 1.0


def test_labels_that_are_gone_are_left_out_and_the_others_keep_their_probability() -> None:
    ranking = Ranking.of(["a", "b"], [0.6, 0.4]).without(frozenset({"a", "z"}))
    assert ranking.entries == (LabelProbability(label="b", probability=0.4),)


def test_as_many_probabilities_as_labels_are_needed() -> None:
    with pytest.raises(ValueError, match="zip"):
        Ranking.of(["a"], [0.5, 0.5])
