"""Items are claimed once and finished once."""

from datetime import timedelta

from serving.store.batches import (
    LEASE,
    ItemOutcome,
    NewItem,
    Progress,
    batch_page,
    batch_progress,
    claim_items,
    create_batch,
    finish_items,
    has_waiting_items,
    release_items,
    still_held,
)
from serving.store.database import Database
from tests.serving.conftest import NOW

PROBLEM = {"type": "urn:replywell:problem:empty-mail", "title": "t", "status": 422, "detail": "d"}


def _batch(database: Database, size: int) -> Progress:
    items = [NewItem(client_id=f"m{number}", request={"body": str(number)}) for number in range(size)]
    with database.writing() as session:
        return create_batch(session, items, None, NOW)


def test_workers_claim_different_items_in_order(database: Database) -> None:
    _batch(database, 5)
    with database.writing() as session:
        first = claim_items(session, "wrk_a", 3, NOW)
    with database.writing() as session:
        second = claim_items(session, "wrk_b", 3, NOW)
    assert [item.ordinal for item in first] == [0, 1, 2]
    assert [item.ordinal for item in second] == [3, 4]


def test_two_workers_at_the_same_moment_do_not_wait_for_each_other_on_postgresql(database: Database) -> None:
    if database.is_sqlite:
        return
    _batch(database, 4)
    with database.writing() as one, database.writing() as other:
        assert [item.ordinal for item in claim_items(one, "wrk_a", 2, NOW)] == [0, 1]
        assert [item.ordinal for item in claim_items(other, "wrk_b", 2, NOW)] == [2, 3]


def test_items_of_a_dead_worker_are_claimed_again_when_the_lease_ends(database: Database) -> None:
    _batch(database, 2)
    with database.writing() as session:
        items = claim_items(session, "wrk_dead", 9, NOW)
    later = NOW + LEASE + timedelta(seconds=1)
    with database.writing() as session:
        assert not has_waiting_items(session, NOW)
        assert has_waiting_items(session, later)
        assert claim_items(session, "wrk_b", 9, NOW) == ()
        assert len(claim_items(session, "wrk_b", 9, later)) == 2
        assert still_held(session, "wrk_dead", items) == frozenset()
        assert still_held(session, "wrk_b", items) == {0, 1}


def test_a_worker_that_stops_gives_its_items_back(database: Database) -> None:
    _batch(database, 2)
    with database.writing() as session:
        claim_items(session, "wrk_a", 9, NOW)
        release_items(session, "wrk_a")
        assert len(claim_items(session, "wrk_b", 9, NOW)) == 2


def test_progress_counts_and_pages_keep_the_order(database: Database) -> None:
    batch = _batch(database, 5)
    with database.writing() as session:
        items = claim_items(session, "wrk_a", 2, NOW)
        finish_items(session, [ItemOutcome(batch_id=batch.id, ordinal=item.ordinal, problem=PROBLEM) for item in items])
    with database.reading() as session:
        progress = batch_progress(session, batch.id)
        assert progress is not None
        assert (progress.total, progress.failed, progress.done, progress.waiting, progress.is_finished) == (5, 2, 0, 3, False)
        page = batch_page(session, batch.id, after=0, limit=2)
    assert [(item.ordinal, item.client_id, item.status, item.problem) for item in page] == [
        (1, "m1", "failed", PROBLEM),
        (2, "m2", "waiting", None),
    ]


def test_there_is_no_batch_behind_an_id_of_another_shape(database: Database) -> None:
    with database.reading() as session:
        assert batch_progress(session, "bat_\0") is None
        assert batch_progress(session, "dec_" + "0" * 26) is None
