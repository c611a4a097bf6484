"""Where the vectors of the keys lie: all compared up to 100,000, found through coarse cells above."""

from dataclasses import dataclass
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from model.encoder import Vectors

MOST_EXACT = 100_000
CELLS_PER_ROOT = 4
POINTS_PER_CELL = 40
ROUNDS = 5
# Times the root of the number of cells: 54 of 718 hold 99 % of the ten nearest of 33,000 real questions, families of near-duplicates
# need fewer.
PROBES_PER_ROOT = 2
SEED = 1
BLOCK = 50_000

Numbers = NDArray[np.int64]


class VectorIndex(Protocol):
    """Vectors (n, d) of norm 1, by their row."""

    def __len__(self) -> int:
        """How many there are."""

    def similarities(self, vector: NDArray[np.float32], rows: Numbers | None = None) -> NDArray[np.float32]:
        """Cosine of a vector to some rows, or to all."""

    def nearest(self, vector: NDArray[np.float32], count: int) -> Numbers | None:
        """About `count` rows near a vector; None when all rows are compared anyway."""

    def rows(self, rows: Numbers) -> Vectors:
        """The vectors of some rows."""


@dataclass(frozen=True, slots=True)
class ExactVectors:
    """Every vector is compared. A cosine does not depend on where its row lies, so equal keys have equal ones."""

    matrix: Vectors

    def __len__(self) -> int:
        return len(self.matrix)

    def similarities(self, vector: NDArray[np.float32], rows: Numbers | None = None) -> NDArray[np.float32]:
        """Cosine of a vector to some rows, or to all."""
        return inner_products(vector, self.matrix if rows is None else self.matrix[rows])

    def nearest(self, vector: NDArray[np.float32], count: int) -> Numbers | None:
        """None: compare them all."""
        return None

    def rows(self, rows: Numbers) -> Vectors:
        """The vectors of some rows."""
        return self.matrix[rows]


@dataclass(frozen=True, slots=True)
class CellVectors:
    """An inverted file of cells, half precision: near-duplicates share their cell, where a graph of neighbours gets lost among them.

    At a million vectors in families of near-duplicates this reaches more of the true neighbours than HNSW, and is built faster
    (`python -m tests.proofs.search`).
    """

    index: faiss.IndexIVFScalarQuantizer
    probes: int

    @classmethod
    def build(cls, matrix: NDArray[np.float16] | Vectors) -> "CellVectors":
        """Learn the cells from a sample, with a fixed seed, and put every vector into its own."""
        count, dim = matrix.shape
        cells = max(int(CELLS_PER_ROOT * np.sqrt(count)), 1)
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dim), dim, cells, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
        )
        index.cp.niter, index.cp.seed = ROUNDS, SEED
        index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 1, POINTS_PER_CELL
        sample = np.random.default_rng(SEED).choice(count, min(count, cells * POINTS_PER_CELL), replace=False)
        index.train(np.ascontiguousarray(matrix[np.sort(sample)], dtype=np.float32))
        for start in range(0, count, BLOCK):
            index.add(np.ascontiguousarray(matrix[start : start + BLOCK], dtype=np.float32))
        index.make_direct_map()
        return cls(index, probes=int(PROBES_PER_ROOT * np.sqrt(cells)))

    def __len__(self) -> int:
        return int(self.index.ntotal)

    def similarities(self, vector: NDArray[np.float32], rows: Numbers | None = None) -> NDArray[np.float32]:
        """Cosine of a vector to some rows, or to all, within 1e-5."""
        return inner_products(vector, self.rows(np.arange(len(self)) if rows is None else rows))

    def nearest(self, vector: NDArray[np.float32], count: int) -> Numbers:
        """About `count` rows near a vector; more cells are read for more of them."""
        probes = min(self.probes * max(count // 1_000, 1), self.index.nlist)
        params = faiss.SearchParametersIVF()
        params.nprobe = probes
        _, rows = self.index.search(np.ascontiguousarray(vector[None]), count, params=params)
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)

    def rows(self, rows: Numbers) -> Vectors:
        """The vectors of some rows, as they were rounded."""
        return np.asarray(self.index.reconstruct_batch(rows), dtype=np.float32)


def make_index(matrix: NDArray[np.float16] | Vectors) -> VectorIndex:
    """The index that suits so many vectors."""
    if len(matrix) > MOST_EXACT:
        return CellVectors.build(matrix)
    return ExactVectors(np.ascontiguousarray(matrix, dtype=np.float32))


def inner_products(vector: NDArray[np.float32], matrix: Vectors) -> NDArray[np.float32]:
    """`matrix @ vector`, row by row: a matrix product of the usual kind gives a row other last bits at another place."""
    out = np.empty(len(matrix), dtype=np.float32)
    if len(matrix):
        vector, matrix = np.ascontiguousarray(vector, dtype=np.float32), np.ascontiguousarray(matrix, dtype=np.float32)
        pointers = [faiss.swig_ptr(array) for array in (out, vector, matrix)]
        faiss.fvec_inner_products_ny(*pointers, matrix.shape[1], len(matrix))  # type: ignore[attr-defined]
    return out
