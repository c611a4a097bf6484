"""Hashed shingles of many texts at once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from model.nearness.sketch import Column, Sketches

WORDS = st.lists(st.sampled_from(["a", "bill", "parcel", "straße", "day", "30"]), max_size=12)


def shared(column: Column, left: int, right: int) -> int:
    return len(set(column.row(left).tolist()) & set(column.row(right).tolist()))


def test_counts_the_different_grams_of_a_text() -> None:
    sketches = Sketches.of(["abcdef", "abcdef abcdef", ""])
    assert sketches.grams.sizes.tolist() == [4, 7, 1]


def test_the_order_of_sentences_hardly_matters() -> None:
    sketches = Sketches.of(["send the parcel back\nwe refund the price", "we refund the price\nsend the parcel back"])
    assert shared(sketches.grams, 0, 1) / sketches.grams.sizes[0] > 0.85
    assert shared(sketches.triples, 0, 1) >= 4


@settings(deadline=None)
@given(st.lists(WORDS, min_size=2, max_size=5))
def test_a_text_is_sketched_the_same_whatever_stands_next_to_it(texts: list[list[str]]) -> None:
    joined = [" ".join(words) for words in texts]
    together = Sketches.of(joined)
    for place, text in enumerate(joined):
        alone = Sketches.of([text])
        assert together.grams.row(place).tolist() == alone.grams.row(0).tolist()
        assert together.triples.row(place).tolist() == alone.triples.row(0).tolist()


@settings(deadline=None)
@given(WORDS)
def test_word_triples_are_as_many_as_the_different_ones(words: list[str]) -> None:
    expected = (
        len(set(zip(words, words[1:], words[2:], strict=False))) if len(words) > 2 else len({tuple(words[n:]) for n in range(len(words))})
    )
    assert Sketches.of([" ".join(words)]).triples.sizes.tolist() == [expected]
