"""A second request: a sentence that is certainly about something else."""

import numpy as np
import pytest

from model.requests import second_request

LABELS = ("billing", "delivery", "returns")


def test_a_certain_sentence_about_another_topic_is_found_with_its_number() -> None:
    topics = np.array([[0.9, 0.05, 0.05], [0.05, 0.05, 0.9], [0.02, 0.28, 0.7]])
    found = second_request([0, 3, 5], topics, LABELS, first=0)
    assert found is not None
    assert (found.topic, found.probability, found.sentence) == ("returns", 0.9, 3)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ([0.9, 0.05, 0.05], "it is the topic of the mail"),
        ([0.05, 0.5, 0.45], "it is uncertain"),
        ([0.2, 0.75, 0.05], "it may still be about the topic of the mail"),
    ],
)
def test_a_sentence_does_not_count_when(row: list[float], why: str) -> None:
    assert second_request([1], np.array([row]), LABELS, first=0) is None, why


def test_no_sentence_has_no_request() -> None:
    assert second_request([], np.zeros((0, 3)), LABELS, first=0) is None


def test_a_single_topic_has_no_second() -> None:
    assert second_request([0, 1], np.ones((2, 1)), ("billing",), first=0) is None
