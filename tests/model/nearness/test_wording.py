"""Which words one text has in place of another's."""

import pytest

from model.nearness.wording import Wording, is_same_word


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("parcel", "parecl", True),
        ("delivery", "delivry", True),
        ("return", "returning", True),
        ("zwrotu", "zwrot", True),
        ("jacket", "bicycle", False),
        ("jacke", "lampe", False),
        ("sofa", "bett", False),
    ],
)
def test_tells_a_typing_mistake_from_another_word(left: str, right: str, same: bool) -> None:
    assert is_same_word(left, right) is same


def test_finds_the_noun_that_was_put_in_place_of_another() -> None:
    found = Wording().replaced(
        "you can return your jacket within a month\npack the jacket well", "you can return your sofa within a month\npack the sofa well"
    )
    assert found == (("jacket", "sofa"), ("jacket", "sofa"))


def test_a_dropped_sentence_replaces_nothing() -> None:
    assert Wording().replaced("pack the jacket well\nsend it back", "send it back") == ()


def test_mistyped_words_replace_nothing() -> None:
    assert Wording().replaced("pack the jacket in its box", "pakc the jackt in its box") == ()


@pytest.mark.parametrize(
    ("left", "right", "doubtful"),
    [
        ("bring up to 5000 euro in cash", "brign up to 1000 euro in cahs", True),
        ("it costs 1 299 00 euro", "it costs 1299 euro", False),
        ("the transfer does not need a fee", "teh trasfer does need a fe", True),
        ("you may pay it in 3 parts", "you may pay it in 3 parst", False),
    ],
)
def test_other_figures_and_negations_in_mistyped_sentences_are_doubtful(left: str, right: str, doubtful: bool) -> None:
    assert Wording().is_doubtful(left, right, frozenset(["not"])) is doubtful
