"""Rankings: every label once, the most probable first; and what is never answered automatically."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.language import LanguageGuess
from model.understanding import LabelProbability, Novelty, Ranking, SecondRequest, Understanding, UrgencyEstimate


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


@pytest.mark.parametrize(
    ("is_novel", "second", "probability", "expected"),
    [
        (False, None, 0.7, 0.7),
        (True, None, 0.7, 0.0),
        (False, SecondRequest(topic="a", probability=0.9, sentence=1), 0.7, 0.0),
        (True, None, None, None),
    ],
)
def test_what_is_never_answered_automatically_has_no_probability_of_it(
    is_novel: bool, second: SecondRequest | None, probability: float | None, expected: float | None
) -> None:
    known = Understanding(
        language=LanguageGuess(code="en", probability=1.0),
        topic=Ranking(),
        urgency=UrgencyEstimate(label=None, probability=0.0, ranking=Ranking()),
        novelty=Novelty(score=0.99, is_novel=is_novel),
        second_request=second,
        answer_probability=probability,
    )
    assert known.automatic_probability == expected
