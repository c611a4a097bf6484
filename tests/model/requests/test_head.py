"""A second request: the stretch that is farthest from the one about the mail's own topic, when the two together say so."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.requests import Complete, Couple, RequestHead, Stretches
from model.requests.head import BLOCKS, SIGNALS

LABELS = ("billing", "delivery", "returns")
OWN = [0.98, 0.01, 0.01]
VECTORS = np.eye(4, dtype=np.float32)


def _stretches(count: int) -> Stretches:
    return Stretches(
        texts=tuple(f"text {number}" for number in range(count)), numbers=tuple(range(0, 3 * count, 3)), rows=tuple(range(count))
    )


def _couple(*rows: list[float], certainty: float = 0.6, complete: Complete | None = None) -> Couple:
    topics = np.array(rows)
    return Couple.of(_stretches(len(rows)), topics, VECTORS[: len(rows)], (0, certainty), complete or Complete())


def test_the_stretch_farthest_from_the_mails_own_is_found_with_its_topic_and_sentence() -> None:
    couple = _couple(OWN, [0.6, 0.35, 0.05], [0.01, 0.02, 0.97])
    found = RequestHead.untrained().second_request(_stretches(3), couple, LABELS)
    assert found is not None
    assert (found.topic, found.probability, found.sentence) == ("returns", 0.97, 6)


@pytest.mark.parametrize(
    ("row", "certainty", "why"),
    [
        ([0.9, 0.05, 0.05], 0.6, "it is about the topic of the mail"),
        ([0.2, 0.75, 0.05], 0.6, "it may still be about the topic of the mail"),
        ([0.3, 0.35, 0.35], 0.6, "it speaks of no topic for certain"),
        ([0.01, 0.02, 0.97], 0.999, "the mail as a whole is surer of its topic than the sentence is of another"),
    ],
)
def test_untrained_a_stretch_does_not_count_when(row: list[float], certainty: float, why: str) -> None:
    couple = _couple(OWN, row, certainty=certainty)
    assert RequestHead.untrained().second_request(_stretches(2), couple, LABELS) is None, why


def test_a_single_topic_has_no_second() -> None:
    couple = Couple.of(_stretches(2), np.ones((2, 1)), VECTORS[:2], (0, 1.0), Complete())
    assert replace(RequestHead.untrained(), limit=-1e9).second_request(_stretches(2), couple, ("billing",)) is None


@given(st.floats(0, 1), st.floats(0, 1))
def test_untrained_a_surer_mail_needs_a_farther_stretch(one: float, other: float) -> None:
    low, high = (
        RequestHead.untrained().odds(_couple(OWN, [0.1, 0.1, 0.8], certainty=certainty)) for certainty in sorted([one, other], reverse=True)
    )
    assert low <= high


def test_texts_are_told_in_the_order_of_the_mail() -> None:
    first_is_own, own_is_last = _couple(OWN, [0.0, 0.0, 1.0]), _couple([0.0, 0.0, 1.0], OWN)
    assert (first_is_own.texts, first_is_own.other) == (("text 0", "text 1"), 1)
    assert (own_is_last.texts, own_is_last.other) == (("text 0", "text 1"), 0)


def test_vectors_words_and_completeness_count_once_they_are_learnt() -> None:
    told = Complete(weights=np.array([0.0, 2.0, 0.0, 0.0], dtype=np.float32), intercept=-1.0)
    couple = _couple(OWN, [0.01, 0.02, 0.97], complete=told)
    signals = dict(zip(SIGNALS, couple.signals, strict=True))
    assert (signals["own_complete"], signals["other_complete"]) == (-1.0, 1.0)
    plain = RequestHead.untrained()
    weights = np.zeros((BLOCKS, 4), dtype=np.float32)
    weights[0, 0] = 3.0
    learnt = replace(plain, vectors=weights)
    assert learnt.odds(couple) == pytest.approx(plain.odds(couple) + 3.0)
    worded = replace(learnt, words=np.ones_like(plain.words))
    assert worded.odds(couple) != learnt.odds(couple)


def test_a_mail_that_says_one_thing_twice_is_at_no_distance() -> None:
    assert _couple(OWN, OWN).signals[SIGNALS.index("distance")] == pytest.approx(0.0, abs=1e-8)
