"""The starter set: complete, varied, and readable by the rest of the project."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from data.answer import Answer, load_answers
from data.examples import Example, ReadOptions, normalised, read_examples
from data.parse import mail_from_file
from data.taxonomy import Taxonomy

SEEDS = Path(__file__).parents[2] / "data" / "seeds"
LANGUAGES = ("es", "fr", "pl", "en", "de")
SHORTEST = 40
MOST_CONTAINMENT = 0.9
MOST_LEAKED = 0.7


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return Taxonomy.load(SEEDS / "taxonomy.toml")


@pytest.fixture(scope="module")
def examples(taxonomy: Taxonomy) -> tuple[Example, ...]:
    return read_examples([SEEDS / "examples.jsonl"], ReadOptions(taxonomy=taxonomy)).examples


@pytest.fixture(scope="module")
def answers() -> tuple[Answer, ...]:
    return load_answers(SEEDS / "answers")


def test_has_at_least_fourteen_topics_described_in_every_language(taxonomy: Taxonomy) -> None:
    assert len(taxonomy.labels) >= 14
    assert all(set(topic.description) == set(LANGUAGES) for topic in taxonomy.topics)


def test_holds_back_at_least_a_hundred_mails_a_language(examples: tuple[Example, ...]) -> None:
    held_back = Counter(example.language for example in examples if example.split == "test" and example.in_scope)
    trained = sum(example.split == "train" for example in examples)
    assert trained >= 1_500
    assert all(held_back[language] >= 100 for language in LANGUAGES)


def test_every_topic_has_mails_of_every_language_in_both_parts(examples: tuple[Example, ...], taxonomy: Taxonomy) -> None:
    seen = {(example.topic, example.language, example.split) for example in examples if example.in_scope}
    wanted = {(label, language, split) for label in taxonomy.labels for language in LANGUAGES for split in ("train", "test")}
    assert wanted <= seen


def test_every_topic_has_an_approved_answer_in_every_language(answers: tuple[Answer, ...], taxonomy: Taxonomy) -> None:
    assert {answer.topic for answer in answers} == set(taxonomy.labels)
    for answer in answers:
        assert {variant.language for variant in answer.variants} == set(LANGUAGES)
        assert all(variant.questions for variant in answer.variants)


def test_some_answers_have_slots_and_one_has_a_file(answers: tuple[Answer, ...]) -> None:
    assert {name for answer in answers for name in answer.slots} >= {"order_number", "contract_number", "case_number"}
    assert [file.name for answer in answers for file in answer.attachments] == ["return-form.pdf"]


def test_mails_name_only_answers_that_exist(examples: tuple[Example, ...], answers: tuple[Answer, ...]) -> None:
    known = {answer.id for answer in answers}
    assert {name for example in examples for name in example.answers or ()} <= known


def test_raw_mails_are_read_as_their_label_says(examples: tuple[Example, ...]) -> None:
    raw = [example for example in examples if "mail" in example.extra]
    assert len(raw) >= 40
    for example in raw:
        mail = mail_from_file(SEEDS / example.extra["mail"])
        assert mail.subject == example.subject
        assert normalised(mail.text) == normalised(example.body), example.id


def test_every_raw_mail_has_a_label(examples: tuple[Example, ...]) -> None:
    labelled = {Path(example.extra["mail"]).name for example in examples if "mail" in example.extra}
    assert labelled == {path.name for path in (SEEDS / "mails").glob("*.eml")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mail_nearly_repeats_another(examples: tuple[Example, ...], language: str) -> None:
    chosen = [example for example in examples if example.language == language]
    texts = [normalised(example.body) for example in chosen]
    too_near = [(chosen[one].id, chosen[other].id, share) for one, other, share in _containments(texts) if share > MOST_CONTAINMENT]
    assert too_near == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_held_back_mail_is_near_to_a_training_mail(examples: tuple[Example, ...], language: str) -> None:
    chosen = [example for example in examples if example.language == language]
    texts = [normalised(example.body) for example in chosen]
    leaked = [
        (chosen[one].id, chosen[other].id, share)
        for one, other, share in _containments(texts)
        if share > MOST_LEAKED and chosen[one].split != chosen[other].split
    ]
    assert leaked == []


def test_no_opening_is_used_as_a_template(examples: tuple[Example, ...]) -> None:
    by_language: dict[str | None, Counter[str]] = defaultdict(Counter)
    for example in examples:
        words = normalised(example.body).split()
        by_language[example.language].update({" ".join(words[:6])} if len(words) >= 12 else ())
    for counts in by_language.values():
        assert max(counts.values()) <= 12, counts.most_common(3)


def _containments(texts: list[str]) -> Iterator[tuple[int, int, float]]:
    """Pairs of texts of at least 40 characters with the share of the shorter one's character 5-grams that the other has."""
    rows = np.array([number for number, text in enumerate(texts) if len(text) >= SHORTEST])
    counter = CountVectorizer(analyzer="char", ngram_range=(5, 5), binary=True, dtype=np.int32)
    grams = sp.csr_matrix(counter.fit_transform([texts[row] for row in rows]))
    sizes = np.asarray(grams.sum(axis=1)).ravel()
    starts = [*range(0, len(rows), 500), len(rows)]
    for start, stop in pairwise(starts):
        shared = (grams[start:stop] @ grams.T).toarray() / np.minimum(sizes[start:stop, None], sizes[None, :])
        for one, other in np.argwhere(shared > 0.5):
            if one + start < other:
                yield int(rows[one + start]), int(rows[other]), float(shared[one, other])
