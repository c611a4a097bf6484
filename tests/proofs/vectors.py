"""Texts are encoded once: vectors are kept under `var/proofs`, so that a proof can be repeated in seconds."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.encoder import Encoder, EncoderReference, Vectors, encode_in_chunks

FOLDER = Path(__file__).resolve().parents[2] / "var" / "proofs"


class KeptVectors:
    """An encoder that remembers every text it was given, also on disk."""

    batches = True

    def __init__(self, encoder: Encoder, folder: Path = FOLDER) -> None:
        """Read what earlier runs left."""
        self._encoder = encoder
        self.reference: EncoderReference = encoder.reference
        self._path = folder / f"vectors-{encoder.reference.name.replace(':', '-')}-{encoder.reference.sha256[:12]}.npz"
        self._known: dict[bytes, NDArray[np.float32]] = {}
        if self._path.exists():
            with np.load(self._path, allow_pickle=False) as kept:
                self._known = dict(zip([key.tobytes() for key in kept["keys"]], kept["vectors"], strict=True))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode those that are new."""
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        for vectors in encode_in_chunks(self._encoder, list(new.values())):
            done = [key for key in new if key not in self._known][: len(vectors)]
            self._known |= dict(zip(done, vectors, strict=True))
        if not texts:
            return np.zeros((0, self.reference.dim), dtype=np.float32)
        return np.stack([self._known[key] for key in keys])

    def keep(self) -> None:
        """Write all that is known, if anything is."""
        if not self._known:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(self._known), dtype=np.uint8).reshape(-1, 32)
        np.savez(self._path, keys=keys, vectors=np.stack(list(self._known.values())))


def vectors_of(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """Unit rows, one a text."""
    return np.vstack(list(encode_in_chunks(encoder, list(texts))))
