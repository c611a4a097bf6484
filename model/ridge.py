"""Kernel ridge regression on vectors and terms together, with closed-form leave-one-group-out scores."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

EXACT_ROWS = 12_000
LANDMARKS = 5_000
BLOCK_ROWS = 4_096
JITTER = 1e-6

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How vectors, character n-grams and word n-grams share the kernel, and how strongly it is regularised.

    `k = (1 - terms) * exp(-gamma |u-v|²) + terms * ((1 - words) * <characters> + words * <words>)`, plus `ridge` on the diagonal.
    """

    terms: float
    words: float
    min_groups: int
    ridge: float
    gamma: float = 1.0

    @property
    def character_share(self) -> float:
        """Weight of the character n-grams in the kernel."""
        return self.terms * (1 - self.words)

    @property
    def word_share(self) -> float:
        """Weight of the word n-grams in the kernel."""
        return self.terms * self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The same n texts in three representations; all rows have norm 1 (or 0 where no term is known)."""

    vectors: Floats
    characters: sp.csr_matrix
    words: sp.csr_matrix

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.vectors)

    def take(self, chosen: NDArray[np.int64]) -> "Rows":
        """The rows with these numbers."""
        return Rows(vectors=self.vectors[chosen], characters=self.characters[chosen], words=self.words[chosen])


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRidge:
    """A fitted regression: the RBF part lives on landmark vectors, the term part is collapsed into linear weights.

    landmarks (m, d) · dual (m, k) · character_weights (c, k) · word_weights (w, k); k targets.
    """

    mix: Mix
    landmarks: Floats
    dual: Floats
    character_weights: Floats
    word_weights: Floats

    def scores(self, rows: Rows, cosines: Floats | None = None) -> Floats:
        """Predicted targets, shape (len(rows), k); `cosines` (len(rows), m) to the landmarks when the caller has them already."""
        out = rows.characters @ self.character_weights + rows.words @ self.word_weights
        if self.mix.terms < 1:
            similarity = rows.vectors @ self.landmarks.T if cosines is None else cosines.copy()
            out = out + radial(similarity, self.mix.gamma) @ self.dual
        return np.asarray(out, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A regression and what it says of every training row when that row's whole group is left out, shape (n, k)."""

    regression: KernelRidge
    held_out: NDArray[np.float64]


def fit_ridge(rows: Rows, targets: NDArray[np.float64], groups: NDArray[np.int64], mix: Mix, landmarks: int = LANDMARKS) -> Fit:
    """Fit targets (n, k); exactly up to 12,000 rows, on Nyström landmarks above (Williams & Seeger 2001)."""
    if len(rows) <= EXACT_ROWS:
        dual, held_out = solve_exactly(kernel(rows, rows, mix), targets, groups, mix.ridge)
        return Fit(regression=_collapse(rows, dual, mix), held_out=held_out)
    chosen = np.sort(np.random.default_rng(0).choice(len(rows), size=min(landmarks, len(rows)), replace=False))
    basis = rows.take(chosen)
    dual, held_out = solve_on_landmarks(rows, basis, targets, groups, mix)
    return Fit(regression=_collapse(basis, dual, mix), held_out=held_out)


def radial(similarity: Floats, gamma: float) -> Floats:
    """RBF kernel of unit vectors from their cosines (changed in place)."""
    similarity -= 1.0
    similarity *= 2.0 * gamma
    return np.exp(similarity, out=similarity)


def kernel(left: Rows, right: Rows, mix: Mix) -> Floats:
    """The mixed kernel, shape (len(left), len(right)), float32."""
    total = np.zeros((len(left), len(right)), dtype=np.float32)
    if mix.terms < 1:
        total += radial(left.vectors @ right.vectors.T, mix.gamma)
        total *= 1 - mix.terms
    if mix.character_share > 0:
        add_product(total, left.characters, right.characters, mix.character_share)
    if mix.word_share > 0:
        add_product(total, left.words, right.words, mix.word_share)
    return total


def add_product(total: Floats, left: sp.csr_matrix, right: sp.csr_matrix, share: float) -> None:
    """Add `share * left @ right.T` to `total`, block by block, so that the sparse product never exists whole."""
    transposed = right.T.tocsr()
    for start in range(0, left.shape[0], BLOCK_ROWS):
        block = (left[start : start + BLOCK_ROWS] @ transposed).toarray()
        block *= np.float32(share)
        total[start : start + BLOCK_ROWS] += block


def solve_exactly(
    gram: Floats, targets: NDArray[np.float64], groups: NDArray[np.int64], ridge: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Dual weights and leave-one-group-out predictions of kernel ridge regression.

    With C = (K + λI)⁻¹ and a = Cy, the prediction for group g without g is y_g - (C_gg)⁻¹ a_g (Rifkin & Lippert 2007, for groups).
    """
    matrix = gram.astype(np.float64)
    matrix[np.diag_indices_from(matrix)] += ridge
    factor = scipy.linalg.cholesky(matrix, lower=True, overwrite_a=True, check_finite=False)
    dual = scipy.linalg.cho_solve((factor, True), targets, check_finite=False)
    inverse, _ = scipy.linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    held_out = targets - dual / np.diag(inverse)[:, None]
    for members in group_members(groups):
        if len(members) == 1:
            continue
        block = inverse[np.ix_(members, members)]
        block = np.tril(block) + np.tril(block, -1).T
        held_out[members] = targets[members] - np.linalg.solve(block, dual[members])
    return dual, held_out


def group_members(groups: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Row numbers of each group, ascending."""
    order = np.argsort(groups, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)


def solve_on_landmarks(
    rows: Rows, basis: Rows, targets: NDArray[np.float64], groups: NDArray[np.int64], mix: Mix
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same for f(x) = k(x, basis)ᵀb: with the hat matrix H, the residual without group g is (I - H_gg)⁻¹(y_g - ŷ_g)."""
    normal = mix.ridge * kernel(basis, basis, mix).astype(np.float64)
    right = np.zeros((len(basis), targets.shape[1]))
    blocks = blocks_of_groups(groups)
    for block in blocks:
        features = kernel(rows.take(block), basis, mix).astype(np.float64)
        normal += features.T @ features
        right += features.T @ targets[block]
    normal[np.diag_indices_from(normal)] += JITTER * np.trace(normal) / len(normal)
    factor = scipy.linalg.cholesky(normal, lower=True, overwrite_a=True, check_finite=False)
    dual = scipy.linalg.cho_solve((factor, True), right, check_finite=False)
    held_out = np.empty_like(targets)
    for block in blocks:
        features = kernel(rows.take(block), basis, mix).astype(np.float64)
        residual = targets[block] - features @ dual
        half = scipy.linalg.solve_triangular(factor, features.T, lower=True, check_finite=False).T
        for members in group_members(groups[block]):
            hat = half[members] @ half[members].T
            left_out = np.linalg.solve(np.eye(len(members)) - hat, residual[members])
            held_out[block[members]] = targets[block[members]] - left_out
    return dual, held_out


def blocks_of_groups(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Row numbers in blocks of about `BLOCK_ROWS`, no group in two blocks."""
    blocks: list[NDArray[np.int64]] = []
    waiting: list[NDArray[np.int64]] = []
    size = 0
    for members in group_members(groups):
        waiting.append(members)
        size += len(members)
        if size >= BLOCK_ROWS:
            blocks.append(np.concatenate(waiting))
            waiting, size = [], 0
    return blocks + ([np.concatenate(waiting)] if waiting else [])


def _collapse(basis: Rows, dual: NDArray[np.float64], mix: Mix) -> KernelRidge:
    # In the order in which a bundle stores them: otherwise sums round differently after loading.
    weights = np.ascontiguousarray(dual, dtype=np.float32)
    characters = basis.characters.T @ (weights * np.float32(mix.character_share))
    words = basis.words.T @ (weights * np.float32(mix.word_share))
    return KernelRidge(
        mix=mix,
        landmarks=basis.vectors,
        dual=weights * np.float32(1 - mix.terms),
        character_weights=np.asarray(characters, dtype=np.float32),
        word_weights=np.asarray(words, dtype=np.float32),
    )
