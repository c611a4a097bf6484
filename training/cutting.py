"""Learning where a second request may begin in what was written without full stops."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from model.passages import MIN_WORDS, Passages
from model.requests.cutting import NEVER, PUNCTUATION, Cutter, around, places
from model.requests.hashing import hashed

MOST_SENTENCES = 4_000
FEWEST_SENTENCES = 50
LOOKED_AT = 1_000
# Of the sentences that one mail wrote as one, so many may be cut somewhere: a cut costs time, and decides nothing yet.
MOST_CUT = 0.05
SMALL_LETTER = 0.5
SEED = 21


def fit_cutter(mails: Sequence[Passages]) -> Cutter:
    """Learn from mails: sentences of two mails are put together without punctuation, and inside one sentence nothing begins.

    Half of the later ones lose their capital, as people on telephones write. Cuts nowhere when there are fewer than 50 sentences.
    """
    random = np.random.default_rng(SEED)
    order = (mails[number] for number in random.permutation(len(mails)))
    found = (words for mail in order for sentence in mail.all_sentences if len(words := sentence.split()) >= MIN_WORDS)
    chosen = list(islice(found, MOST_SENTENCES))
    if len(chosen) < FEWEST_SENTENCES:
        return Cutter.untrained()
    insides = list(_insides(chosen))
    if not insides:
        return Cutter.untrained()
    rows = sp.vstack([hashed(_junctions(chosen, random)), hashed(insides)], format="csr")
    begins = np.arange(rows.shape[0]) < len(chosen)
    model = LogisticRegression(max_iter=1_000).fit(rows, begins)
    weights = model.coef_[0].astype(np.float32)
    return Cutter(weights=weights, intercept=float(model.intercept_[0]), limit=0.0)


def limit_of(cutter: Cutter, mails: Sequence[Passages]) -> float:
    """The log odds that one in twenty sentences of these mails reaches, or of some of many; the cutter must not have learnt from them."""
    chosen = mails[:: max(1, len(mails) // LOOKED_AT)]
    highest = [cutter.highest(sentence) for mail in chosen for sentence in mail.all_sentences if len(sentence.split()) >= MIN_WORDS]
    return float(np.quantile(highest, 1 - MOST_CUT, method="higher")) if highest else NEVER


def _junctions(found: Sequence[Sequence[str]], random: np.random.Generator) -> Iterator[Iterator[str]]:
    for words in found:
        other = list(found[int(random.integers(len(found)))])
        if random.random() < SMALL_LETTER and other[0] != "I":
            other[0] = other[0].lower()
        bare = [*words[:-1], words[-1].rstrip(PUNCTUATION) or words[-1]]
        yield around([*bare, *other], len(bare))


def _insides(found: Sequence[Sequence[str]]) -> Iterator[Iterator[str]]:
    for words in found:
        for place in places(words):
            yield around(words, place)
