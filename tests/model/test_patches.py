"""An index that follows its base edit by edit finds what an index built anew would find."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.answer import Answer, State, Visibility
from model.encoder import Encoder, EncoderReference, Vectors, load_encoder
from model.retriever import FEW_CHANGED, AnswerIndex
from model.search.hits import SearchFilters
from model.search.keys import keys_of
from tests.factories import make_answer

TODAY = date(2026, 11, 21)
ENCODER = load_encoder("hashing")
IDS = tuple("abcdef")
TEXTS = ("parcel lost", "parcel late", "invoice copy", "open on Sunday", "password", "")
ANSWERS = st.builds(
    make_answer,
    id=st.sampled_from(IDS),
    title=st.sampled_from(TEXTS),
    body=st.sampled_from(TEXTS),
    topic=st.sampled_from(("delivery", "billing", None)),
    state=st.sampled_from((State.ACTIVE, State.ACTIVE, State.ACTIVE, State.DRAFT)),
    visibility=st.sampled_from(Visibility),
    merged_into=st.sampled_from((None, None, *IDS)),
    valid_until=st.sampled_from((None, date(2000, 1, 1))),
    version=st.integers(1, 9),
)
EDITS = st.tuples(st.lists(ANSWERS, max_size=3, unique_by=lambda answer: answer.id), st.frozensets(st.sampled_from(IDS), max_size=1))


@dataclass(frozen=True, slots=True)
class Counting:
    """The encoder without weights, and what it was asked to encode."""

    asked: list[str] = field(default_factory=list)
    reference: EncoderReference = ENCODER.reference
    batches: bool = False

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode and remember."""
        self.asked.extend(texts)
        return ENCODER.encode(texts)


def results(index: AnswerIndex) -> list[object]:
    """Everything that searches of several kinds give."""
    out: list[object] = [index.version, dict(index.answers), sorted((key.answer_id, key.kind, key.text) for key in index.keys)]
    for query in ("parcel", "invoices", "open sunday"):
        vector = ENCODER.encode([query])[0]
        for filters in (
            SearchFilters(today=TODAY),
            SearchFilters(today=TODAY, visibility=Visibility.PUBLIC, topic="delivery", language="en"),
        ):
            out.append(index.search(query, vector, filters, {"delivery": 0.7, "billing": 0.3}, 4))
        out.append(index.nearest(vector[None]))
    return out


@settings(deadline=None, max_examples=25)
@given(st.lists(ANSWERS, max_size=5, unique_by=lambda answer: answer.id), st.lists(EDITS, max_size=5))
def test_a_patched_index_finds_what_a_fresh_one_finds(start: list[Answer], edits: list[tuple[list[Answer], frozenset[str]]]) -> None:
    base = {answer.id: answer for answer in start}
    index = AnswerIndex.build(start, ENCODER, "0")
    for number, (changed, gone) in enumerate(edits, start=1):
        gone -= {answer.id for answer in changed}
        before, older = results(index), index
        index = index.patched(str(number), changed, gone, ENCODER)
        base = {key: answer for key, answer in base.items() if key not in gone} | {answer.id: answer for answer in changed}
        assert results(older) == before, "the older index still serves"
        assert results(index) == results(AnswerIndex.build(tuple(base.values()), ENCODER, str(number)))
    assert results(index.rebuilt(ENCODER)) == results(index)


def test_vectors_that_are_known_are_not_made_again() -> None:
    answers = [make_answer(id="a", title="one", body="two"), make_answer(id="b", title="one", body="three")]
    known = {"two": ENCODER.encode(["two"])[0]}
    counting = Counting()
    index = AnswerIndex.build(answers, counting, "1", known)
    assert counting.asked == ["one", "three"]
    index.patched("2", [make_answer(id="a", title="four", body="two")], (), counting)
    assert counting.asked == ["one", "three", "four"]
    five = make_answer(id="a", title="five", body="two")
    index.patched("2", [five], (), counting, {"five": known["two"]}).rebuilt(counting)
    assert counting.asked == ["one", "three", "four"]


def test_a_merge_encodes_nothing_and_leads_the_texts_to_the_canonical_answer() -> None:
    answers = [make_answer(id="root", body="ten days"), make_answer(id="copy", title="Money back", body="in ten days")]
    counting = Counting()
    index = AnswerIndex.build(answers, counting, "1")
    counting.asked.clear()
    merged = index.patched("2", [replace(answers[1], merged_into="root")], (), counting)
    assert counting.asked == []
    assert list(merged.answers) == ["root"]
    (first,) = merged.search("Money back", ENCODER.encode(["Money back"])[0], SearchFilters(today=TODAY), {}, 5)
    assert (first.answer_id, first.key) == ("root", "alias")
    assert results(merged.patched("1", [answers[1]], (), counting)) == results(index)


def test_many_changes_ask_for_a_new_index_and_that_has_none() -> None:
    answers = [make_answer(id=f"a{number}") for number in range(200)]
    index = AnswerIndex.build(answers, ENCODER, "1")
    for number in range(FEW_CHANGED // 2):
        index = index.patched("2", [replace(answers[number], version=2)], (), ENCODER)
    assert not index.needs_rebuild
    index = index.patched("3", (), ["a150"], ENCODER)
    assert index.needs_rebuild
    assert not index.rebuilt(ENCODER).needs_rebuild


def test_a_single_edit_of_15_000_answers_takes_milliseconds() -> None:
    texts = [f"title {number} of {number % 37} words" for number in range(15_000)]
    answers = [
        make_answer(id=f"a{number}", title=text, body=f"{text}, and what there is to say about it") for number, text in enumerate(texts)
    ]
    known = {key.text: vector for answer in answers for key, vector in zip(keys_of(answer), np.eye(2, 256, dtype=np.float32), strict=True)}
    index = AnswerIndex.build(answers, ENCODER, "1", known)
    times = []
    for number in range(30):
        start = time.process_time()
        index = index.patched("2", [replace(answers[number], version=2)], (), ENCODER)
        times.append(time.process_time() - start)
    assert index.answers["a0"].version == 2
    assert sorted(times)[15] < 0.005


@pytest.mark.parametrize("gone", [("nobody",), ()])
def test_a_change_of_nothing_changes_nothing(gone: tuple[str, ...]) -> None:
    encoder: Encoder = Counting()
    index = AnswerIndex.build([make_answer()], encoder, "1")
    assert results(index.patched("1", (), gone, encoder)) == results(index)
