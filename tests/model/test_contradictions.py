"""Contradictions: which answers disagree, in which sentences, on which values."""

import numpy as np

from model.contradictions import Contradiction, find_contradictions
from model.duplicates import find_duplicates
from model.entry import Cluster, Entry, Pair

BODY = "You can send shoes back within {days} days of delivery. Please use the original box. Worn pairs are not taken back."


def entry(id: str, body: str, language: str = "en") -> Entry:
    """One language of an answer."""
    return Entry(id=id, language=language, body=body)


def test_lists_the_two_sentences_and_the_values() -> None:
    entries = [entry("a", BODY.format(days=30)), entry("b", BODY.format(days=14))]
    assert find_contradictions(entries, None, [Pair(left="a", right="b")]) == (
        Contradiction(
            answers=("a", "b"),
            languages=("en", "en"),
            sentences=("You can send shoes back within 30 days of delivery.", "You can send shoes back within 14 days of delivery."),
            values=(("30 day", "14 day"),),
        ),
    )


def test_a_negation_is_listed_with_an_empty_value() -> None:
    entries = [entry("a", BODY.format(days=30)), entry("b", BODY.format(days=30).replace("are not", "are"))]
    (found,) = find_contradictions(entries, None, [Pair(left="a", right="b")])
    assert found.values == (("not", ""),)
    assert found.sentences == ("Worn pairs are not taken back.", "Worn pairs are taken back.")


def test_several_disagreements_of_two_answers_are_one_contradiction() -> None:
    entries = [entry("a", BODY.format(days=30)), entry("b", BODY.format(days=14).replace("are not", "are"))]
    (found,) = find_contradictions(entries, None, [Pair(left="a", right="b")])
    assert found.values == (("30 day", "14 day"), ("not", ""))
    assert found.sentences[1] == "You can send shoes back within 14 days of delivery. … Worn pairs are taken back."


def test_answers_that_agree_are_not_listed() -> None:
    entries = [entry("a", BODY.format(days=30)), entry("b", "Hello Anna,\n\n" + BODY.format(days="thirty") + "\n\nKind regards\nTom")]
    assert find_contradictions(entries, None, [Pair(left="a", right="b")]) == ()


def test_two_clusters_are_listed_once_under_their_canonical_answers() -> None:
    entries = [entry(id, BODY.format(days=30)) for id in ("a1", "a2", "z3")] + [entry(id, BODY.format(days=14)) for id in ("b1", "b2")]
    clusters = [Cluster(canonical="z3", members=("a1", "a2", "z3")), Cluster(canonical="b1", members=("b1", "b2"))]
    near = [Pair(left=left, right=right) for left in ("a1", "a2") for right in ("b1", "b2")]
    (found,) = find_contradictions(entries, None, [*near, Pair(left="a1", right="a2")], clusters)
    assert found.answers == ("b1", "z3")
    assert found.values == (("14 day", "30 day"),)
    assert "14 days" in found.sentences[0]


def test_pairs_that_the_search_for_duplicates_kept_apart_are_contradictions() -> None:
    entries = [entry("a", BODY.format(days=30)), entry("b", BODY.format(days=14)), entry("c", "Our shops open at 9 am on every weekday.")]
    duplicates = find_duplicates(entries)
    found = find_contradictions(entries, None, duplicates.apart, duplicates.clusters)
    assert [contradiction.answers for contradiction in found] == [("a", "b")]


def test_a_translation_that_says_something_else_is_listed_against_the_languages_that_agree() -> None:
    entries = [
        entry("a", "Die Rückgabe ist binnen 14 Tagen möglich.", "de"),
        entry("a", "You can return it within 30 days.", "en"),
        entry("a", "Puede devolverlo en treinta días.", "es"),
        entry("a", "Zwrot w ciągu 30 dni.", "pl"),
    ]
    (found,) = find_contradictions(entries, None, [])
    assert found.answers == ("a", "a")
    assert found.languages == ("de", "en")
    assert found.values == (("14 day", "30 day"),)


def test_answers_near_by_their_vectors_are_compared_also_across_languages() -> None:
    entries = [
        entry("a", "You can return it within 30 days."),
        entry("b", "Die Rückgabe ist binnen 14 Tagen möglich.", "de"),
        entry("c", "Our shops open at 9 am."),
    ]
    vectors = np.array([[1, 0], [0.95, 0.3122], [0, 1]], dtype=np.float32)
    (found,) = find_contradictions(entries, vectors, [])
    assert (found.answers, found.values) == (("a", "b"), (("30 day", "14 day"),))
    assert find_contradictions(entries[1:], vectors[1:], []) == ()


def test_an_id_without_an_entry_is_passed_over() -> None:
    assert find_contradictions([entry("a", BODY.format(days=30))], None, [Pair(left="a", right="gone")]) == ()
    assert find_contradictions([], None, []) == ()
