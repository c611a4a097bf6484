"""Terms are counted exactly as scikit-learn counts them."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from model.terms import CHARACTERS, WORDS, TermKind, Vocabulary, without_accents

KNOWN = ["Where is my <id> order, please?", "¿Dónde está mi pedido?", "Gdzie jest moja paczka łódź", "a b a b"] * 3
ODD = ["", " ", "a", "ab c", "ﬁ ß ŁÓDŹ ¨ x\u00a0y", "İstanbul ǅ", "日本\u3000テスト", "a\x1fb\x1cc\u2028d", "x" * 120, "e\u0301 \u0301a"]


@pytest.mark.parametrize("kind", [CHARACTERS, WORDS])
def test_counts_as_scikit_learn_does(kind: TermKind) -> None:
    vocabulary, _ = Vocabulary.learn(kind, KNOWN + ODD * 3, np.arange(len(KNOWN) + 3 * len(ODD)))
    theirs = CountVectorizer(
        analyzer=kind.analyzer,
        ngram_range=(kind.shortest, kind.longest),
        token_pattern=r"(?u)<\w+>|\b\w+\b" if kind.analyzer == "word" else None,
        strip_accents=without_accents,
        vocabulary=list(vocabulary.terms),
        dtype=np.float32,
    )
    for texts in (KNOWN + ODD, ODD[:1], KNOWN[:1]):
        ours, expected = vocabulary.count(texts), theirs.transform(texts)
        assert ours.dtype == expected.dtype
        assert ours.shape == expected.shape
        assert (ours != expected).nnz == 0


def test_no_text_and_no_term_are_counted_too() -> None:
    empty = Vocabulary.of(WORDS, (), np.zeros(0, dtype=np.int64), 1)
    assert empty.count(["a b"]).shape == (1, 0)
    assert empty.count([]).shape == (0, 0)
