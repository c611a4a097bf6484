"""What search must reach in the starter base and on stackfaq, with the default encoder."""

import numpy as np
import pytest

from model.encoder import Encoder, load_encoder
from model.search.hits import SearchWeights
from tests.proofs.questions import STACKFAQ, Starter, across_languages, duplicate_precision, good_shares, paraphrase_recall, topics_found


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def starter(encoder: Encoder) -> Starter:
    return Starter.load(encoder)


def test_a_question_in_any_language_finds_the_answer_written_in_any_other(starter: Starter) -> None:
    shares = np.array(list(across_languages(starter).values()))
    assert shares[:, 2].mean() >= 0.90
    assert shares[:, 2].min() >= 0.80


def test_spanish_mails_find_answers_that_exist_only_in_french(starter: Starter) -> None:
    """A topic counts when more than half of its held-back mails have an answer of it among the first three."""
    topics = topics_found(starter, "es", "fr")
    assert len(topics) == 15
    assert np.mean([share > 0.5 for share in topics.values()]) >= 0.90


def test_mails_about_something_else_have_no_good_hit(starter: Starter) -> None:
    shares = good_shares(starter, ["es"])
    assert shares["mails about something else"] <= 0.10
    assert shares["held-back mails, right first"] >= 0.60


@pytest.mark.skipif(not STACKFAQ.is_file(), reason="the public data sets are not there")
def test_paraphrases_find_their_thread(encoder: Encoder) -> None:
    (shares,) = paraphrase_recall(encoder, 1, [SearchWeights()])
    assert shares[0] >= 0.89
    assert shares[4] >= 0.98


@pytest.mark.skipif(not STACKFAQ.is_file(), reason="the public data sets are not there")
def test_paraphrases_of_one_thread_are_told_from_those_of_others(encoder: Encoder) -> None:
    assert duplicate_precision(encoder) >= 0.80
