"""Which rows are learnt from: nothing that is measured is ever known."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.examples import Example, ExampleError, ExampleSet, group_keys
from tests.factories import NOW, make_examples
from training.dataset import first_of_each, folds, newest, short_hashes, training_rows, unseen_rows

texts = st.sampled_from([f"mail number {number}" for number in range(15)])
labels = st.sampled_from(["a", "b", "c"])
threads = st.one_of(st.none(), st.sampled_from([f"t{number}" for number in range(8)]))
rows = st.lists(st.tuples(texts, labels, threads, st.integers(0, 1_000)), min_size=12, max_size=60)


def _examples(values: list[tuple[str, str, str | None, int]], *, dated: bool) -> list[Example]:
    return [
        Example(id=str(i), body=text, topic=topic, topics=(topic,), group=group, date=NOW + timedelta(hours=hour) if dated else None)
        for i, (text, topic, group, hour) in enumerate(values)
    ]


def _with_split(examples: ExampleSet, **splits: str) -> ExampleSet:
    changed = tuple(replace(example, split=splits.get(example.id.replace("-", "_"), "train")) for example in examples.examples)
    return replace(examples, examples=changed)


def test_leaves_out_the_rows_that_are_kept_for_tests() -> None:
    examples = _with_split(make_examples(20), ex_0="test", ex_1="Dev")
    selection = training_rows(examples, drop_overlap=False)
    assert selection.held_back == 2
    assert {example.id for example in examples.examples} - {example.id for example in selection.examples.examples} == {"ex-0", "ex-1"}


def test_refuses_to_learn_from_a_thread_that_is_also_kept_for_tests() -> None:
    examples = _with_split(make_examples(20), ex_0="test")  # ex-1 is of the same thread
    with pytest.raises(ExampleError, match=r"^1 of 19 rows .* --drop-overlap"):
        training_rows(examples, drop_overlap=False)
    assert training_rows(examples, drop_overlap=True).dropped == 1


def test_refuses_a_file_of_which_everything_is_kept_for_tests() -> None:
    examples = make_examples(4)
    everything = replace(examples, examples=tuple(replace(example, split="test") for example in examples.examples))
    with pytest.raises(ExampleError, match="nothing is left to learn from"):
        training_rows(everything, drop_overlap=False)


def test_recognises_a_text_that_a_bundle_was_trained_on_in_any_case_and_spacing() -> None:
    examples = make_examples(6)
    known = short_hashes([replace(examples.examples[0], group=None)])
    shouted = replace(examples.examples[0], subject=f"  {examples.examples[0].subject.upper()} ", group=None)
    with pytest.raises(ExampleError, match="1 of 6 rows"):
        unseen_rows(replace(examples, examples=(shouted, *examples.examples[1:])), known, drop_overlap=False)


def test_counts_the_rows_that_it_drops() -> None:
    examples = make_examples(20)
    selection = unseen_rows(examples, short_hashes(examples.examples[:4]), drop_overlap=True)
    assert (selection.dropped, len(selection.examples.examples)) == (4, 16)


def test_says_so_when_a_bundle_has_seen_everything() -> None:
    examples = make_examples(6)
    with pytest.raises(ExampleError, match="all 6 rows .* nothing is left"):
        unseen_rows(examples, short_hashes(examples.examples), drop_overlap=True)


@given(values=rows, number=st.integers(2, 4))
def test_measures_every_row_once_and_never_on_a_group_that_was_learnt_from(
    values: list[tuple[str, str, str | None, int]], number: int
) -> None:
    examples = _examples(values, dated=False)
    groups = np.array(group_keys(examples))
    if len(set(groups)) < number:
        return
    split = folds(examples, number)
    assert sorted(row for fold in split for row in fold.test) == list(range(len(examples)))
    for fold in split:
        assert not set(groups[fold.train]) & set(groups[fold.test])


@given(values=rows, number=st.integers(2, 4))
def test_with_dates_everything_learnt_from_is_older_than_what_is_measured(
    values: list[tuple[str, str, str | None, int]], number: int
) -> None:
    examples = _examples(values, dated=True)
    groups = np.array(group_keys(examples))
    dates = np.array([example.date for example in examples])
    if len(set(groups)) < number or len(set(dates)) < 2:
        return
    tested = [row for fold in folds(examples, number) for row in fold.test]
    assert len(tested) == len(set(tested))
    for fold in folds(examples, number):
        assert max(dates[fold.train]) < min(dates[fold.test])
        assert not set(groups[fold.train]) & set(groups[fold.test])


def test_spreads_topics_evenly_over_folds() -> None:
    examples = make_examples(120).examples
    for fold in folds(examples, 4):
        counts = np.unique([examples[row].topic or "" for row in fold.test], return_counts=True)[1]
        assert len(counts) == 3
        assert counts.max() - counts.min() <= 6


def test_refuses_more_folds_than_groups() -> None:
    with pytest.raises(ExampleError, match="--folds 5: .* there are 2 groups"):
        folds(make_examples(4).examples, 5)


def test_keeps_the_newest_fifth_when_every_row_has_a_date() -> None:
    dated = [replace(example, group=None, date=NOW + timedelta(days=day)) for day, example in enumerate(make_examples(50).examples)]
    fold = newest(dated)
    assert fold is not None
    assert fold.test.tolist() == list(range(40, 50))
    assert newest([*dated, make_examples(51).examples[50]]) is None


def _said(text: str, group: str | None, day: int | None = None) -> Example:
    return Example(id=f"{text}-{group}-{day}", body=text, group=group, date=None if day is None else NOW + timedelta(days=day))


def test_the_first_mail_of_a_text_or_a_thread_stands_for_all() -> None:
    rows = [_said("Hello", "a"), _said("Again", "a"), _said("HELLO ", "b"), _said("More", "b"), _said("Other", None)]
    assert first_of_each(rows).tolist() == [0, 4]


def test_the_first_mail_is_the_oldest_when_every_row_has_a_date() -> None:
    rows = [_said("Hello", "a", 3), _said("Again", "a", 1), _said("Other", None, 2)]
    assert first_of_each(rows).tolist() == [1, 2]
    assert first_of_each([*rows, _said("New", None)]).tolist() == [0, 2, 3]


def test_an_equal_text_in_two_threads_does_not_make_one_of_them_later() -> None:
    rows = [_said("Hello", "a"), _said("Other", "b"), _said("Thanks", "a"), _said("Thanks", "b")]
    assert [first_of_each(rows[:size]).tolist() for size in (2, 3, 4)] == [[0, 1]] * 3


@given(values=rows, dated=st.booleans())
def test_rows_that_are_added_take_no_first_row_away(values: list[tuple[str, str, str | None, int]], dated: bool) -> None:
    examples = sorted(_examples(values, dated=dated), key=lambda example: example.date or NOW)
    first = first_of_each(examples).tolist()
    for size in range(len(examples)):
        assert first_of_each(examples[:size]).tolist() == [row for row in first if row < size]
