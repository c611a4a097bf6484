"""Search by spelling: what is shared, how it is weighed, and that it does not depend on how it is stored."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.search.lexical import MOST_POSTINGS, READ_CHARACTERS, Frequencies, Postings, Question, Terms

TEXTS = [
    "Where is my parcel?",
    "Mi paquete no ha llegado",
    "Fault E-4711 of the washing machine",
    "Fault E-0815 of the washing machine",
    "Rechnung für die Steuererklärung",
    "I cannot sign in to my account",
]
WORDS = st.text(alphabet="abcxyz é", max_size=12)
FEW = settings(deadline=None, max_examples=30)


def best(question: str, texts: list[str]) -> str:
    """The text that holds most of a question."""
    terms = Terms.of(texts)
    return texts[int(Postings.of(terms).scores(Question.of(question, Frequencies.of(terms))).argmax())]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("washing machine shows e-4711", TEXTS[2]),
        ("RECHNUNG fur steuererklarung", TEXTS[4]),
        ("wheres my parcl", TEXTS[0]),
        ("¿Y mi paquete?", TEXTS[1]),
        ("sign-in", TEXTS[5]),
    ],
)
def test_finds_codes_other_cases_missing_accents_and_typing_errors(question: str, found: str) -> None:
    assert best(question, TEXTS) == found


def test_a_text_holds_all_of_itself_and_nothing_of_another_alphabet() -> None:
    terms = Terms.of(TEXTS)
    frequencies = Frequencies.of(terms)
    assert Postings.of(terms).scores(Question.of(TEXTS[0], frequencies))[0] == pytest.approx(1)
    assert not Postings.of(terms).scores(Question.of("где моя посылка", frequencies)).any()


def test_rare_words_count_more_than_common_ones() -> None:
    texts = ["the quick delivery", *["the slow delivery"] * 20, "refund"]
    terms = Terms.of(texts)
    scores = Postings.of(terms).scores(Question.of("the refund", Frequencies.of(terms)))
    assert scores[-1] > scores[1]


@FEW
@given(st.lists(WORDS, max_size=6), WORDS)
def test_postings_and_rows_give_the_same_scores(texts: list[str], question: str) -> None:
    terms = Terms.of(texts)
    asked = Question.of(question, Frequencies.of(terms))
    assert np.array_equal(Postings.of(terms).scores(asked), terms.scores(asked))


@FEW
@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=6), st.data())
def test_frequencies_after_a_change_are_those_of_the_changed_base(texts: list[str], more: list[str], data: st.DataObject) -> None:
    gone = data.draw(st.lists(st.sampled_from(range(len(texts))), unique=True) if texts else st.just([]))
    kept = [text for number, text in enumerate(texts) if number not in gone]
    changed = Frequencies.of(Terms.of(texts)).changed(more=Terms.of(more), less=Terms.of([texts[number] for number in gone]))
    fresh = Frequencies.of(Terms.of(kept + more))
    assert changed.texts == fresh.texts
    assert np.array_equal(changed.counts, fresh.counts)


@FEW
@given(st.lists(WORDS, max_size=6), st.data())
def test_taking_and_joining_texts_keeps_their_terms(texts: list[str], data: st.DataObject) -> None:
    rows = np.array(data.draw(st.lists(st.sampled_from(range(len(texts))))) if texts else [], dtype=np.int64)
    taken, fresh = Terms.of(texts).take(rows), Terms.of([texts[row] for row in rows])
    joined = Terms.joined([Terms.of([text]) for text in texts])
    for one, other in ((taken, fresh), (joined, Terms.of(texts))):
        assert np.array_equal(one.columns, other.columns)
        assert np.array_equal(one.starts, other.starts)


def test_pieces_end_with_their_word_and_texts_with_their_line() -> None:
    assert Terms.of(["ab cd"]).columns.tolist() == Terms.of(["cd\nab"]).columns.tolist()
    assert np.array_equal(Terms.of(["ab", "cd"]).columns, np.concatenate([Terms.of(["ab"]).columns, Terms.of(["cd"]).columns]))


def test_empty_texts_and_an_empty_base_score_nothing() -> None:
    terms = Terms.of(["", "?!", "\n"])
    assert terms.lengths.tolist() == [0, 0, 0]
    assert not terms.scores(Question.of("parcel", Frequencies.of(terms))).any()
    assert not terms.scores(Question.of("", Frequencies.of(terms))).any()
    assert len(Postings.of(Terms.of([])).scores(Question.of("parcel", Frequencies.of(Terms.of([]))))) == 0


def test_a_text_is_read_up_to_its_limit() -> None:
    assert np.array_equal(Terms.of(["a " * READ_CHARACTERS]).columns, Terms.of(["a " * READ_CHARACTERS + "z"]).columns)


def test_the_commonest_terms_of_a_question_are_left_out_when_they_would_cost_too_much() -> None:
    counts = Frequencies.of(Terms.of(["rare common"]))
    common = Terms.of(["common"]).columns
    counts.counts[common] = MOST_POSTINGS
    looked_up = set(Question.of("rare common", Frequencies(MOST_POSTINGS, counts.counts)).columns.tolist())
    assert looked_up == set(Terms.of(["rare"]).columns.tolist()) - set(common.tolist())
