"""Learning the score: from mails that were left out, without harm from more evidence, and never without a score."""

from dataclasses import replace

import numpy as np
import pytest

from data.examples import ExampleSet
from model.answer_score import TOPIC_SIGNALS
from model.encoder import Encoder, load_encoder
from tests.factories import make_answer, make_examples
from tests.training.files import foreign_examples
from training.fit import fit
from training.progress import Silent
from training.scoring import fit_weights
from training.truth import is_right

ANSWERS = {"tracking": make_answer(), "invoice": make_answer("invoice", topic="billing")}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("hashing")


def _noisy(number: int = 150) -> ExampleSet:
    """One mail in six has a topic that its text does not speak of."""
    examples = make_examples(number)
    rows = [replace(row, topic="billing", topics=("billing",)) if place % 6 == 0 else row for place, row in enumerate(examples.examples)]
    return replace(examples, examples=tuple(replace(row, group=None) for row in rows))


def test_a_signal_that_tells_right_from_wrong_gets_a_weight_and_noise_hardly_any() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(2_000, 2))
    right = random.random(2_000) < 1 / (1 + np.exp(-2 * rows[:, 0]))
    score = fit_weights(rows, right, ("topic", "energy"))
    assert score.weights[0] == pytest.approx(2.0, abs=0.3)
    assert 0 <= score.weights[1] < 0.15
    found = score.probabilities(rows)
    assert found.mean() == pytest.approx(right.mean(), abs=0.01)


def test_evidence_never_counts_against_an_answer_but_length_may() -> None:
    rows = np.random.default_rng(0).normal(size=(500, 2))
    score = fit_weights(rows, rows.sum(axis=1) < 0, ("topic", "length"))
    assert score.weights[0] == 0.0
    assert score.weights[1] < 0.0


def test_rows_that_are_no_numbers_teach_nothing_and_get_nothing() -> None:
    rows = np.random.default_rng(0).normal(size=(100, 1))
    rows[:10] = np.nan
    score = fit_weights(rows, rows[:, 0] > 0, ("topic",))
    assert np.isfinite(score.weights).all()
    assert (score.probabilities(rows)[:10] == 0).all()


def test_is_learnt_from_what_the_heads_say_of_mails_that_they_did_not_see(encoder: Encoder) -> None:
    score = fit(_noisy(), encoder, (), Silent()).parts.score
    assert score is not None
    assert score.names == TOPIC_SIGNALS
    assert max(score.weights) > 0
    assert len(score.grid.thresholds) > 10


def test_foreign_mail_lowers_what_is_promised(encoder: Encoder) -> None:
    examples = _noisy()
    with_foreign = replace(examples, examples=(*examples.examples, *foreign_examples(60)))
    one, other = (fit(rows, encoder, (), Silent()).parts.score for rows in (examples, with_foreign))
    assert one is not None
    assert other is not None
    assert one.version != other.version


def test_where_nothing_goes_wrong_the_score_is_the_probability_of_the_topic(encoder: Encoder) -> None:
    score = fit(make_examples(60), encoder, (), Silent()).parts.score
    assert score is not None
    assert (score.names, score.weights, score.intercept) == (("topic",), (1.0,), 0.0)


def test_with_an_answer_base_the_score_reads_answers(encoder: Encoder) -> None:
    score = fit(_noisy(), encoder, tuple(ANSWERS.values()), Silent()).parts.score
    assert score is not None
    assert score.reads_answers


def test_an_example_says_what_is_right() -> None:
    example = make_examples(1).examples[0]
    own = example.topic
    assert is_right(example, own, None, {}) is True
    assert is_right(example, "other", None, {}) is False
    assert is_right(replace(example, answers=()), own, None, {}) is False
    assert is_right(replace(example, in_scope=False), own, None, {}) is False
    assert is_right(replace(example, topics=(own or "", "other")), own, None, {}) is False
    assert is_right(replace(example, topic=None, topics=()), own, None, {}) is None
    assert is_right(example, own, None, ANSWERS) is False
