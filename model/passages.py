"""A mail cut into what the encoder reads: the whole text and its sentences."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from model.documents import blank, document
from model.encoder import Vectors
from model.terms import masked

MIN_WORDS = 4
MAX_SENTENCES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """The masked text of a mail, all its sentences, and the numbers of those that are long enough to ask for something.

    There are no numbers when only one sentence is long enough: it would be the text again.
    """

    text: str
    all_sentences: tuple[str, ...]
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, content: str) -> "Passages":
        """Mask a text and cut it; at most 24 sentences are numbered."""
        text = masked(content)
        found = sentences(text)
        numbers = tuple(number for number, sentence in enumerate(found) if len(sentence.split()) >= MIN_WORDS)[:MAX_SENTENCES]
        return cls(text=text, all_sentences=found, numbers=numbers if len(numbers) > 1 else ())

    @property
    def sentences(self) -> tuple[str, ...]:
        """The numbered sentences."""
        return tuple(self.all_sentences[number] for number in self.numbers)

    @property
    def texts(self) -> tuple[str, ...]:
        """All that the encoder reads: the text, then the sentences."""
        return (self.text, *self.sentences)


def mail_vector(vectors: Vectors) -> NDArray[np.float32]:
    """One vector of norm 1 for a mail, shape (d,), from those of its text and its sentences (1 + sentences, d).

    The text as a whole and the mean of its sentences count alike: sentence encoders are trained on sentences, and lose the request of a
    long mail among its courtesies.
    """
    if len(vectors) == 1:
        return np.asarray(vectors[0])
    mean = vectors[1:].mean(axis=0)
    both = vectors[0] + mean / max(float(np.linalg.norm(mean)), 1e-9)
    return np.asarray(both / max(float(np.linalg.norm(both)), 1e-9), dtype=np.float32)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, in order, none of them empty. Cut by punctuation alone, so the language need not be known."""
    with document(_cutter(), text) as found:
        parts = (part.strip(" \t\r\n¿¡") for sentence in found.sents for part in sentence.text.split("\n\n"))
        return tuple(part for part in parts if not part.isspace() and part)


@lru_cache(maxsize=1)
def _cutter() -> Language:
    nlp = blank("xx")
    nlp.add_pipe("sentencizer")
    return nlp
