"""Which rows are learnt from and which are kept to measure: by group, by time when dates exist, never both."""

import hashlib
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from data.examples import Example, ExampleError, ExampleSet, text_key
from training.truth import group_numbers

HELD_BACK = frozenset(["test", "dev", "val", "valid", "validation", "eval", "holdout"])
HASH_DIGITS = 16
NEWEST_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Examples that may be used, and how many were left out: kept for tests by their `split`, or dropped because both sides had them."""

    examples: ExampleSet
    held_back: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Row numbers to learn from and row numbers to measure on; no group is in both."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def training_rows(examples: ExampleSet, *, drop_overlap: bool) -> Selection:
    """The rows to learn from: all but those whose `split` says that they are kept for tests.

    Raises:
        ExampleError: nothing is left, or a row has the text or the group of one that is kept for tests.
    """
    held_back = [example for example in examples.examples if (example.split or "").lower() in HELD_BACK]
    chosen = [example for example in examples.examples if (example.split or "").lower() not in HELD_BACK]
    if not chosen:
        raise ExampleError(f"all {len(held_back)} rows are kept for tests by their split: nothing is left to learn from")
    kept, dropped = without_known(chosen, short_hashes(held_back), "that is kept for tests", drop=drop_overlap)
    return Selection(examples=replace(examples, examples=kept), held_back=len(held_back), dropped=dropped)


def unseen_rows(examples: ExampleSet, known: Collection[str], *, drop_overlap: bool) -> Selection:
    """The rows that a bundle with these hashes was not trained on.

    Raises:
        ExampleError: the bundle has seen rows and they are not to be dropped, or it has seen all of them.
    """
    kept, dropped = without_known(examples.examples, known, "that the bundle was trained on", drop=drop_overlap)
    return Selection(examples=replace(examples, examples=kept), dropped=dropped)


def without_known(examples: Sequence[Example], known: Collection[str], what: str, *, drop: bool) -> tuple[tuple[Example, ...], int]:
    """Examples whose text and group are not among hashes, and the number of the others.

    Raises:
        ExampleError: there are others and `drop` is false, or nothing else is left.
    """
    known = frozenset(known)
    kept = tuple(example for example in examples if known.isdisjoint(_hashes(example)))
    dropped = len(examples) - len(kept)
    if dropped and not drop:
        raise ExampleError(f"{dropped} of {len(examples)} rows have the text or the group of a row {what}; --drop-overlap leaves them out")
    if not kept:
        raise ExampleError(f"all {dropped} rows have the text or the group of a row {what}: nothing is left")
    return kept, dropped


def known_rows(examples: Sequence[Example], known: Collection[str]) -> int:
    """How many examples have a text or a group that is among hashes."""
    known = frozenset(known)
    return sum(not known.isdisjoint(_hashes(example)) for example in examples)


def short_hashes(examples: Sequence[Example]) -> tuple[str, ...]:
    """What a bundle remembers of its examples to recognise them again: hashes of texts and groups, sorted."""
    return tuple(sorted({key for example in examples for key in _hashes(example)}))


def folds(examples: Sequence[Example], number: int) -> list[Fold]:
    """Split for cross-validation: by time when every row has a date, else by group with topics spread evenly.

    Raises:
        ExampleError: fewer groups than folds.
    """
    groups = group_numbers(examples)
    if number < 2 or groups.max(initial=-1) + 1 < number:
        raise ExampleError(f"--folds {number}: at least 2, and at most one a group of rows; there are {groups.max(initial=-1) + 1} groups")
    dates = row_dates(examples)
    return list(_rolling(dates, groups, number) if dates is not None else _stratified(examples, groups, number))


def newest(examples: Sequence[Example], share: float = NEWEST_SHARE) -> Fold | None:
    """The past to learn from and the newest rows to measure on; None unless every row has a date."""
    dates = row_dates(examples)
    if dates is None:
        return None
    groups = group_numbers(examples)
    fold = _between(dates, groups, float(np.quantile(dates, 1 - share)), np.inf)
    return fold if len(fold.train) and len(fold.test) else None


def first_of_each(examples: Sequence[Example]) -> NDArray[np.int64]:
    """Numbers of the rows of which no earlier one has the text or the group; by time when every row has a date, else by the file.

    A first row stays one when rows are added behind it, also where the added ones join two threads by an equal text.
    """
    dates = row_dates(examples)
    order = range(len(examples)) if dates is None else np.argsort(dates, kind="stable").tolist()
    seen: set[str] = set()
    first: list[int] = []
    for row in order:
        keys = _hashes(examples[row])
        if seen.isdisjoint(keys):
            first.append(row)
        seen.update(keys)
    return np.array(first, dtype=np.int64)


def row_dates(examples: Sequence[Example]) -> NDArray[np.float64] | None:
    """Seconds since 1970 of every row, or None when a date is missing or all are equal."""
    dates = np.array([example.date.timestamp() if example.date else np.nan for example in examples])
    return dates if len(dates) and np.ptp(dates) > 0 else None


def _rolling(dates: NDArray[np.float64], groups: NDArray[np.int64], number: int) -> Iterator[Fold]:
    """Learn from everything before a moment, measure until the next one: one block more than folds, the first is never measured."""
    cuts = [*np.quantile(dates, np.arange(1, number + 1) / (number + 1)), np.inf]
    for start, end in zip(cuts, cuts[1:], strict=False):
        fold = _between(dates, groups, float(start), float(end))
        if len(fold.train) and len(fold.test):
            yield fold


def _between(dates: NDArray[np.float64], groups: NDArray[np.int64], start: float, end: float) -> Fold:
    """A later row of a group that began in the past is neither learnt from nor measured."""
    past = dates < start
    later = (dates >= start) & (dates < end) & ~np.isin(groups, groups[past])
    return Fold(train=np.flatnonzero(past), test=np.flatnonzero(later))


def _stratified(examples: Sequence[Example], groups: NDArray[np.int64], number: int) -> Iterator[Fold]:
    topics = np.unique([example.topic or "" for example in examples], return_inverse=True)[1]
    splitter = StratifiedGroupKFold(number, shuffle=True, random_state=0)
    if np.bincount(topics).max() < number:
        topics = np.zeros_like(topics)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        for train, test in splitter.split(topics, topics, groups):
            yield Fold(train=train.astype(np.int64), test=test.astype(np.int64))


def _hashes(example: Example) -> tuple[str, ...]:
    of_text = text_key(example)[:HASH_DIGITS]
    if not example.group:
        return (of_text,)
    return of_text, hashlib.sha256(f"group {example.group}".encode()).hexdigest()[:HASH_DIGITS]
