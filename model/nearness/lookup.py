"""Finds the texts that a single text may be a copy of: the candidate search of `model.nearness.near` for one text at a time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from model.nearness.near import (
    FEWEST_SHARED,
    LARGE_GROUP,
    LEAST_COSINE,
    LEAST_SHARE,
    NEIGHBOURS,
    SAMPLE,
    SAMPLED_ABOVE,
    band_keys,
    kept_triples,
    vector_index,
)
from model.nearness.sketch import Hashes, Sketches

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
MOST_ROWS = 400


class Postings:
    """Which rows hold a hash: a sorted column for those known from the start, a dictionary for those added since."""

    def __init__(self, values: Hashes, owners: NDArray[np.int32]) -> None:
        order = np.argsort(values, kind="stable")
        self._values, self._owners = values[order], owners[order]
        self._added: dict[int, list[int]] = defaultdict(list)

    def add(self, values: Hashes, row: int) -> None:
        """Note the hashes of a new row."""
        for value in values.tolist():
            self._added[value].append(row)

    def rows(self, values: Hashes) -> Iterator[NDArray[np.int32]]:
        """The rows of each hash; one that very many share is passed over."""
        starts, ends = np.searchsorted(self._values, values, "left"), np.searchsorted(self._values, values, "right")
        for value, start, end in zip(values.tolist(), starts.tolist(), ends.tolist(), strict=True):
            added = self._added.get(value, ())
            if end - start + len(added) <= LARGE_GROUP:
                yield np.concatenate([self._owners[start:end], np.array(added, dtype=np.int32)])


@dataclass(slots=True)
class Nearby:
    """The vectors of one language."""

    index: faiss.Index
    rows: list[int]

    def nearest(self, vector: Vectors) -> list[int]:
        """Rows with a near vector."""
        cosines, found = self.index.search(vector.reshape(1, -1), min(NEIGHBOURS, len(self.rows)))
        return [self.rows[place] for cosine, place in zip(cosines[0], found[0], strict=True) if place >= 0 and cosine >= LEAST_COSINE]


class Lookup:
    """Candidates among many texts and those added since. Rows are never taken out; who asks knows which still count."""

    def __init__(self, sketches: Sketches, languages: list[str], vectors: Vectors | None) -> None:
        self._is_sampled = len(sketches.triples) > SAMPLED_ABOVE
        values, owners = kept_triples(sketches.triples)
        self._triples = Postings(values, owners)
        self._sizes = np.bincount(owners, minlength=len(languages))
        self._added_sizes: list[int] = []
        keys = band_keys(sketches.grams)
        self._bands = Postings(keys.reshape(-1), np.repeat(np.arange(len(keys), dtype=np.int32), keys.shape[1]))
        self._nearby: dict[str, Nearby] = {}
        if vectors is not None:
            codes = np.array(languages)
            for language in sorted(set(languages)):
                rows = np.flatnonzero(codes == language)
                self._nearby[language] = Nearby(vector_index(np.ascontiguousarray(vectors[rows])), rows.tolist())

    def candidates(self, sketches: Sketches, language: str, vector: Vectors | None) -> Rows:
        """Rows that may be near to a text, given as sketches of it alone; those that share most are kept."""
        triples = self._chosen(sketches)
        found = np.concatenate([np.zeros(0, np.int32), *self._triples.rows(triples)])
        rows, shared = np.unique(found, return_counts=True)
        sizes = np.minimum(self._sizes_of(rows), len(triples))
        enough = (shared >= FEWEST_SHARED) | (shared >= LEAST_SHARE * sizes)
        rows, shared = rows[enough], shared[enough]
        rows = rows[np.argsort(-shared, kind="stable")][:MOST_ROWS]
        by_band = np.concatenate([np.zeros(0, np.int32), *self._bands.rows(band_keys(sketches.grams).reshape(-1))])[:MOST_ROWS]
        near = self._nearby[language].nearest(vector) if vector is not None and language in self._nearby else []
        return np.unique(np.concatenate([rows, by_band, np.array(near, dtype=np.int32)])).astype(np.int64)

    def add(self, row: int, sketches: Sketches, language: str, vector: Vectors | None) -> None:
        """Note a new row."""
        triples = self._chosen(sketches)
        self._triples.add(triples, row)
        self._added_sizes.append(len(triples))
        self._bands.add(band_keys(sketches.grams).reshape(-1), row)
        if vector is not None:
            if language not in self._nearby:
                self._nearby[language] = Nearby(faiss.IndexFlatIP(len(vector)), [])
            self._nearby[language].index.add(vector.reshape(1, -1))
            self._nearby[language].rows.append(row)

    def _sizes_of(self, rows: NDArray[np.int32]) -> Rows:
        """How many triples each row is looked up by; the rows are sorted, those added since come last."""
        known = rows[: np.searchsorted(rows, len(self._sizes))]
        added = [self._added_sizes[row - len(self._sizes)] for row in rows[len(known) :].tolist()]
        return np.concatenate([self._sizes[known], np.array(added, dtype=np.int64)])

    def _chosen(self, sketches: Sketches) -> Hashes:
        values = sketches.triples.values.astype(np.uint64)
        return values[values % SAMPLE == 0] if self._is_sampled else values
