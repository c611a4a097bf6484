"""Explanations: the words that spoke for a topic and against it."""

import numpy as np
import pytest

from model.classifier import Reading, TopicHead, View, fit_topics
from model.explain import SHOWN, tokens_for_and_against
from model.ridge import Mix
from model.terms import CHARACTERS, WORDS, TermKind, Vocabulary

TEXTS = 3 * [
    "invoice amount wrong",
    "invoice sent twice",
    "parcel courier late",
    "parcel tracking late",
    "invoice amount late",
    "courier parcel wrong",
    "lamp back wrong",
    "lamp chair late",
]
LABELS = ["billing", "billing", "delivery", "delivery", "billing", "delivery", "returns", "returns"] * 3


@pytest.fixture(scope="module")
def vocabularies() -> tuple[Vocabulary, Vocabulary]:
    single_words = TermKind(analyzer="word", shortest=1, longest=1)
    groups = np.arange(len(TEXTS))
    return Vocabulary.learn(CHARACTERS, TEXTS, groups)[0], Vocabulary.learn(single_words, TEXTS, groups)[0]


@pytest.fixture(scope="module")
def head(vocabularies: tuple[Vocabulary, Vocabulary]) -> TopicHead:
    vectors = np.tile(np.eye(1, 4, dtype=np.float32), (len(TEXTS), 1))
    mix = Mix(terms=0.9, words=0.5, min_groups=3, ridge=0.1)
    return fit_topics(Reading.of(vectors, TEXTS, *vocabularies), LABELS, np.arange(len(TEXTS)), View.of(*vocabularies, 3), mix)[0]


def pull(text: str, head: TopicHead, vocabularies: tuple[Vocabulary, Vocabulary]) -> float:
    """How far the term part of a head moves a text from delivery to billing, before its row is scaled to norm 1."""
    total = 0.0
    for vocabulary, view, weights in zip(
        vocabularies,
        (head.view.characters, head.view.words),
        (head.regression.character_weights, head.regression.word_weights),
        strict=True,
    ):
        counts = vocabulary.count([text])
        total += float((counts @ (view.idf * (weights[:, 0] - weights[:, 1]))).sum())
    return total


def test_tokens_pull_where_their_topic_is(head: TopicHead, vocabularies: tuple[Vocabulary, Vocabulary]) -> None:
    spoke_for, against = tokens_for_and_against("The INVOICE for my parcel, courier: amount 12", head, vocabularies, 0, 1)
    assert set(spoke_for) == {"invoice", "amount"}
    assert set(against) == {"parcel", "courier"}
    turned = tokens_for_and_against("The INVOICE for my parcel, courier: amount 12", head, vocabularies, 1, 0)
    assert (set(turned[0]), set(turned[1])) == (set(against), set(spoke_for))


def test_taking_a_token_away_moves_the_score_by_what_it_pulled(head: TopicHead, vocabularies: tuple[Vocabulary, Vocabulary]) -> None:
    words = ["invoice", "amount", "parcel", "courier", "lamp", "chair"]
    whole = pull(" ".join(words), head, vocabularies)
    moved = {word: whole - pull(" ".join(other for other in words if other != word), head, vocabularies) for word in words}
    spoke_for, against = tokens_for_and_against(" ".join(words), head, vocabularies, 0, 1)
    assert list(spoke_for) == _worth_naming(moved)
    assert list(against) == _worth_naming({word: -change for word, change in moved.items()})
    assert "lamp" not in (*spoke_for, *against), "it speaks against both topics alike"


def _worth_naming(moved: dict[str, float]) -> list[str]:
    """Words with at least a tenth of the strongest pull, strongest first."""
    strongest = max(moved.values())
    return sorted((word for word, change in moved.items() if change > strongest / 10), key=lambda word: -moved[word])


def test_few_tokens_are_shown_each_once(head: TopicHead, vocabularies: tuple[Vocabulary, Vocabulary]) -> None:
    text = " ".join(f"invoice{letter} parcel{letter} invoice" for letter in "abcdefghij")
    for shown in tokens_for_and_against(text, head, vocabularies, 0, 1):
        assert 0 < len(shown) == len(set(shown)) <= SHOWN


@pytest.mark.parametrize("text", ["", "!!! ???", "ξψω", "zzz"])
def test_nothing_known_explains_nothing(text: str, head: TopicHead, vocabularies: tuple[Vocabulary, Vocabulary]) -> None:
    assert tokens_for_and_against(text, head, vocabularies, 0, 1) == ((), ())


def test_a_topic_has_no_rival_in_itself(head: TopicHead, vocabularies: tuple[Vocabulary, Vocabulary]) -> None:
    assert tokens_for_and_against("invoice", head, vocabularies, 0, 0) == ((), ())


def test_placeholders_of_masked_data_are_whole_tokens(head: TopicHead) -> None:
    texts = ["<id> invoice"] * 4 + ["parcel"] * 4
    own = Vocabulary.learn(CHARACTERS, texts, np.arange(8))[0], Vocabulary.learn(WORDS, texts, np.arange(8))[0]
    vectors = np.tile(np.eye(1, 4, dtype=np.float32), (8, 1))
    mix = Mix(terms=0.9, words=0.5, min_groups=3, ridge=0.1)
    fitted, _ = fit_topics(Reading.of(vectors, texts, *own), ["a"] * 4 + ["b"] * 4, np.arange(8), View.of(*own, 3), mix)
    assert "<id>" in tokens_for_and_against("my <id> please", fitted, own, 0, 1)[0]
