"""A second request: a sentence that is far from the one about the mail's own topic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.passages import MIN_WORDS, Passages
from model.requests import needed_distance, pieces, requests_cut, second_request

LABELS = ("billing", "delivery", "returns")
OWN = [0.98, 0.01, 0.01]


def test_a_sentence_far_from_the_mails_own_is_found_with_its_topic_and_number() -> None:
    topics = np.array([OWN, [0.6, 0.35, 0.05], [0.01, 0.02, 0.97]])
    found = second_request([0, 3, 5], topics, LABELS, (0, 0.6))
    assert found is not None
    assert (found.topic, found.probability, found.sentence) == ("returns", 0.97, 5)


@pytest.mark.parametrize(
    ("row", "certainty", "why"),
    [
        ([0.9, 0.05, 0.05], 0.6, "it is about the topic of the mail"),
        ([0.2, 0.75, 0.05], 0.6, "it may still be about the topic of the mail"),
        ([0.3, 0.35, 0.35], 0.6, "it speaks of no topic for certain"),
        ([0.01, 0.02, 0.97], 0.999, "the mail as a whole is surer of its topic than the sentence is of another"),
    ],
)
def test_a_sentence_does_not_count_when(row: list[float], certainty: float, why: str) -> None:
    assert second_request([0, 1], np.array([OWN, row]), LABELS, (0, certainty)) is None, why


def test_no_sentence_has_no_request() -> None:
    assert second_request([], np.zeros((0, 3)), LABELS, (0, 0.9)) is None


def test_a_single_topic_has_no_second() -> None:
    assert second_request([0, 1], np.ones((2, 1)), ("billing",), (0, 1.0)) is None


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_surer_mail_needs_a_farther_sentence(one: float, other: float) -> None:
    low, high = sorted([one, other])
    assert 0 < needed_distance(low) <= needed_distance(high) < np.inf


@pytest.mark.parametrize(
    ("sentence", "cut"),
    [
        ("help me with my order Is my top up not working?", ("help me with my order", "Is my top up not working?")),
        ("why can I not use my new card in the shop", ("why can I not use my new card in the shop",)),
        ("i want to pay at the ATM with my new card", ("i want to pay at the ATM with my new card",)),
        ("please set up the Apple Pay", ("please set up the Apple Pay",)),
        (
            "ich habe noch eine Frage zu der Rechnung vom letzten Monat und zum neuen Vertrag",
            ("ich habe noch eine Frage zu der Rechnung vom letzten Monat und zum neuen Vertrag",),
        ),
    ],
)
def test_a_capital_without_a_full_stop_begins_a_sentence(sentence: str, cut: tuple[str, ...]) -> None:
    assert pieces(sentence) == cut


@given(st.text(alphabet="aB I'.?\n", max_size=60))
def test_pieces_keep_every_word_and_none_is_too_short_to_ask(sentence: str) -> None:
    cut = pieces(sentence)
    assert [word for piece in cut for word in piece.split()] == sentence.split()
    assert len(cut) == 1 or all(len(piece.split()) >= MIN_WORDS for piece in (cut[0], cut[-1]))


def test_a_mail_of_one_sentence_is_cut_where_a_second_begins() -> None:
    found = requests_cut(Passages.of("Hello. I cannot log in today My virtual card is not working."))
    assert found.sentences == ("I cannot log in today", "My virtual card is not working.")
    assert found.numbers == (1, 1)


def test_a_mail_without_such_capitals_stays_as_it_was_cut() -> None:
    cut = Passages.of("My card has not come yet. How long does it take to arrive?")
    assert requests_cut(cut) is cut
