"""An encoder in front of the store's vectors: what was computed once is looked up."""

from collections.abc import Sequence

import numpy as np

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
        with self._database.reading() as session:
            known = known_vectors(session, self.reference, texts)
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        if missing:
            new = dict(zip(missing, self._encoder.encode(missing), strict=True))
            with self._database.writing() as session:
                save_vectors(session, self.reference, new)
            known |= new
        return np.vstack([known[text] for text in texts])
