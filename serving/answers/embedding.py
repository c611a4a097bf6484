"""The vectors of the base's texts, kept in the store: computed once, and there when a service starts."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from zlib import crc32

import numpy as np
from sqlalchemy.orm import Session

from data.answer import Answer
from model.encoder import EncoderReference, Vectors
from model.search.keys import keys_of
from serving.answers.encoding import Encoding
from serving.store.answers import all_answers
from serving.store.blocks import approved_texts, put_blocks_in
from serving.store.database import Database
from serving.store.embeddings import keep_embeddings, load_embeddings, save_embeddings

TEXTS_AT_ONCE = 256
SAVED_AT_ONCE = 512
TEXTS_ORDERED = 16_384

Progress = Callable[[str, int, int | None], None]
"""Told which step goes on, how far it has come, and where it ends if that is known."""


def text_sha256(text: str) -> str:
    """The name of a text in the store."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def encoder_name(reference: EncoderReference) -> str:
    """The name of an encoder in the store: another one under the same name has other weights or another version."""
    return hashlib.sha256(f"{reference.name}\n{reference.revision}\n{reference.sha256}\n{reference.dim}".encode()).hexdigest()


def known_vectors(session: Session, reference: EncoderReference, texts: Sequence[str]) -> dict[str, Vectors]:
    """The vectors that the store has of these texts, each of shape (dim,)."""
    names = {text_sha256(text): text for text in texts}
    found = load_embeddings(session, encoder_name(reference), names)
    vectors = {names[sha256]: np.frombuffer(vector, dtype="<f4") for sha256, vector in found.items()}
    return {text: vector for text, vector in vectors.items() if vector.shape == (reference.dim,)}


def save_vectors(session: Session, reference: EncoderReference, vectors: Mapping[str, Vectors]) -> None:
    """Keep the vectors of texts, each of shape (dim,)."""
    rows = {text_sha256(text): np.asarray(vector, dtype="<f4").tobytes() for text, vector in vectors.items()}
    save_embeddings(session, encoder_name(reference), rows)


def forget_lost_vectors(session: Session) -> int:
    """Drop the vectors of texts that no answer holds any more; how many. A vector says something about its text."""
    blocks = approved_texts(session)
    texts = {
        text_sha256(key.text)
        for stored in all_answers(session)
        for answer in (stored.answer, stored.draft)
        if answer is not None
        for key in keys_of(put_blocks_in(answer, blocks))
    }
    return keep_embeddings(session, texts)


class Embedder:
    """Encodes what the store lacks, a few calls under way at a time, and saves the vectors as they come."""

    def __init__(self, database: Database, encoding: Encoding, progress: Progress) -> None:
        self._database = database
        self._encoding = encoding
        self._progress = progress
        self._name = encoder_name(encoding.reference)
        self._waiting: dict[str, str] = {}
        self._running: deque[tuple[list[str], Future[Vectors]]] = deque()
        self._done: dict[str, bytes] = {}
        self._found = 0
        self.encoded = 0

    def add(self, answers: Iterable[Answer]) -> None:
        """Note all texts under which these answers are found; begins when there are enough to order them."""
        with self._database.reading() as session:
            blocks = approved_texts(session)
        for answer in answers:
            self._waiting |= {text_sha256(key.text): key.text for key in keys_of(put_blocks_in(answer, blocks))}
        if len(self._waiting) >= TEXTS_ORDERED:
            self._begin()

    def finish(self) -> int:
        """Wait for all and save; how many texts were encoded."""
        self._begin()
        while self._running:
            self._take()
        self._save()
        return self.encoded

    def _begin(self) -> None:
        with self._database.reading() as session:
            known = load_embeddings(session, self._name, self._waiting)
        under_way = {name for names, _ in self._running for name in names} | self._done.keys()
        missing = [name for name in self._waiting if name not in known and name not in under_way]
        # An encoder may compute once what neighbours share, and the copies of an answer share nearly everything.
        missing.sort(key=lambda name: likeness(self._waiting[name]))
        self._found += len(missing)
        for start in range(0, len(missing), TEXTS_AT_ONCE):
            names = missing[start : start + TEXTS_AT_ONCE]
            while len(self._running) >= self._encoding.at_once:
                self._take()
            self._running.append((names, self._encoding.submit([self._waiting[name] for name in names])))
        self._waiting = {}

    def _take(self) -> None:
        names, running = self._running.popleft()
        rows = np.ascontiguousarray(running.result(), dtype="<f4")
        self._done |= {name: row.tobytes() for name, row in zip(names, rows, strict=True)}
        self.encoded += len(names)
        self._progress("encoding", self.encoded, self._found)
        if len(self._done) >= SAVED_AT_ONCE:
            self._save()

    def _save(self) -> None:
        if self._done:
            with self._database.writing() as session:
                save_embeddings(session, self._name, self._done)
        self._done = {}


def likeness(text: str) -> tuple[int, int]:
    """Equal for most pairs of texts that differ in a few words: the least hash of three words in a row (Broder 1997)."""
    words = text.casefold().split()
    triples = zip(words, words[1:], words[2:], strict=False)
    return min((crc32(" ".join(triple).encode("utf-8", "replace")) for triple in triples), default=0), len(text)
