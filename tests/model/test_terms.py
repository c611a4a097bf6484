"""Terms: only what several groups of mails share, and never personal data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.predictor import Parts
from model.terms import CHARACTERS, MIN_GROUPS, WORDS, TermKind, Vocabulary, masked, without_endless_words
from tests.factories import make_examples

KINDS = [CHARACTERS, WORDS]
GREEK = ["alpha", "beta", "gamma", "delta"]


def learn(kind: TermKind, texts: list[str], groups: list[int]) -> Vocabulary:
    """A vocabulary over plain lists."""
    return Vocabulary.learn(kind, texts, np.array(groups))[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_word_of_one_group_never_enters_however_often_it_comes(kind: TermKind) -> None:
    texts = [f"parcel late {'wolpertinger ' * 5}" if number < 10 else "parcel late" for number in range(14)]
    vocabulary = learn(kind, texts, [0] * 10 + [1, 2, 3, 4])
    assert not any("wolp" in term or "tinger" in term for term in vocabulary.terms)
    assert any("late" in term for term in vocabulary.terms)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 4), st.sets(st.sampled_from(GREEK), min_size=1)), min_size=1),
)
def test_the_vocabulary_is_exactly_what_three_groups_use(rows: list[tuple[int, set[str]]]) -> None:
    kind = TermKind(analyzer="word", shortest=1, longest=1)
    groups = np.unique([group for group, _ in rows], return_inverse=True)[1].tolist()
    vocabulary = learn(kind, [" ".join(sorted(words)) for _, words in rows], groups)
    rest = list(zip(groups, rows, strict=True))
    using = {word: len({group for group, (_, words) in rest if word in words}) for word in GREEK}
    assert dict(zip(vocabulary.terms, vocabulary.group_frequency.tolist(), strict=True)) == {
        word: number for word, number in using.items() if number >= MIN_GROUPS
    }


def test_a_head_reads_only_terms_of_enough_groups() -> None:
    texts = ["late parcel"] * 3 + ["late"] * 4
    vocabulary = learn(WORDS, texts, list(range(7)))
    idf = dict(zip(vocabulary.terms, vocabulary.weighting(5).idf.tolist(), strict=True))
    assert idf["late"] > 0
    assert idf["parcel"] == 0
    assert dict(zip(vocabulary.terms, vocabulary.weighting(3).idf.tolist(), strict=True))["parcel"] > idf["late"]


@pytest.mark.parametrize("kind", KINDS)
def test_weighted_rows_have_norm_1_or_0(kind: TermKind) -> None:
    vocabulary = learn(kind, ["the parcel is late", "the invoice is late", "the parcel is here"] * 3, list(range(9)))
    texts = ["the parcel is late late late", "ξψω", "", "parcel"]
    weighted = vocabulary.weighting(3).apply(vocabulary.count(texts))
    assert weighted.dtype == np.float32
    assert np.allclose(np.sqrt(np.asarray(weighted.power(2).sum(axis=1)).ravel()), [1, 0, 0, 1], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("texts", [["", " ", "!"], ["one alone", "two", "three"], ["", "", ""]])
def test_an_empty_vocabulary_reads_every_text_as_nothing(kind: TermKind, texts: list[str]) -> None:
    vocabulary = learn(kind, texts, [0, 0, 0])
    counts = vocabulary.count(["anything \x00 at all", ""])
    assert vocabulary.terms == ()
    assert counts.shape == (2, 0)
    assert vocabulary.weighting(3).apply(counts).shape == (2, 0)


def test_stored_terms_count_as_the_learnt_ones_do() -> None:
    texts = ["el envío llegó tarde", "el envio llego tarde", "wysłane późno", "el envío"] * 3
    learnt = learn(CHARACTERS, texts, list(range(12)))
    stored = Vocabulary.of(learnt.kind, learnt.terms, learnt.group_frequency, learnt.groups)
    assert (learnt.count(texts) != stored.count(texts)).nnz == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_counts_of_learning_are_those_of_counting(kind: TermKind) -> None:
    texts = ["el envío llegó tarde", "<id> el envio", "", "a parcel alone", "tarde tarde el envío"] * 3
    vocabulary, counts = Vocabulary.learn(kind, texts, np.arange(15))
    assert vocabulary.terms
    assert (counts != vocabulary.count(texts)).nnz == 0


def test_a_word_without_its_accents_is_the_same_word() -> None:
    vocabulary = learn(WORDS, ["zamówienie później"] * 3, [0, 1, 2])
    assert np.array_equal(vocabulary.count(["zamówienie później"]).toarray(), vocabulary.count(["ZAMOWIENIE pozniej"]).toarray())


@pytest.mark.parametrize(
    "private",
    ["ana.garcia@example.com", "https://shop.example/track/AB12345", "+34 600 123 456", "ES91 2100 0418 4502 0005 1332", "ALV-5520917"],
)
def test_masked_personal_data_is_in_no_vocabulary(private: str) -> None:
    texts = [masked(f"My parcel is late, see {private} please") for _ in range(5)]
    for kind in KINDS:
        terms = learn(kind, texts, list(range(5))).terms
        assert any("late" in term for term in terms)
        assert not any(piece in term for term in terms for piece in ("garcia", "exam", "track", "600", "123", "2100", "552", "alv"))


def test_names_and_order_numbers_of_single_mails_are_in_no_vocabulary(parts: Parts) -> None:
    words = {word for term in (*parts.words.terms, *parts.characters.terms) for word in term.split()}
    private = {word.strip(".,").lower() for example in make_examples().examples for word in example.body.split()[-1:]}
    assert len(private) == 120
    assert not words & private
    assert not any(character.isdigit() for word in words for character in word)


def test_an_endless_word_is_cut_and_positions_stay() -> None:
    text = "before " + "x" * 5000 + " order 12345"
    cut = without_endless_words(text)
    assert len(cut) == len(text)
    assert cut.index("12345") == text.index("12345")
    assert max(map(len, cut.split())) == 100
