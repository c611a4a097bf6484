"""Sets of hashed character 5-grams, word triples and sentences of many canonical texts at once, as columns of numbers.

Shingles, resemblance and containment after A. Broder, "On the resemblance and containment of documents", 1997.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Offsets = NDArray[np.int64]

GRAM = 5
TRIPLE = 3
# Small enough to stay in the cache: ten times larger batches take four times as long.
BATCH_CHARACTERS = 50_000
SPACE, NEWLINE = ord(" "), ord("\n")
# 31 bits, so that a hash is a column number of a sparse matrix.
GRAM_BITS = 31
GRAM_SHIFT = np.uint64(64 - GRAM_BITS)
FACTOR = 0x9E3779B97F4A7C15
INVERSE = pow(FACTOR, -1, 1 << 64)


Values = NDArray[np.uint64] | NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Column:
    """For every text a sorted set of hashes: those of text `i` are `values[offsets[i]:offsets[i + 1]]`."""

    values: Values
    offsets: Offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, index: int) -> Values:
        """The set of one text."""
        return self.values[self.offsets[index] : self.offsets[index + 1]]

    def part(self, start: int, end: int) -> "Column":
        """The sets of the texts from one to before another."""
        offsets = self.offsets[start : end + 1]
        return Column(values=self.values[offsets[0] : offsets[-1]], offsets=offsets - offsets[0])

    @property
    def sizes(self) -> Offsets:
        """How many hashes each text has."""
        return np.diff(self.offsets)

    @property
    def owners(self) -> NDArray[np.int32]:
        """The text of every value."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.sizes)


@dataclass(frozen=True, slots=True)
class Sketches:
    """What is compared of every text: 5-grams for the measures, word triples to find candidates."""

    grams: Column
    triples: Column

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Sketches":
        """Sketch canonical texts (one sentence a line)."""
        parts = [_sketch(batch) for batch in _batches(texts)]
        empty = (np.zeros(0, np.int32), np.zeros(0, np.int64)), (np.zeros(0, np.uint64), np.zeros(0, np.int64))
        grams, triples = zip(*parts, strict=True) if parts else zip(empty, strict=True)
        return cls(grams=_joined(grams), triples=_joined(triples))


def mixed(values: Hashes) -> Hashes:
    """A permutation of the 64-bit numbers that spreads similar ones (the finaliser of MurmurHash3)."""
    values = values ^ (values >> np.uint64(33))
    values = values * np.uint64(0xFF51AFD7ED558CCD)
    values = values ^ (values >> np.uint64(33))
    values = values * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = size = 0
    for index, text in enumerate(texts):
        size += len(text) + GRAM
        if size >= BATCH_CHARACTERS:
            yield texts[start : index + 1]
            start, size = index + 1, 0
    if start < len(texts):
        yield texts[start:]


Part = tuple[Values, Offsets]


def _sketch(texts: Sequence[str]) -> tuple[Part, Part]:
    """Both sets of a batch, from one array of code points; every text is padded, so that short ones have a gram too."""
    padded = [f"\n{text}{' ' * max(0, GRAM - len(text))}\n" for text in texts]
    lengths = np.array([len(text) for text in padded])
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)
    return _grams(codes, owners, len(texts)), _triples(codes, owners, len(texts))


def _grams(codes: Hashes, owners: Hashes, count: int) -> Part:
    folded = np.where(codes == NEWLINE, np.uint64(SPACE), codes)
    hashes = np.zeros(max(len(codes) - GRAM + 1, 0), dtype=np.uint64)
    for shift in range(GRAM):
        hashes = hashes * np.uint64(FACTOR) + folded[shift : shift + len(hashes)]
    inside = owners[: len(hashes)] == owners[GRAM - 1 :]
    keys = np.unique((owners[: len(hashes)][inside] << np.uint64(32)) | (mixed(hashes[inside]) >> GRAM_SHIFT))
    return (keys & np.uint64(0xFFFFFFFF)).astype(np.int32), np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=count)


def _triples(codes: Hashes, owners: Hashes, count: int) -> Part:
    """Hashes of three neighbouring words; of all the words there are when a text has fewer."""
    is_letter = (codes != SPACE) & (codes != NEWLINE)
    edges = np.flatnonzero(np.diff(is_letter.astype(np.int8)))
    starts, ends = edges[::2] + 1, edges[1::2] + 1
    words = _span_hashes(codes, starts, ends)
    word_owners = owners[starts]
    hashes, inside = words, [np.ones(len(words), dtype=bool)]
    per_text = np.bincount(word_owners.astype(np.int64), minlength=count)
    for shift in range(1, TRIPLE):
        follows = np.zeros(len(words), dtype=bool)
        follows[: len(words) - shift] = word_owners[shift:] == word_owners[: len(words) - shift]
        shifted = np.zeros_like(words)
        shifted[: len(words) - shift] = words[shift:]
        hashes = mixed(hashes * np.uint64(FACTOR) + np.where(follows, shifted, np.uint64(0)))
        inside.append(follows)
    whole = inside[-1] | (per_text[word_owners.astype(np.int64)] < TRIPLE)
    order = np.lexsort((hashes[whole], word_owners[whole]))
    return _unique_rows(hashes[whole][order], word_owners[whole][order].astype(np.int64), count)


def _span_hashes(codes: Hashes, starts: Offsets, ends: Offsets) -> Hashes:
    """Polynomial hash of every span, from one running sum; the odd factor has an inverse modulo 2^64, which takes the place out again."""
    powers = np.cumprod(np.full(len(codes) + 1, FACTOR, dtype=np.uint64))
    inverses = np.cumprod(np.full(len(codes) + 1, INVERSE, dtype=np.uint64))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed(codes) * powers[:-1])])
    return mixed((sums[ends] - sums[starts]) * inverses[starts])


def _unique_rows(values: Hashes, owners: Offsets, count: int) -> Part:
    first = np.ones(len(values), dtype=bool)
    first[1:] = (values[1:] != values[:-1]) | (owners[1:] != owners[:-1])
    return values[first], np.bincount(owners[first], minlength=count)


def _joined(parts: Sequence[Part]) -> Column:
    values = np.concatenate([values for values, _ in parts])
    sizes = np.concatenate([sizes for _, sizes in parts])
    return Column(values=values, offsets=np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]))
