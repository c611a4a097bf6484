"""Search by spelling: words and pieces of words that a question shares with the texts of the base, rare ones counting most.

It finds what a sentence vector blurs: names of products, codes, rare words, misspelt ones. The weight of a term depends on the question
and the base alone and the length of a text on that text alone, so an edit changes no text but the edited one.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.terms import without_accents

WORD = re.compile(r"[^\W_]+")
PIECES = (3, 4)
BUCKET_BITS = 20
BUCKETS = 1 << BUCKET_BITS
READ_CHARACTERS = 8_000
CHUNK = 2_000
# Common pieces of words say little and cost most: a long question is scored by its rarest terms.
MOST_POSTINGS = 500_000
# Weights are multiples of it: then sums are exact, and do not depend on the order of the terms.
WEIGHT_STEP = 1 / 256

MULTIPLIER = 0x9E3779B97F4A7C15
INVERSE = pow(MULTIPLIER, -1, 1 << 64)


@dataclass(frozen=True, slots=True)
class Terms:
    """The different terms of n texts: those of text i are `columns[starts[i]:starts[i + 1]]`, hashed to 20 bits and ascending."""

    columns: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Terms":
        """Find the terms of texts; at most 8,000 characters of each are read."""
        return cls.joined([_terms(texts[start : start + CHUNK]) for start in range(0, len(texts), CHUNK)])

    @classmethod
    def joined(cls, parts: "Sequence[Terms]") -> "Terms":
        """The texts of several, one after the other."""
        lengths = np.concatenate([np.zeros(0, dtype=np.int64), *(part.lengths for part in parts)])
        columns = np.concatenate([np.zeros(0, dtype=np.int32), *(part.columns for part in parts)])
        return cls(columns, np.concatenate([[0], np.cumsum(lengths)]))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How many different terms each text has."""
        return np.diff(self.starts)

    def take(self, rows: NDArray[np.int64]) -> "Terms":
        """The terms of some of the texts."""
        lengths = self.lengths[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        return Terms(self.columns[np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)], starts)

    def scores(self, question: "Question") -> NDArray[np.float64]:
        """How much of a question every text holds: (n,), 0 to 1."""
        weights = np.zeros(BUCKETS)
        weights[question.columns] = question.weights
        shared = np.concatenate([[0.0], np.cumsum(weights[self.columns])])
        return question.scores(shared[self.starts[1:]] - shared[self.starts[:-1]], _shrinkage(self.lengths))


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many of the texts of a base each term occurs."""

    texts: int
    counts: NDArray[np.int32]

    @classmethod
    def of(cls, terms: Terms) -> "Frequencies":
        """Count the terms of a base."""
        return cls(len(terms.lengths), np.bincount(terms.columns, minlength=BUCKETS).astype(np.int32))

    def changed(self, more: Terms, less: Terms) -> "Frequencies":
        """The frequencies after texts have come and gone."""
        counts = self.counts.copy()
        np.add.at(counts, more.columns, 1)
        np.subtract.at(counts, less.columns, 1)
        return Frequencies(self.texts + len(more.lengths) - len(less.lengths), counts)


@dataclass(frozen=True, slots=True)
class Question:
    """The terms of a question that are looked up, the weight of each, and the weight of all its terms together."""

    columns: NDArray[np.int32]
    weights: NDArray[np.float64]
    terms: int
    total: float

    @classmethod
    def of(cls, text: str, frequencies: Frequencies) -> "Question":
        """Weigh the terms of a question by how rare they are in the base; the commonest of a long one are left out."""
        columns = Terms.of([text]).columns
        counts = frequencies.counts[columns].astype(np.float64)
        weights = np.round(np.log1p(frequencies.texts / (counts + 1)) ** 2 / WEIGHT_STEP) * WEIGHT_STEP
        rarest = np.lexsort((columns, counts))
        looked_up = rarest[np.cumsum(counts[rarest]) <= MOST_POSTINGS]
        looked_up = looked_up[counts[looked_up] > 0]
        return cls(columns[looked_up], weights[looked_up], len(columns), float(weights.sum()))

    def scores(self, shared: NDArray[np.float64], shrinkage: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cosine of question and texts, their lengths measured as if all their terms weighed what those of the question do on average."""
        if self.total == 0:
            return np.zeros(len(shared))
        shared *= shrinkage
        shared *= np.sqrt(self.terms) / self.total
        return np.asarray(np.minimum(shared, 1.0, out=shared))


@dataclass(frozen=True, slots=True)
class Postings:
    """The texts by term: those with term t are `rows[starts[t]:starts[t + 1]]`."""

    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    shrinkage: NDArray[np.float64]

    @classmethod
    def of(cls, terms: Terms) -> "Postings":
        """Turn the terms of texts around."""
        ones = np.ones(len(terms.columns), dtype=np.uint8)
        table = sp.csr_matrix((ones, terms.columns, terms.starts), shape=(len(terms.lengths), BUCKETS)).tocsc()
        return cls(table.indices.astype(np.int32, copy=False), table.indptr.astype(np.int64), _shrinkage(terms.lengths))

    def scores(self, question: Question) -> NDArray[np.float64]:
        """How much of a question every text holds: (n,), 0 to 1."""
        spans = [self.rows[self.starts[column] : self.starts[column + 1]] for column in question.columns]
        if not spans:
            return np.zeros(len(self.shrinkage))
        weights = np.repeat(question.weights, [len(span) for span in spans])
        shared = np.bincount(np.concatenate(spans), weights=weights, minlength=len(self.shrinkage)).astype(np.float64, copy=False)
        return question.scores(shared, self.shrinkage)


def _shrinkage(lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """By how much a text's length lowers its score."""
    return np.asarray(1 / np.sqrt(np.maximum(lengths, 1)))


def _terms(texts: Sequence[str]) -> Terms:
    """All terms of a block of texts at once; a loop over characters would take seconds for a base."""
    folded = "\n".join(f" {_folded(text)} " for text in texts)
    codes = np.frombuffer(folded.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    rows = np.cumsum(codes == ord("\n"))
    gaps = (codes == ord(" ")) | (codes == ord("\n"))
    found = [_pieces(codes, rows, gaps, size) for size in PIECES] + [_words(codes, rows, gaps)]
    keys = np.sort(np.concatenate(found))
    keys = keys[np.concatenate([np.ones(min(len(keys), 1), dtype=bool), keys[1:] != keys[:-1]])]  # much faster than np.unique
    starts = np.searchsorted(keys, np.arange(len(texts) + 1) << BUCKET_BITS)
    return Terms((keys & (BUCKETS - 1)).astype(np.int32), starts.astype(np.int64))


def _pieces(codes: NDArray[np.uint64], rows: NDArray[np.int64], gaps: NDArray[np.bool_], size: int) -> NDArray[np.int64]:
    """Row and bucket of every piece of a word, `size` characters with the blanks around the word; no piece spans two words."""
    count = max(len(codes) - size + 1, 0)
    hashes = np.full(count, size, dtype=np.uint64)
    inside = np.ones(count, dtype=bool)
    for offset in range(size):
        hashes = hashes * np.uint64(MULTIPLIER) + codes[offset : offset + count]
        if 0 < offset < size - 1:
            inside &= ~gaps[offset : offset + count]
    return _keyed(rows[:count][inside], hashes[inside])


def _words(codes: NDArray[np.uint64], rows: NDArray[np.int64], gaps: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Row and bucket of every word, by the sums of a polynomial over the characters up to its ends."""
    edges = np.flatnonzero(gaps[1:] != gaps[:-1]) + 1
    begins, ends = edges[0::2], edges[1::2]
    powers = np.cumprod(np.full(len(codes), MULTIPLIER, dtype=np.uint64))
    inverses = np.cumprod(np.full(len(codes), INVERSE, dtype=np.uint64))
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(codes * powers)])
    return _keyed(rows[begins], (sums[ends] - sums[begins]) * inverses[begins])


def _keyed(rows: NDArray[np.int64], hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Row and hash in one number that sorts by row; the hash is stirred so that its upper bits depend on all characters."""
    hashes = (hashes ^ (hashes >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    buckets = (hashes ^ (hashes >> np.uint64(29))) >> np.uint64(64 - BUCKET_BITS)
    return np.asarray((rows << BUCKET_BITS) | buckets.astype(np.int64))


def _folded(text: str) -> str:
    """Words of small letters without accents, one blank between them."""
    return " ".join(WORD.findall(without_accents(unicodedata.normalize("NFKC", text[:READ_CHARACTERS]).casefold())))
