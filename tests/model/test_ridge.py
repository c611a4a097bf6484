"""Kernel ridge regression: what the closed forms promise is what refitting gives."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.ridge import (
    BLOCK_ROWS,
    EXACT_ROWS,
    JITTER,
    Mix,
    Rows,
    blocks_of_groups,
    fit_ridge,
    kernel,
    solve_exactly,
    solve_on_landmarks,
)

MIX = Mix(terms=0.4, words=0.3, min_groups=3, ridge=0.3)
MIXES = [MIX, replace(MIX, terms=0.0), replace(MIX, terms=1.0), replace(MIX, words=0.0), replace(MIX, words=1.0, gamma=2.0)]


def make_rows(size: int, seed: int = 0) -> Rows:
    """Random unit rows of every kind; the first text has no known term."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(size, 8)).astype(np.float32)
    return Rows(
        vectors=vectors / np.linalg.norm(vectors, axis=1, keepdims=True), characters=_terms(random, size), words=_terms(random, size)
    )


def _terms(random: np.random.Generator, size: int) -> sp.csr_matrix:
    dense = random.random((size, 12)) * (random.random((size, 12)) < 0.4)
    dense[0] = 0
    norms = np.linalg.norm(dense, axis=1, keepdims=True)
    return sp.csr_matrix((dense / np.where(norms == 0, 1, norms)).astype(np.float32))


def make_targets(size: int, seed: int = 0) -> NDArray[np.float64]:
    """One column a class, and a row of each class."""
    return np.eye(3)[np.random.default_rng(seed + 1).integers(0, 3, size)]


@settings(max_examples=40, deadline=None)
@given(size=st.integers(2, 24), seed=st.integers(0, 10_000), mix=st.sampled_from(MIXES), data=st.data())
def test_leaving_a_group_out_in_closed_form_is_refitting_without_it(size: int, seed: int, mix: Mix, data: st.DataObject) -> None:
    rows, targets = make_rows(size, seed), make_targets(size, seed)
    groups = np.array(data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size)))
    gram = kernel(rows, rows, mix)
    _, held_out = solve_exactly(gram, targets, groups, mix.ridge)
    for group in np.unique(groups):
        inside, outside = groups == group, groups != group
        refit = np.linalg.solve(gram[np.ix_(outside, outside)] + mix.ridge * np.eye(outside.sum()), targets[outside])
        assert np.allclose(held_out[inside], gram[np.ix_(inside, outside)] @ refit, atol=1e-5)


@pytest.mark.parametrize("mix", MIXES)
def test_scores_of_the_training_rows_are_kernel_times_dual(mix: Mix) -> None:
    rows, targets, groups = make_rows(30), make_targets(30), np.arange(30)
    gram = kernel(rows, rows, mix)
    dual, _ = solve_exactly(gram, targets, groups, mix.ridge)
    regression = fit_ridge(rows, targets, groups, mix).regression
    assert np.allclose(regression.scores(rows), gram @ dual, atol=1e-5)


@pytest.mark.parametrize("mix", MIXES)
def test_terms_collapsed_into_weights_score_new_rows_as_the_kernel_does(mix: Mix) -> None:
    rows, new, targets = make_rows(30), make_rows(9, seed=5), make_targets(30)
    dual, _ = solve_exactly(kernel(rows, rows, mix), targets, np.arange(30), mix.ridge)
    regression = fit_ridge(rows, targets, np.arange(30), mix).regression
    expected = kernel(new, rows, mix) @ dual
    cosines = new.vectors @ rows.vectors.T
    untouched = cosines.copy()
    assert np.allclose(regression.scores(new), expected, atol=1e-5)
    assert np.allclose(regression.scores(new, cosines), expected, atol=1e-5)
    assert np.array_equal(cosines, untouched), "the caller's cosines were changed"


def test_all_rows_as_landmarks_give_the_exact_solution() -> None:
    rows, targets, groups = make_rows(40), make_targets(40), np.arange(40) // 2
    gram = kernel(rows, rows, MIX)
    exact, exact_held_out = solve_exactly(gram, targets, groups, MIX.ridge)
    dual, held_out = solve_on_landmarks(rows, rows, targets, groups, MIX)
    assert np.allclose(gram @ dual, gram @ exact, atol=1e-3)
    assert np.allclose(held_out, exact_held_out, atol=5e-3)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), data=st.data())
def test_leaving_a_group_out_on_landmarks_is_refitting_without_it(seed: int, data: st.DataObject) -> None:
    rows, targets = make_rows(30, seed), make_targets(30, seed)
    groups = np.array(data.draw(st.lists(st.integers(0, 8), min_size=30, max_size=30)))
    basis = rows.take(np.arange(0, 30, 3))
    _, held_out = solve_on_landmarks(rows, basis, targets, groups, MIX)
    features = kernel(rows, basis, MIX).astype(np.float64)
    penalty = MIX.ridge * kernel(basis, basis, MIX).astype(np.float64)
    penalty += JITTER * np.trace(penalty + features.T @ features) / len(basis) * np.eye(len(basis))
    for group in np.unique(groups):
        inside, outside = groups == group, groups != group
        refit = np.linalg.solve(penalty + features[outside].T @ features[outside], features[outside].T @ targets[outside])
        assert np.allclose(held_out[inside], features[inside] @ refit, atol=1e-6)


def test_more_rows_than_fit_are_learnt_on_landmarks() -> None:
    size = EXACT_ROWS + 1
    rows = make_rows(size)
    targets = np.stack([rows.vectors[:, 0] > 0, rows.vectors[:, 0] <= 0], axis=1).astype(np.float64)
    fit = fit_ridge(rows, targets, np.arange(size) // 3, replace(MIX, terms=0.1), landmarks=60)
    assert fit.regression.landmarks.shape == (60, 8)
    right = targets.argmax(axis=1)
    assert (fit.held_out.argmax(axis=1) == right).mean() > 0.9
    assert (fit.regression.scores(rows.take(np.arange(500))).argmax(axis=1) == right[:500]).mean() > 0.9


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(1, 2 * BLOCK_ROWS), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_no_group_is_split_between_two_blocks(sizes: list[int], seed: int) -> None:
    groups = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    blocks = blocks_of_groups(groups)
    assert np.array_equal(np.sort(np.concatenate(blocks)), np.arange(len(groups)))
    held = [set(groups[block].tolist()) for block in blocks]
    assert sum(map(len, held)) == len(sizes)


def test_a_single_group_leaves_nothing_to_learn_from() -> None:
    rows, targets = make_rows(6), make_targets(6)
    assert np.allclose(fit_ridge(rows, targets, np.zeros(6, dtype=np.int64), MIX).held_out, 0, atol=1e-6)
