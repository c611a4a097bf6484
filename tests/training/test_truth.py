"""Which rows count for which figure."""

from dataclasses import replace

import numpy as np
import pytest

from data.examples import Example, ExampleError
from model.urgency import Scale
from tests.factories import make_examples
from tests.training.files import foreign_examples
from training.truth import group_numbers, topics_beside, urgencies_beside, with_topic, with_urgency

SCALE = Scale(labels=("low", "normal", "high"), cost=np.abs(np.subtract.outer(np.arange(3.0), np.arange(3.0))))


def test_rows_of_one_thread_share_a_number() -> None:
    numbers = group_numbers(make_examples(6).examples)
    assert numbers.tolist() == [numbers[0], numbers[0], numbers[2], numbers[2], numbers[4], numbers[4]]


def test_rows_out_of_scope_and_rows_without_a_topic_are_not_judged_by_topic() -> None:
    known = make_examples(2).examples
    rows = (known[0], foreign_examples(1)[0], replace(known[1], topic=None, topics=()))
    assert with_topic(rows).tolist() == [0]


def test_a_topic_that_the_model_lacks_stays_in_the_count_as_wrong() -> None:
    rows = [Example(id="1", body="a", topic="billing"), Example(id="2", body="b", topic="legal")]
    labelled = topics_beside(rows, ("billing",), np.ones((2, 1)), group_numbers(rows))
    assert labelled is not None
    assert labelled.correct.tolist() == [True, False]


def test_refuses_rows_of_whose_topics_the_model_has_none() -> None:
    rows = [Example(id="1", body="a", topic="legal")]
    with pytest.raises(ExampleError, match="none of the topics .* 'legal': use --map topic=COLUMN"):
        topics_beside(rows, ("billing",), np.ones((1, 1)), group_numbers(rows))


def test_no_topics_and_no_urgencies_give_nothing_to_judge() -> None:
    rows = [Example(id="1", body="a")]
    assert topics_beside(rows, ("billing",), np.ones((1, 1)), group_numbers(rows)) is None
    assert urgencies_beside(rows, SCALE, np.zeros(1, dtype=np.int64), group_numbers(rows)) is None


def test_only_rows_with_an_urgency_are_judged_by_it() -> None:
    rows = [Example(id="1", body="a", urgency="high"), Example(id="2", body="b")]
    assert with_urgency(rows).tolist() == [0]


def test_refuses_an_urgency_of_another_scale() -> None:
    rows = [Example(id="1", body="a", urgency="critical")]
    with pytest.raises(ExampleError, match="does not know the urgency 'critical'; it knows low, normal, high"):
        urgencies_beside(rows, SCALE, np.zeros(1, dtype=np.int64), group_numbers(rows))
