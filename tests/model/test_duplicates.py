"""Near-duplicates of a base: clusters, canonical answers, what people decided, proposals."""

from datetime import UTC, datetime
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.duplicates import find_duplicates
from model.entry import Constraints, Duplicates, Entry
from model.nearness.components import EXACT_COMPONENT
from tests.model.near_texts import ORIGINALS, entry, mistyped, mistyped_twice, sentences, wrapped


def copies(language: str, body: str | None = None, name: str = "") -> list[Entry]:
    """An answer, a wrapped copy, a quote, a reordered and a mistyped copy."""
    body = body or ORIGINALS[language]
    parts = sentences(body)
    texts = [
        body,
        wrapped(body, language),
        " ".join(parts[:2]),
        " ".join(reversed(parts)),
        body.replace("e", "é", 1).replace("an", "na", 1),
    ]
    return [entry(f"{name or language}-{number}", text, language) for number, text in enumerate(texts)]


def members(found: Duplicates) -> list[tuple[str, ...]]:
    return [cluster.members for cluster in found.clusters]


HEAP = [one for language in sorted(ORIGINALS) for one in copies(language)]
# More than are compared each with every other one.
QUOTES = [
    entry(f"quote-{number:03}", copy)
    for number, copy in enumerate(mistyped_twice(" ".join(sentences(ORIGINALS["en"])[1:]), EXACT_COMPONENT))
]
FAMILIES = [tuple(f"{language}-{number}" for number in range(5)) for language in sorted(ORIGINALS)]


def test_copies_of_five_answers_are_five_clusters() -> None:
    assert members(find_duplicates(HEAP)) == FAMILIES


@settings(max_examples=15, deadline=None)
@given(st.permutations(HEAP))
def test_the_order_of_the_answers_does_not_matter(shuffled: list[Entry]) -> None:
    assert find_duplicates(shuffled) == find_duplicates(HEAP)


def test_the_number_of_processes_does_not_matter() -> None:
    entries = [
        entry(f"{language}-{number:02}", copy, language)
        for language, body in ORIGINALS.items()
        for number, copy in enumerate([*mistyped(body, 32), *sentences(body)])
    ]
    traps = [entry(f"trap-{number}", copy) for number, copy in enumerate(mistyped(ORIGINALS["en"].replace("30 days", "60 days"), 3))]
    alone, shared = (find_duplicates([*entries, *traps], workers=workers) for workers in (1, 2))
    assert alone == shared
    assert sum(len(cluster.members) > 25 for cluster in alone.clusters) == len(ORIGINALS)


def test_an_answer_with_another_value_is_listed_as_near_but_apart() -> None:
    trap = entry("trap", ORIGINALS["en"].replace("30 days", "60 days"))
    found = find_duplicates([*HEAP, trap])
    assert members(found) == FAMILIES
    (pair,) = found.apart
    assert "trap" in pair.key
    assert {value.text for value in pair.differing[0] if value} == {"30 day", "60 day"}


def test_no_quote_unites_two_answers_that_contradict() -> None:
    other = copies("en", ORIGINALS["en"].replace("30 days", "60 days"), "other")
    quote = entry("quote", " ".join(sentences(ORIGINALS["en"])[1:]))
    found = find_duplicates([*copies("en"), *other, quote])
    assert all(not (set(one) & {"en-0", "en-1"} and set(one) & {"other-0", "other-1"}) for one in members(found))


def test_no_number_of_quotes_unites_two_answers_that_contradict() -> None:
    other = ORIGINALS["en"].replace("30 days", "60 days")
    found = find_duplicates([*QUOTES, entry("month", ORIGINALS["en"]), entry("two-months", other)], workers=1)
    assert any("month" in one and len(one) > EXACT_COMPONENT for one in members(found))
    assert not any({"month", "two-months"} <= set(one) for one in members(found))


def test_the_canonical_answer_is_approved_then_used_then_new() -> None:
    body = ORIGINALS["en"]
    quote = " ".join(sentences(body)[:2])
    old, new = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)

    def canonical(*entries: Entry) -> str:
        (cluster,) = find_duplicates(entries).clusters
        return cluster.canonical

    assert canonical(entry("a", body, uses=9), entry("b", body, approved=True)) == "b"
    assert canonical(entry("a", body, uses=1, updated=new), entry("b", body, uses=2, updated=old)) == "b"
    assert canonical(entry("a", body, updated=old), entry("b", body, updated=new)) == "b"
    assert canonical(entry("a", quote), entry("b", body), entry("c", wrapped(body, "en"))) == "b"
    assert canonical(entry("b", body), entry("a", body)) == "a"


def test_what_people_put_together_or_kept_apart_stays() -> None:
    decided = Constraints(together=frozenset([("de-0", "en-0")]), apart=frozenset([("fr-0", "fr-1")]))
    found = find_duplicates(HEAP, None, decided)
    clusters = {member: cluster for cluster in members(found) for member in cluster}
    assert "en-0" in clusters["de-0"]
    assert "fr-1" not in clusters.get("fr-0", ())
    assert all(pair.key not in decided.apart for pair in (*found.unsure, *found.apart))


def test_one_language_that_differs_keeps_the_answers_apart() -> None:
    english = ORIGINALS["en"]
    german = ORIGINALS["de"]
    same = [entry("a", english), entry("b", english), entry("a", german, "de"), entry("b", german, "de")]
    assert members(find_duplicates(same)) == [("a", "b")]
    other = [*same[:3], entry("b", german.replace("14 Tagen", "30 Tagen"), "de")]
    assert members(find_duplicates(other)) == []


def test_standard_sentences_make_no_duplicates() -> None:
    standard = "Please give your customer number in every letter to us. You see the state of your order at any time in your account."
    own = (
        "A locker near you keeps the parcel for one week after the driver has put it in.",
        "Your tariff ends in May and becomes the basic one when nothing else was agreed.",
        "Gift cards are sold at every till of our shops and never on the telephone.",
        "The lift of the car park is out of order, so please use the ramp at the back.",
        "A deposit on bottles is paid back in cash or taken off your next bill.",
        "Our branch in Leeds has moved to the first floor of the house next door.",
        "Bonus points count from the second order on and show on the receipt.",
        "Spare keys for the bicycle lock are cut from the code on the metal plate.",
    )
    entries = [entry(f"{number}-{copy}", f"{text} {standard}") for number, text in enumerate(own) for copy in range(2)]
    entries = [entry(one.id, wrapped(one.body, "en") if one.id.endswith("1") else one.body) for one in entries]
    found = find_duplicates(entries)
    assert members(found) == [(f"{number}-0", f"{number}-1") for number in range(len(own))]
    assert found.unsure == ()


def test_translations_are_proposed_and_not_merged() -> None:
    english, german = entry("a", ORIGINALS["en"]), entry("b", "Sie können die Jacke binnen 30 Tagen zurückgeben.", "de")
    other = entry("c", ORIGINALS["fr"], "fr")
    vectors = np.array([[1, 0, 0], [0.9, 0.436, 0], [0, 0, 1]], dtype=np.float32)
    found = find_duplicates([english, german, other], vectors)
    assert found.clusters == ()
    assert [pair.key for pair in found.variants] == [("a", "b")]


def test_a_translation_that_states_something_else_is_not_proposed() -> None:
    english, german = entry("a", ORIGINALS["en"]), entry("b", "Sie können die Jacke binnen 60 Tagen zurückgeben.", "de")
    assert find_duplicates([english, german], np.array([[1, 0], [0.9, 0.436]], dtype=np.float32)).variants == ()


def test_an_empty_base_has_no_duplicates() -> None:
    assert find_duplicates([]) == Duplicates(clusters=())


def test_tells_how_far_it_is() -> None:
    told: list[tuple[str, int, int]] = []
    find_duplicates(HEAP, tick=lambda stage, done, total: told.append((stage, done, total)))
    assert told[0] == ("reading", 0, len(HEAP))
    assert told[-1] == ("clustering", 5, 5)


def test_all_pairs_of_a_cluster_are_of_one_language() -> None:
    found = find_duplicates(HEAP)
    assert all(left[:2] == right[:2] for cluster in members(found) for left, right in combinations(cluster, 2))
