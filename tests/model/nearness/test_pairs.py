"""How near two texts are and what forbids to unite them."""

import numpy as np
import pytest

from model.entry import Entry, Pair, Zone
from model.nearness.distinct import Texts, read_text
from model.nearness.pairs import Judge
from model.nearness.sketch import Sketches
from tests.model.near_texts import ORIGINALS, entry, sentences, wrapped


def judged(left: Entry, right: Entry) -> Pair:
    texts = [read_text(one) for one in (left, right)]
    base = Texts(texts=texts, grams=Sketches.of([text.canonical for text in texts]).grams)
    return Judge(base).judge(np.array([[0, 1]], dtype=np.int32)).pair(0, left.id, right.id)


def changed(body: str, old: str, new: str) -> str:
    assert old in body
    return body.replace(old, new)


@pytest.mark.parametrize("language", sorted(ORIGINALS))
def test_a_copy_with_half_of_the_sentences_dropped_is_attached(language: str) -> None:
    body = ORIGINALS[language]
    quote = " ".join(sentences(body)[:2])
    pair = judged(entry("a", body, language), entry("b", wrapped(quote, language), language))
    assert pair.zone is Zone.ATTACH
    assert pair.containment > 0.95
    assert pair.length_ratio < 0.95


@pytest.mark.parametrize("language", sorted(ORIGINALS))
def test_reordered_sentences_are_attached(language: str) -> None:
    body = ORIGINALS[language]
    assert judged(entry("a", body, language), entry("b", " ".join(reversed(sentences(body))), language)).zone is Zone.ATTACH


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("en", "30 days", "60 days"),
        ("de", "14 Tagen", "30 Tagen"),
        ("es", "las 8 y las 12", "las 9 y las 14"),
        ("fr", "2 ans", "3 ans"),
        ("pl", "7 dni", "14 dni"),
        ("en", "You can return", "You cannot return"),
        ("fr", "est valable", "n'est pas valable"),
    ],
)
def test_another_value_or_a_negation_keeps_apart(language: str, old: str, new: str) -> None:
    body = ORIGINALS[language]
    pair = judged(entry("a", body, language), entry("b", wrapped(changed(body, old, new), language), language))
    assert pair.zone is Zone.NEW
    assert pair.differing
    assert pair.containment > 0.6


def test_another_product_throughout_and_in_the_title_keeps_apart() -> None:
    body = "You can return your {0} within a month. Pack the {0} in its box. Hand it in at any post office and keep the receipt."
    one = entry("a", body.format("jacket"), title="Returning a jacket")
    two = entry("b", body.format("vacuum cleaner"), title="Returning a vacuum cleaner")
    pair = judged(one, two)
    assert pair.zone is Zone.NEW
    assert ("jacket", "vacuum cleaner") in pair.terms


def test_another_product_with_a_figure_in_the_title_alone_keeps_apart() -> None:
    body = ORIGINALS["en"]
    pair = judged(entry("a", body, title="Resetting the Norvik X20"), entry("b", wrapped(body, "en"), title="Norvik X30: reset"))
    assert pair.zone is Zone.NEW
    assert [tuple(value.text for value in two if value) for two in pair.differing] == [("x20", "x30")]


@pytest.mark.parametrize("title", ["Copy of: Norvik X20 v2", "Returns", "Norvik X20 and X30", "returns v3"])
def test_the_same_product_or_none_in_a_title_keeps_nothing_apart(title: str) -> None:
    body = ORIGINALS["en"]
    assert judged(entry("a", body, title="Norvik X20"), entry("b", wrapped(body, "en"), title=title)).zone is Zone.ATTACH


def test_another_product_throughout_is_asked_about_where_no_title_tells() -> None:
    body = "You can return your {0} within a month. Pack the {0} in its box. Hand it in at any post office and keep the receipt."
    assert judged(entry("a", body.format("jacket")), entry("b", body.format("kettle"))).zone is Zone.ASK


def test_a_synonym_is_attached() -> None:
    body = ORIGINALS["en"]
    assert judged(entry("a", body), entry("b", changed(body, "hand the parcel in", "give the package away"))).zone is Zone.ATTACH


def test_different_answers_of_one_topic_are_new() -> None:
    other = "We refund the price once the jacket has reached our warehouse. It takes up to 7 days until the bank shows the amount."
    assert judged(entry("a", ORIGINALS["en"]), entry("b", other)).zone is Zone.NEW


def test_the_differing_values_follow_the_order_of_the_ids() -> None:
    pair = judged(entry("b", ORIGINALS["fr"], "fr"), entry("a", changed(ORIGINALS["fr"], "2 ans", "3 ans"), "fr"))
    assert (pair.left, pair.right) == ("a", "b")
    ((left, right),) = pair.differing
    assert left is not None
    assert right is not None
    assert (left.text, right.text) == ("3 year", "2 year")
