"""An index that is edited has the clusters that a search from scratch finds."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.duplicate_index import DuplicateIndex
from model.duplicates import search
from model.entry import Cluster, Constraints, Entry, Zone
from model.nearness.components import EXACT_COMPONENT
from tests.model.near_texts import ORIGINALS, entry, sentences
from tests.model.test_duplicates import HEAP, QUOTES, copies

TRAPS = [entry(f"trap-{days}", ORIGINALS["en"].replace("30 days", f"{days} days")) for days in (45, 60)]
POOL = [*HEAP[:15], *TRAPS, entry("quote", " ".join(sentences(ORIGINALS["en"])[1:]))]
DECIDED = Constraints(together=frozenset([("de-1", "en-1")]), apart=frozenset([("en-2", "en-3")]))


def from_scratch(index: DuplicateIndex, entries: list[Entry], constraints: Constraints) -> tuple[Cluster, ...]:
    return search(entries, None, constraints, boilerplate=index.boilerplate).outcome().clusters


@settings(max_examples=25, deadline=None)
@given(st.permutations(POOL), st.integers(0, len(POOL)), st.sets(st.sampled_from([one.id for one in POOL])), st.booleans())
def test_edits_in_any_order_give_the_clusters_of_a_search(shuffled: list[Entry], built: int, gone: set[str], is_decided: bool) -> None:
    constraints = DECIDED if is_decided else Constraints()
    index = DuplicateIndex.build(shuffled[:built], None, constraints)
    for one in shuffled[built:]:
        index.add(one)
    assert index.clusters == from_scratch(index, POOL, constraints)
    for answer in sorted(gone):
        index.remove(answer)
    assert index.clusters == from_scratch(index, [one for one in POOL if one.id not in gone], constraints)


def test_a_copy_is_attached_a_trap_is_not_and_something_else_is_new() -> None:
    index = DuplicateIndex.build(HEAP)
    copy = index.check(entry("x", f"Hello,\n\n{ORIGINALS['en']}"))
    assert copy.zone is Zone.ATTACH
    assert index.cluster(next(one for one in copy.similar[0].key if one != "x")) is not None
    trap = index.check(TRAPS[0])
    assert trap.zone is Zone.NEW
    assert trap.similar[0].differing
    assert index.check(entry("x", "Our shop in Leeds is closed on Sundays.")).similar == ()


def test_a_quote_of_two_answers_that_contradict_is_still_attached_to_one() -> None:
    index = DuplicateIndex.build([*HEAP, TRAPS[0]])
    assert index.check(entry("x", " ".join(sentences(ORIGINALS["en"])[1:]))).zone is Zone.ATTACH


@pytest.mark.parametrize("late", ["month", "two-months", "quote-000"])
def test_no_number_of_quotes_unites_two_answers_that_contradict(late: str) -> None:
    body = ORIGINALS["en"]
    everything = {one.id: one for one in (*QUOTES, entry("month", body), entry("two-months", body.replace("30 days", "60 days")))}
    added = everything.pop(late)
    index = DuplicateIndex.build(list(everything.values()))
    index.add(added)
    assert len(index.clusters[0].members) > EXACT_COMPONENT
    assert not any({"month", "two-months"} <= set(cluster.members) for cluster in index.clusters)


def test_checking_changes_nothing() -> None:
    index = DuplicateIndex.build(HEAP)
    before = index.clusters
    for _ in range(2):
        index.check(copies("en", name="x")[1])
        index.check(entry("y", "Something that nobody has written here before now."))
    assert index.clusters == before


def test_an_answer_is_no_duplicate_of_its_own_former_text() -> None:
    index = DuplicateIndex.build([entry("a", ORIGINALS["en"])])
    assert index.check(entry("a", ORIGINALS["en"])).similar == ()


def test_an_edited_answer_leaves_its_cluster() -> None:
    index = DuplicateIndex.build([entry("a", ORIGINALS["en"]), entry("b", ORIGINALS["en"])])
    assert index.cluster("a") is not None
    index.add(entry("b", TRAPS[0].body))
    assert index.clusters == ()
    assert index.cluster("a") is None


def test_removing_what_is_not_there_is_no_error() -> None:
    index = DuplicateIndex.build([])
    index.remove("nobody")
    index.add(entry("a", ORIGINALS["fr"], "fr"))
    index.add(entry("b", ORIGINALS["fr"], "fr"))
    assert [cluster.members for cluster in index.clusters] == [("a", "b")]


def test_several_threads_may_add_and_check() -> None:
    index = DuplicateIndex.build(HEAP[:5])

    def work(part: list[Entry]) -> None:
        for one in part:
            index.check(one)
            index.add(one)

    threads = [threading.Thread(target=work, args=(HEAP[5 + number :: 4],)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert index.clusters == from_scratch(index, HEAP, Constraints())
