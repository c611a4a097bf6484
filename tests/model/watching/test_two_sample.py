"""Two samples of vectors: an exact level, and power against what changes."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest

from model.watching.betting import WatchError
from model.watching.drift import ConformalTest, Signal, tie_of
from model.watching.two_sample import Cells, compare, draws_for, thinned

CENTRES = np.eye(8, dtype=np.float32)


def make_vectors(shares: list[float], rows: int, seed: int) -> NDArray[np.float32]:
    """Unit vectors around the axes, so many of each axis on average."""
    random = np.random.default_rng(seed)
    vectors = CENTRES[random.choice(8, rows, p=shares)] + random.normal(0, 0.2, (rows, 8)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


KNOWN = [0.2, 0.2, 0.2, 0.2, 0.2, 0.0, 0.0, 0.0]
FOREIGN = [0.16, 0.16, 0.16, 0.16, 0.16, 0.2, 0.0, 0.0]


def test_like_samples_are_called_different_no_more_often_than_the_level() -> None:
    pairs = [(make_vectors(KNOWN, 60, 2 * number), make_vectors(KNOWN, 40, 2 * number + 1)) for number in range(200)]
    alarms = sum(compare(left, right, draws=99, seed=number).is_alarmed(0.1, 1) for number, (left, right) in enumerate(pairs))
    assert binomtest(alarms, 200, 0.1).pvalue > 0.01


def test_a_fifth_of_foreign_vectors_is_noticed_in_two_hundred_mails() -> None:
    reference = thinned(make_vectors(KNOWN, 3_000, 0))
    found = [compare(reference, make_vectors(FOREIGN, 200, seed), seed=seed).is_alarmed(0.05, 10) for seed in range(1, 11)]
    assert all(found)


def test_a_p_value_is_the_same_again_with_the_same_seed_and_never_zero() -> None:
    reference, live = make_vectors(KNOWN, 50, 0), make_vectors(FOREIGN, 50, 1)
    assert compare(reference, live, seed=3) == compare(reference, live, seed=3)
    assert compare(reference, -reference, draws=99).p_value == 0.01


def test_as_many_draws_as_asked_for_let_every_look_alarm() -> None:
    draws = draws_for(0.01, 20)
    assert 1 / (1 + draws) <= 0.01 / 20


@pytest.mark.parametrize("rows", [1, 513])
def test_refuses_a_sample_of_the_wrong_size_and_says_what_is_allowed(rows: int) -> None:
    with pytest.raises(WatchError, match=f"live: {rows} vectors; 2 to 512"):
        compare(make_vectors(KNOWN, 50, 0), make_vectors(KNOWN, rows, 1))


def test_a_thinned_reference_is_a_part_of_the_rows_in_their_order() -> None:
    rows = np.arange(1_000, dtype=np.float32)[:, None]
    kept = thinned(rows, rows=10)[:, 0]
    assert len(kept) == 10
    assert (np.diff(kept) > 0).all()
    assert thinned(rows[:5]) is not rows
    assert len(thinned(rows[:5])) == 5


def test_cells_of_vectors_show_a_new_topic_that_nothing_was_trained_on() -> None:
    cells = Cells.fit(make_vectors(KNOWN, 500, 0), cells=8)
    calm = changed = ConformalTest.start(Signal(labels=cells.labels), cells.of(make_vectors(KNOWN, 1_000, 1)), 0.05)
    known, mixed = cells.of(make_vectors(KNOWN, 600, 2)), cells.of(make_vectors([0.1] * 4 + [0.3] * 2 + [0.0] * 2, 600, 3))
    for number, (like, new) in enumerate(zip(known, mixed, strict=True)):
        calm, changed = calm.observe(like, tie_of(str(number))), changed.observe(new, tie_of(str(number)))
    assert changed.is_alarmed
    assert not calm.is_alarmed
