"""Which answers of the base say what a new one says: asked before it is stored. Every process keeps an index that follows the base."""

import threading
from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy.orm import Session

from model.duplicate_index import DuplicateIndex
from model.encoder import Encoder, Vectors, encode_in_chunks
from model.entry import Entry, Verdict, Zone
from serving.answers.duplicates import entries_of
from serving.answers.remembering import RememberingEncoder
from serving.store.answer_changes import changed_since
from serving.store.answers import all_answers
from serving.store.base_version import base_version
from serving.store.database import Database
from serving.store.verdicts import load_constraints

FOLLOWED_AT_MOST = 500
PATIENCE_SECONDS = 5.0


class NotBuiltError(Exception):
    """The index is being built; ask again in a moment."""


class Neighbours:
    """A duplicate index over all drafts and served answers, then changed answer by answer.

    It is built when somebody first asks: that takes a minute of a processor for 15,000 answers, and most processes never need it.
    """

    def __init__(self, database: Database, encoder: Encoder) -> None:
        self._database = database
        self._encoder = RememberingEncoder(encoder, database)
        self._lock = threading.Lock()
        self._following = threading.Lock()
        self._wanted = threading.Event()
        self._built = threading.Event()
        self._index: DuplicateIndex | None = None
        self._version = 0

    def check(self, entries: Sequence[Entry]) -> tuple[Verdict, Mapping[str, Vectors]]:
        """What to do with a new answer, by the most similar of its languages; and vectors to `keep` when it is stored.

        Raises:
            NotBuiltError: the index is not there yet, after some seconds of waiting.
        """
        self._wanted.set()
        if not self._built.wait(PATIENCE_SECONDS):
            raise NotBuiltError
        self.follow()
        known, new = self._encoder.look([entry.body for entry in entries])
        vectors = {**known, **new}
        with self._lock:
            assert self._index is not None
            verdicts = [self._index.check(entry, vectors[entry.body]) for entry in entries]
        return max(verdicts, key=lambda verdict: list(Zone).index(verdict.zone), default=Verdict(zone=Zone.NEW)), new

    def keep(self, session: Session, vectors: Mapping[str, Vectors]) -> None:
        """Keep the vectors that a check computed, in the transaction that stores the answer: a text that is refused leaves none behind."""
        self._encoder.keep(session, vectors)

    def follow(self) -> None:
        """Take over what changed in the base since the last look; after a large import the index is built anew beside the old one.

        Does nothing before the first question.
        """
        if not self._wanted.is_set():
            return
        with self._following:
            self._follow()

    def _follow(self) -> None:
        with self._database.reading() as session:
            version = base_version(session)
            if self._index is not None and version == self._version:
                return
            changes = changed_since(session, self._version) if self._index is not None else None
        if changes is None or changes.version < self._version or len(changes.changed) > FOLLOWED_AT_MOST:
            self._build()
            return
        entries = list(entries_of(changes.changed))
        vectors = self._encoder.encode([entry.body for entry in entries])
        with self._lock:
            assert self._index is not None
            for answer_id in {*changes.gone, *(stored.answer.id for stored in changes.changed)}:
                self._index.remove(answer_id)
            for entry, vector in zip(entries, vectors, strict=True):
                self._index.add(entry, vector)
            self._version = changes.version

    def _build(self) -> None:
        with self._database.reading() as session:
            version = base_version(session)
            entries = list(entries_of(all_answers(session)))
            decided = load_constraints(session)
        chunks = list(encode_in_chunks(self._encoder, [entry.body for entry in entries]))
        vectors = np.vstack(chunks) if chunks else np.zeros((0, self._encoder.reference.dim), dtype=np.float32)
        index = DuplicateIndex.build(entries, vectors, decided)
        with self._lock:
            self._index, self._version = index, version
        self._built.set()
