"""The search index of a process: made from the base once, then it follows the base's version number, edit by edit."""

from collections.abc import Sequence

import numpy as np

from model.encoder import Encoder, EncoderReference, Vectors
from model.retriever import AnswerIndex
from serving.answers.embedding import known_vectors, save_vectors
from serving.store.answer_changes import load_base, served_changes
from serving.store.base_version import base_version
from serving.store.database import Database

PREFIX = "kb@"
NEVER = -1


class RememberingEncoder:
    """An encoder that asks the database first, and keeps there what it had to compute: no text is encoded twice."""

    def __init__(self, encoder: Encoder, database: Database) -> None:
        self._encoder = encoder
        self._database = database
        self.reference: EncoderReference = encoder.reference
        self.batches = encoder.batches

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of norm 1, shape (len(texts), d)."""
        if not texts:
            return np.zeros((0, self.reference.dim), dtype=np.float32)
        with self._database.reading() as session:
            known = known_vectors(session, self.reference, texts)
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        if missing:
            new = dict(zip(missing, self._encoder.encode(missing), strict=True))
            with self._database.writing() as session:
                save_vectors(session, self.reference, new)
            known |= new
        return np.vstack([known[text] for text in texts])


def build_index(database: Database, encoder: Encoder) -> AnswerIndex:
    """All answers in service, at the base's version of now."""
    with database.reading() as session:
        version = base_version(session)
        answers = load_base(session)
    return AnswerIndex.build(answers, RememberingEncoder(encoder, database), version_name(version))


def followed(index: AnswerIndex, database: Database, encoder: Encoder) -> AnswerIndex:
    """The index at the base's version of now; the same one when nothing changed. A base that was set back is read anew."""
    known = version_number(index.version)
    with database.reading() as session:
        if base_version(session) == known:
            return index
        changes = served_changes(session, known)
    if known == NEVER or changes.version < known:
        return build_index(database, encoder)
    return index.patched(version_name(changes.version), changes.changed, changes.gone, RememberingEncoder(encoder, database))


def version_name(number: int) -> str:
    """How decisions name a version of the base."""
    return f"{PREFIX}{number}"


def version_number(name: str) -> int:
    """The number in a version of the base; `NEVER` for an index that was not made from it."""
    number = name.removeprefix(PREFIX)
    return int(number) if number.isdecimal() else NEVER
