"""Candidate pairs of texts: those that share rare word triples, fall in one band of MinHash, or have near vectors.

Word triples find quotes and reordered text (Broder 1997: containment, estimated from the shingles whose hash is 0 modulo m), MinHash
over 5-grams finds short texts with typing mistakes (one permutation: Shrivastava and Li, "Densifying one permutation hashing", 2014),
vectors find the rest.
"""

import faiss
import numpy as np
from numpy.typing import NDArray

from model.nearness.sketch import GRAM_BITS, Column, Hashes, Sketches, mixed

Pairs = NDArray[np.int32]
Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]

# Every pair of a group of at most so many texts; of a larger one (a sentence that many answers share) each text and the next few.
SMALL_GROUP = 24
LARGE_GROUP = 5_000
LINKS = 4
# Above so many texts every eighth triple is enough.
SAMPLED_ABOVE = 60_000
SAMPLE = np.uint64(8)
FEWEST_SHARED = 2
LEAST_SHARE = 0.2

BINS = 120
BAND = 5
# Texts whose bands are made at one time; what that takes is many times what remains.
BLOCK = 50_000

# So many pairs are judged without choosing among them.
THINNED_ABOVE = 1_000_000
KEPT_EACH_WAY = 4

NEIGHBOURS = 16
LEAST_COSINE = 0.7
EXACT_UP_TO = 20_000
PROBES = 8
ROUNDS = 4
NO_PAIRS: Pairs = np.zeros((0, 2), dtype=np.int32)


def candidate_pairs(sketches: Sketches, languages: NDArray[np.int32], vectors: Vectors | None) -> Pairs:
    """Pairs of texts (left < right, sorted, one language each) that may be near-duplicates."""
    found = [_by_triples(sketches.triples), _by_bands(sketches.grams)]
    if vectors is not None:
        found.append(nearest_pairs(vectors, languages))
    pairs = np.concatenate(found)
    pairs = pairs[languages[pairs[:, 0]] == languages[pairs[:, 1]]]
    return _from_keys(np.unique(as_keys(pairs)))


def thinned(pairs: Pairs, score: NDArray[np.float32]) -> Pairs:
    """Of each text's pairs those with the highest scores and as many drawn by lot, when there are very many.

    The nearest alone would fall into islands of texts that are all but equal.
    """
    if len(pairs) <= THINNED_ABOVE:
        return pairs
    ends = np.concatenate([pairs[:, 0], pairs[:, 1]])
    numbers = np.tile(np.arange(len(pairs)), 2)
    lots = mixed(as_keys(pairs))[numbers]
    kept = np.zeros(len(pairs), dtype=bool)
    for order in (np.lexsort((lots, -score[numbers], ends)), np.lexsort((lots, ends))):
        starts = np.searchsorted(ends[order], np.arange(ends.max() + 1))
        rank = np.arange(len(order)) - starts[ends[order]]
        kept[numbers[order[rank < KEPT_EACH_WAY]]] = True
    return pairs[kept]


def nearest_pairs(vectors: Vectors, languages: NDArray[np.int32]) -> Pairs:
    """Every text with its nearest neighbours of the same language by cosine."""
    found = [NO_PAIRS]
    for language in np.unique(languages):
        rows = np.flatnonzero(languages == language)
        cosines, columns = nearest(np.ascontiguousarray(vectors[rows], dtype=np.float32), min(NEIGHBOURS, len(rows)))
        left = np.repeat(np.arange(len(rows)), columns.shape[1])
        right = columns.reshape(-1)
        near = (cosines.reshape(-1) >= LEAST_COSINE) & (right >= 0) & (right != left)
        found.append(_ordered(rows[left[near]], rows[right[near]]))
    return _from_keys(np.unique(as_keys(np.concatenate(found))))


def nearest(vectors: Vectors, count: int) -> tuple[NDArray[np.float32], Rows]:
    """Cosines and rows of the nearest vectors of every vector; exact for small sets, by inverted lists for large ones."""
    if not len(vectors):
        return np.zeros((0, 0), np.float32), np.zeros((0, 0), np.int64)
    index = vector_index(vectors)
    cosines, rows = index.search(vectors, count)
    return cosines, rows


def vector_index(vectors: Vectors) -> faiss.Index:
    """An index over unit vectors; the rows are numbered as given."""
    width = vectors.shape[1]
    if len(vectors) <= EXACT_UP_TO:
        exact = faiss.IndexFlatIP(width)
        exact.add(vectors)
        return exact
    lists = int(4 * np.sqrt(len(vectors)))
    inverted = faiss.IndexIVFFlat(faiss.IndexFlatIP(width), width, lists, faiss.METRIC_INNER_PRODUCT)
    inverted.cp.niter = ROUNDS
    inverted.nprobe = PROBES
    inverted.train(vectors[:: max(1, len(vectors) // (lists * 40))])
    inverted.add(vectors)
    return inverted


def band_keys(grams: Column) -> Hashes:
    """MinHash of every text, as one number for each band of five bins: shape (texts, 24)."""
    found = [np.zeros((0, BINS // BAND), np.uint64)]
    return np.concatenate(found + [_band_keys(grams.part(start, start + BLOCK)) for start in range(0, len(grams), BLOCK)])


def _band_keys(grams: Column) -> Hashes:
    sketch: Hashes = np.zeros((len(grams), BINS), dtype=np.uint64)
    hashes = grams.values.astype(np.uint64)
    bins = (hashes * np.uint64(BINS)) >> np.uint64(GRAM_BITS)
    owners = grams.owners
    # Each row is sorted and the bins are ranges of the hash: the least of a bin is the first one seen.
    first = np.ones(len(hashes), dtype=bool)
    first[1:] = (bins[1:] != bins[:-1]) | (owners[1:] != owners[:-1])
    sketch[owners[first], bins[first].astype(np.int64)] = hashes[first] + np.uint64(1)
    bands = mixed(_densified(sketch)).reshape(len(grams), BINS // BAND, BAND)
    keys = np.zeros(bands.shape[:2], dtype=np.uint64)
    for place in range(BAND):
        keys = mixed(keys ^ bands[:, :, place]) + np.uint64(place)
    return mixed(keys + np.arange(keys.shape[1], dtype=np.uint64))


def _densified(sketch: Hashes) -> Hashes:
    """An empty bin has the least hash of the next filled one, as if that were its own."""
    twice = np.concatenate([sketch, sketch], axis=1)
    filled = np.where(twice != 0, np.arange(2 * BINS, dtype=np.int16), np.int16(2 * BINS - 1))
    following = np.minimum.accumulate(filled[:, ::-1], axis=1)[:, ::-1][:, :BINS]
    return np.take_along_axis(twice, following.astype(np.int64), axis=1)


def kept_triples(triples: Column) -> tuple[Hashes, NDArray[np.int32]]:
    """The word triples that are looked up, and the text of each: all of a small base, every eighth hash of a large one."""
    values, owners = triples.values.astype(np.uint64), triples.owners
    if len(triples) > SAMPLED_ABOVE:
        chosen = values % SAMPLE == 0
        values, owners = values[chosen], owners[chosen]
    return values, owners


def _by_triples(triples: Column) -> Pairs:
    values, owners = kept_triples(triples)
    keys, shared = np.unique(_grouped(values, owners), return_counts=True)
    pairs = _from_keys(keys)
    sizes = np.bincount(owners, minlength=len(triples))
    shorter = np.minimum(sizes[pairs[:, 0]], sizes[pairs[:, 1]])
    return pairs[(shared >= FEWEST_SHARED) | (shared >= LEAST_SHARE * shorter)]


def _by_bands(grams: Column) -> Pairs:
    keys = band_keys(grams)
    owners = np.arange(len(grams), dtype=np.int32)
    found = [np.unique(_grouped(np.ascontiguousarray(keys[:, band]), owners)) for band in range(keys.shape[1])]
    return _from_keys(np.unique(np.concatenate(found)))


def _grouped(values: Hashes, owners: NDArray[np.int32]) -> Hashes:
    """Keys of the pairs of texts that have a value in common."""
    order = np.argsort(values, kind="stable")
    values, owners = values[order], owners[order]
    starts = np.flatnonzero(np.concatenate([np.ones(1, bool), values[1:] != values[:-1]])) if len(values) else np.zeros(0, np.int64)
    sizes = np.diff(np.append(starts, len(values)))
    size = np.repeat(sizes, sizes)
    found = [np.zeros(0, dtype=np.uint64)]
    for step in range(1, SMALL_GROUP):
        near = (size[:-step] <= SMALL_GROUP) | ((size[:-step] <= LARGE_GROUP) & (step <= LINKS))
        same = near & (values[step:] == values[:-step])
        found.append(as_keys(_ordered(owners[:-step][same], owners[step:][same])))
    return np.concatenate(found)


def _ordered(left: NDArray[np.integer], right: NDArray[np.integer]) -> Pairs:
    return np.stack([np.minimum(left, right), np.maximum(left, right)], axis=1).astype(np.int32)


def as_keys(pairs: Pairs) -> Hashes:
    """One number for each pair, in the same order."""
    return (pairs[:, 0].astype(np.uint64) << np.uint64(32)) | pairs[:, 1].astype(np.uint64)


def _from_keys(keys: Hashes) -> Pairs:
    return np.stack([(keys >> np.uint64(32)).astype(np.int32), (keys & np.uint64(0xFFFFFFFF)).astype(np.int32)], axis=1)
