"""Words without case, accents and punctuation."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.deciding.folding import Words, folded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Rückgabe: JA!", "ruckgabe ja"),
        ("ZAŻALENIE, skarga", "zazalenie skarga"),
        ("łódź", "lodz"),
        ("l'Été — déjà", "l ete deja"),
        ("e\u0301te\u0301", "ete"),
        ("\uff2c\uff21\uff37", "law"),
        ("Straße", "strasse"),
        ("order_number", "order number"),
        ("  \n\t ", ""),
    ],
)
def test_what_a_reader_takes_for_the_same_is_the_same(text: str, words: str) -> None:
    assert folded(text) == words


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("my lawyer writes", "lawyer", True),
        ("my lawyers write", "lawyer", False),
        ("lawyer", "lawyer", True),
        ("data protection officer", "data protection", True),
        ("data for protection", "data protection", False),
        ("", "lawyer", False),
        ("Ihre ANWÄLTE, sagt er", "anwalte", True),
        ("a b a c", "a c", True),
        ("c a", "a c", False),
    ],
)
def test_words_are_found_whole_and_in_their_order(text: str, words: str, found: bool) -> None:
    assert Words.of(text).have(words) is found


@pytest.mark.parametrize("text", ["\u0301\u0327" * 500_000, "a " * 500_000, "ab" * 500_000])
def test_a_million_characters_take_no_time_whatever_they_are(text: str) -> None:
    started = time.monotonic()
    assert not Words.of(text).have("a " * 50 + "b")
    assert time.monotonic() - started < 4.0
