"""Where a second request may begin, and what is left whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.passages import MIN_WORDS, Passages
from model.requests import Cutter
from model.requests.cutting import MOST_WORDS, around, pieces, places
from model.requests.hashing import BITS, hashed

WORDS = st.lists(st.text(alphabet="aB'.,?é", min_size=1, max_size=6), min_size=0, max_size=90)


def _cutter(*seen: str) -> Cutter:
    """Cuts wherever one of these is seen."""
    weights = np.zeros(2**BITS, dtype=np.float32)
    row = hashed([seen])
    weights[row.indices] = np.sign(row.data)
    return Cutter(weights=weights, intercept=0.0, limit=0.9)


def test_a_sentence_is_cut_where_a_new_request_begins() -> None:
    stretches = _cutter(">my virtual card").stretches(Passages.of("Hello. I cannot log in today My virtual card is not working."))
    assert stretches.texts == ("I cannot log in today", "My virtual card is not working.")
    assert (stretches.numbers, stretches.rows) == ((1, 1), (-1, -1))
    assert stretches.new == stretches.texts


def test_what_was_whole_keeps_its_vector() -> None:
    cut = Passages.of("My card has not come yet. I cannot log in today my virtual card is not working. Thanks!")
    stretches = _cutter(">my virtual").stretches(cut)
    assert stretches.texts == ("My card has not come yet.", "I cannot log in today", "my virtual card is not working.")
    assert (stretches.numbers, stretches.rows) == ((0, 1, 1), (0, -1, -1))
    assert stretches.new == stretches.texts[1:]


def test_a_mail_of_many_sentences_is_not_cut_again() -> None:
    cut = Passages.of("I cannot log in today my virtual card is not working. " + "My card has not come yet. " * 3)
    stretches = _cutter(">my virtual").stretches(cut)
    assert (stretches.texts, stretches.rows, stretches.new) == (cut.sentences, (0, 1, 2, 3), ())


def test_a_mail_of_one_request_has_nothing_to_couple() -> None:
    assert Cutter.untrained().stretches(Passages.of("Hello. I cannot log in today My virtual card is not working.")).texts == ()
    assert _cutter(">my virtual").stretches(Passages.of("")).texts == ()


def test_two_cuts_at_most_and_no_piece_too_short_to_ask() -> None:
    text = "and again " * 20
    stretches = _cutter(">again").stretches(Passages.of(text))
    assert len(stretches.texts) == 3
    assert all(len(piece.split()) >= MIN_WORDS for piece in stretches.texts)
    assert " ".join(stretches.texts) == text.strip()


def test_the_untrained_cuts_nothing() -> None:
    cut = Passages.of("My card has not come yet. How long does it take to arrive?")
    stretches = Cutter.untrained().stretches(cut)
    assert (stretches.texts, stretches.rows, stretches.new) == (cut.sentences, (0, 1), ())


def test_the_highest_place_of_a_sentence_is_what_a_cut_would_need() -> None:
    cutter = _cutter(">my virtual")
    assert cutter.highest("I cannot log in today my virtual card is not working.") == pytest.approx(1.0)
    assert cutter.highest("too short") == float("-inf")


@given(WORDS)
def test_places_leave_enough_words_on_either_side_and_can_all_be_seen(words: list[str]) -> None:
    for place in places(words):
        assert MIN_WORDS <= place <= min(len(words), MOST_WORDS) - MIN_WORDS
        assert list(around(words, place))


@given(WORDS.map(" ".join), st.sets(st.integers(1, 80), max_size=3))
def test_pieces_keep_every_word(sentence: str, at: set[int]) -> None:
    inside = sorted(place for place in at if place < len(sentence.split()))
    assert [word for piece in pieces(sentence, inside) for word in piece.split()] == sentence.split()
