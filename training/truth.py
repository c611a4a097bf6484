"""Predictions beside the truth: which rows a figure is about."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from data.answer import Answer
from data.examples import Example, ExampleError, group_keys
from model.calibration import Probabilities
from model.understanding import Match
from model.urgency import Scale
from training.measures import Labelled


def group_numbers(examples: Sequence[Example]) -> NDArray[np.int64]:
    """Group of every example as a number, shape (n,)."""
    return np.unique(group_keys(examples), return_inverse=True)[1].astype(np.int64)


def with_topic(examples: Sequence[Example]) -> NDArray[np.int64]:
    """Numbers of the rows that are in scope and have a topic."""
    return np.array([i for i, example in enumerate(examples) if example.in_scope and example.topic is not None], dtype=np.int64)


def with_urgency(examples: Sequence[Example]) -> NDArray[np.int64]:
    """Numbers of the rows that have an urgency."""
    return np.array([i for i, example in enumerate(examples) if example.urgency is not None], dtype=np.int64)


def topics_beside(
    examples: Sequence[Example], labels: tuple[str, ...], topics: Probabilities, groups: NDArray[np.int64]
) -> Labelled | None:
    """True and most probable topics of the rows that have one; `topics` (n, t) are probabilities of `labels`. None without such rows.

    Raises:
        ExampleError: the model has none of the topics of the rows.
    """
    rows = with_topic(examples)
    if not len(rows):
        return None
    column = {label: number for number, label in enumerate(labels)}
    chosen = [examples[row] for row in rows]
    truth = np.array([column.get(example.topic or "", -1) for example in chosen])
    if (truth < 0).all():
        raise ExampleError(f"the model has none of the topics of these rows, such as {chosen[0].topic!r}: use --map topic=COLUMN")
    return Labelled(
        labels=labels,
        truth=truth,
        predicted=topics[rows].argmax(axis=1),
        groups=groups[rows],
        languages=tuple(example.language for example in chosen),
    )


def urgencies_beside(examples: Sequence[Example], scale: Scale, levels: NDArray[np.int64], groups: NDArray[np.int64]) -> Labelled | None:
    """True and chosen urgencies of the rows that have one; `levels` (n,) are numbers on the scale. None without such rows.

    Raises:
        ExampleError: the rows use another scale.
    """
    rows = with_urgency(examples)
    if not len(rows):
        return None
    chosen = [examples[row] for row in rows]
    foreign = sorted({example.urgency or "" for example in chosen} - set(scale.labels))
    if foreign:
        raise ExampleError(f"the model does not know the urgency {foreign[0]!r}; it knows {', '.join(scale.labels)}")
    return Labelled(
        labels=scale.labels,
        truth=np.array([scale.labels.index(example.urgency or "") for example in chosen]),
        predicted=levels[rows],
        groups=groups[rows],
        languages=tuple(example.language for example in chosen),
    )


def is_right(example: Example, topic: str | None, first: Match | None, answers: Mapping[str, Answer]) -> bool | None:
    """Whether the answer that would be sent is right; None when nobody has said.

    An example names its acceptable answers, or its topic stands for the answers of that topic; one with several topics has no such
    answer. Out of scope, nothing is right. `answers` is empty without an answer base: then each topic stands for its one approved answer,
    unless the example says that none fits.
    """
    if not example.in_scope or example.answers == () or (answers and first is None):
        return False
    if first is not None and answers:
        if example.answers is not None:
            return first.answer_id in example.answers
        topic = answers[first.answer_id].topic
    return example.topics == (topic,) if example.topic is not None else None
