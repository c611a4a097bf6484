"""An encoder in front of the store's vectors: what was computed once is looked up."""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy.orm import Session

from model.encoder import Encoder, EncoderReference, Vectors
from serving.answers.embedding import known_vectors, save_vectors
from serving.store.database import Database


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
        known, new = self.look(texts)
        if new:
            with self._database.writing() as session:
                self.keep(session, new)
        return np.vstack([known[text] if text in known else new[text] for text in texts])

    def look(self, texts: Sequence[str]) -> tuple[dict[str, Vectors], dict[str, Vectors]]:
        """Vectors of shape (d,) by text: those that were there, and those that were computed now and are not kept yet."""
        with self._database.reading() as session:
            known = known_vectors(session, self.reference, texts)
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        return known, dict(zip(missing, self._encoder.encode(missing), strict=True)) if missing else {}

    def keep(self, session: Session, vectors: Mapping[str, Vectors]) -> None:
        """Keep what `look` computed, in the transaction that stores the texts."""
        save_vectors(session, self.reference, vectors)
