"""Character and word n-grams, weighted by how many groups of mails use them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from data.redact import mask
from model.counting import TOKEN, WordPieces, Words, counted

MIN_GROUPS = 3
MAX_CHARACTERS = 20_000
# spaCy takes a word apart character by character, in quadratic time: 20,000 exclamation marks took a minute.
ENDLESS_WORD = re.compile(r"(?<=\S{100})\S+")
ACCENTS = re.compile("[\u0300-\u036f]+")
LETTERS = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "đ": "d"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TermKind:
    """One family of n-grams."""

    analyzer: str
    shortest: int
    longest: int

    def counter(self) -> CountVectorizer:
        """The scikit-learn vectorizer that finds these n-grams."""
        return CountVectorizer(
            analyzer=self.analyzer,
            ngram_range=(self.shortest, self.longest),
            token_pattern=TOKEN.pattern if self.analyzer == "word" else None,
            strip_accents=without_accents,
            dtype=np.float32,
        )

    def seeker(self, terms: Sequence[str]) -> Words | WordPieces:
        """What finds the columns of known n-grams in texts."""
        columns = {term: number for number, term in enumerate(terms)}
        return (Words if self.analyzer == "word" else WordPieces)(columns, self.shortest, self.longest)


CHARACTERS = TermKind(analyzer="char_wb", shortest=2, longest=5)
WORDS = TermKind(analyzer="word", shortest=1, longest=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The terms that a bundle knows, each with the number of groups that use it.

    A term counts by the groups (threads, near-duplicate clusters) that use it, not by the mails: a name that one thread repeats ten
    times is no evidence for the next thread, and never enters a bundle.
    """

    kind: TermKind
    terms: tuple[str, ...]
    group_frequency: NDArray[np.int64]
    groups: int
    seeker: Words | WordPieces

    @classmethod
    def of(cls, kind: TermKind, terms: Sequence[str], group_frequency: NDArray[np.int64], groups: int) -> "Vocabulary":
        """Build from stored terms."""
        return cls(kind=kind, terms=tuple(terms), group_frequency=group_frequency, groups=groups, seeker=kind.seeker(terms))

    @classmethod
    def learn(cls, kind: TermKind, texts: Sequence[str], groups: NDArray[np.int64]) -> "tuple[Vocabulary, sp.csr_matrix]":
        """Find the terms that at least three groups use; also returns their counts in the texts, as `count` would.

        Args:
            kind: family of n-grams.
            texts: n masked texts.
            groups: (n,) group number of every text, 0 … number of groups - 1.
        """
        counter = kind.counter()
        try:
            counts = sp.csr_matrix(counter.fit_transform(texts))
        except ValueError:  # scikit-learn's word for "no text holds a term"
            return cls.of(kind, (), np.zeros(0, dtype=np.int64), 1), sp.csr_matrix((len(texts), 0), dtype=np.float32)
        number = int(groups.max()) + 1
        ones = np.ones(len(groups), dtype=np.float32)
        used = sp.csr_matrix((ones, (groups, np.arange(len(groups)))), shape=(number, len(groups))) @ counts
        frequency = np.bincount(used.indices, minlength=counts.shape[1])
        keep = frequency >= MIN_GROUPS
        terms = [str(term) for term in counter.get_feature_names_out()[keep]]
        return cls.of(kind, terms, frequency[keep], number), counts[:, keep]

    def count(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Counts of every term, shape (len(texts), len(terms)), float32."""
        return counted([self.seeker.columns(without_accents(text.lower())) for text in texts], len(self.terms))

    def weighting(self, min_groups: int) -> "Weighting":
        """Inverse group frequency of the terms that at least `min_groups` groups use; the others weigh nothing."""
        idf = np.log((1 + self.groups) / (1 + self.group_frequency)) + 1
        return Weighting(idf=np.where(self.group_frequency >= min_groups, idf, 0.0).astype(np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighting:
    """How much each term of a vocabulary weighs for one head: idf (t,), 0 for the terms that it does not read."""

    idf: NDArray[np.float32]

    def apply(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """Sublinear term frequency times inverse group frequency; rows of norm 1, or 0 where no term is known."""
        data = (1 + np.log(counts.data)) * self.idf[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        norms = np.sqrt(np.bincount(rows, weights=data.astype(np.float64) ** 2, minlength=counts.shape[0]))
        data = (data / np.where(norms == 0, 1, norms)[rows]).astype(np.float32)
        return sp.csr_matrix((data, counts.indices, counts.indptr), shape=counts.shape)


def without_accents(text: str) -> str:
    """The base letters: customers often leave the accents out, and then mean the same word."""
    if text.isascii():
        return text
    return ACCENTS.sub("", unicodedata.normalize("NFKD", text.translate(LETTERS)))


def masked(text: str) -> str:
    """What the models read: personal data masked, very long texts cut."""
    return without_endless_words(mask(text[:MAX_CHARACTERS]))


def without_endless_words(text: str) -> str:
    """Words end after 100 characters; blanks stand for the rest, so that positions stay."""
    return ENDLESS_WORD.sub(lambda match: " " * len(match[0]), text)
