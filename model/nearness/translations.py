"""Answers that may be variants of one another: translations and paraphrases, near by their vectors though not by their letters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.entry import Pair, pair_key
from model.nearness.distinct import Texts
from model.nearness.near import nearest
from model.statements.values import differing_values

Vectors = NDArray[np.float32]

TRANSLATION_COSINE = 0.75
PARAPHRASE_COSINE = 0.9
LOOKED_AT = 12


def propose_variants(texts: Texts, rows: Sequence[int], names: Sequence[str], near: frozenset[tuple[str, str]]) -> tuple[Pair, ...]:
    """Pairs among the canonical answers (`names`, one of `rows` each), the nearest first.

    A translation is proposed when each is the other's nearest in that language. `near` pairs are listed elsewhere and left out; so are
    pairs that state different values.
    """
    if texts.vectors is None or len(rows) < 2:
        return ()
    chosen = np.array(rows, dtype=np.int64)
    cosines, found = nearest(np.ascontiguousarray(texts.vectors[chosen]), min(LOOKED_AT, len(chosen)))
    languages = [texts.texts[row].entry.language for row in rows]
    best: dict[tuple[int, str], tuple[float, int]] = {}
    for place, (row_cosines, row_found) in enumerate(zip(cosines.tolist(), found.tolist(), strict=True)):
        for cosine, other in zip(row_cosines, row_found, strict=True):
            limit = PARAPHRASE_COSINE if languages[place] == languages[max(other, 0)] else TRANSLATION_COSINE
            if other >= 0 and names[other] != names[place] and cosine >= limit:
                best.setdefault((place, languages[other]), (cosine, other))
    pairs: dict[tuple[str, str], Pair] = {}
    for (place, _), (cosine, other) in best.items():
        back = best.get((other, languages[place]))
        key = pair_key(names[place], names[other])
        if back is not None and back[1] == place and key not in near and not _disagree(texts, rows[place], rows[other]):
            pairs[key] = Pair(left=key[0], right=key[1], cosine=round(cosine, 4))
    return tuple(sorted(pairs.values(), key=lambda pair: (-pair.cosine, pair.key)))


def _disagree(texts: Texts, left: int, right: int) -> bool:
    return bool(differing_values(texts.stated(left), texts.stated(right)))
