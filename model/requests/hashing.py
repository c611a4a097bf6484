"""Hashed words, so that no word of a mail is kept."""

from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction import FeatureHasher

BITS = 13

# Made once: to make it anew for every mail takes time.
_HASHER = FeatureHasher(n_features=2**BITS, input_type="string", dtype=np.float32)


def hashed(rows: Iterable[Iterable[str]]) -> sp.csr_matrix:
    """How often each word is in each row, shape (rows, 2 ** BITS)."""
    return sp.csr_matrix(_HASHER.transform(rows))
