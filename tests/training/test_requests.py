"""Learning what a second request is, from mails put together; where that cannot be learnt, a rule stands in."""

from dataclasses import replace

import numpy as np
import pytest

from data.examples import ExampleSet
from data.parse import mail_from_fields
from data.taxonomy import Topic
from model.encoder import load_encoder
from model.predictor import Predictor
from model.requests import RequestHead
from tests.factories import make_examples, make_taxonomy
from tests.training.single_requests import REQUESTS, examples
from training.fit import Fitted, fit
from training.progress import Silent
from training.requests import FEWEST_OF_EACH, joined


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    taxonomy = make_taxonomy(topics=tuple(Topic(label=label, description={"en": label}, queue=label) for label in sorted(REQUESTS)))
    return fit(ExampleSet(examples=examples(480), urgencies=taxonomy.urgencies, taxonomy=taxonomy), load_encoder("hashing"), (), Silent())


def _second(fitted: Fitted, body: str) -> str | None:
    predictor = Predictor.of(fitted.parts, load_encoder("hashing"), "test")
    found = predictor.understand(mail_from_fields(subject="", body=body, sender=None)).second_request
    return found.topic if found else None


def test_two_requests_are_told_apart_with_and_without_a_full_stop(fitted: Fitted) -> None:
    assert fitted.parts.requests.vectors is not None
    both = {
        _second(fitted, "where is the parcel i ordered in april. please send me an invoice for the order of april."),
        _second(fitted, "where is the parcel i ordered in april please send me an invoice for the order of april"),
    }
    assert both <= {"delivery", "billing"}


def test_one_request_that_tells_more_stays_one(fitted: Fitted) -> None:
    assert _second(fitted, "i cannot log in to my account since april. It worked well before that.") is None


def test_too_few_mails_leave_the_rule_that_was_not_learnt() -> None:
    few = fit(make_examples(60), load_encoder("hashing"), (), Silent())
    assert few.parts.requests.vectors is None
    assert few.parts.requests.limit == RequestHead.untrained().limit


def test_pairs_are_of_different_topics_and_one_language() -> None:
    rows = [replace(row, language="en" if number % 3 else "de") for number, row in enumerate(examples(FEWEST_OF_EACH))]
    pairs = list(joined(rows, np.random.default_rng(0)))
    assert pairs
    for text in pairs:
        inside = [row for row in rows if row.body in text]
        assert len({row.topic for row in inside}) == len(inside) == 2
        assert len({row.language for row in inside}) == 1
