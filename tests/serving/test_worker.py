"""Batches survive crashes, and no item is decided twice."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from serving.service import Service
from serving.store.batches import LEASE, batch_page, batch_progress, claim_items, create_batch
from serving.store.decisions import newest_decision_ids
from serving.worker import AT_ONCE, BatchWorker, new_items
from tests.serving.conftest import NOW


@pytest.fixture
def service_url(empty_url: str) -> str:
    """Both kinds of databases."""
    return empty_url


MAILS = [{"id": str(number), "body": f"Where is parcel number {number}?"} for number in range(AT_ONCE + 6)]


def _batch(service: Service) -> str:
    with service.database.writing() as session:
        return create_batch(session, new_items(MAILS, may_verify=False), None, NOW).id


def _decided(service: Service) -> int:
    with service.database.reading() as session:
        return len(newest_decision_ids(session, 1000))


def test_items_are_decided_64_at_a_time(service: Service) -> None:
    batch = _batch(service)
    worker = BatchWorker(service)
    assert [worker.work_once(), worker.work_once(), worker.work_once()] == [AT_ONCE, 6, 0]
    with service.database.reading() as session:
        progress = batch_progress(session, batch)
        page = batch_page(session, batch, -1, 200)
    assert progress is not None
    assert progress.is_finished
    assert [item.decision["message_ref"]["id"] for item in page if item.decision] == [mail["id"] for mail in MAILS]


def test_a_batch_goes_on_where_a_dead_worker_left_it(service: Service) -> None:
    batch = _batch(service)
    with service.database.writing() as session:
        claim_items(session, "wrk_dead", AT_ONCE, NOW)
    assert BatchWorker(service).work_once() == 6
    later = replace(service, clock=lambda: NOW + LEASE + timedelta(seconds=1))
    assert BatchWorker(later).work_once() == AT_ONCE
    with service.database.reading() as session:
        progress = batch_progress(session, batch)
    assert progress is not None
    assert progress.is_finished
    assert _decided(service) == len(MAILS)


def test_a_worker_that_lost_its_items_stores_nothing(service: Service) -> None:
    _batch(service)
    worker = BatchWorker(service)

    def taken_over_meanwhile() -> datetime:
        later = NOW + LEASE + timedelta(seconds=1)
        with service.database.writing() as session:
            claim_items(session, "wrk_other", AT_ONCE, later)
        return NOW

    moments: Iterator[Callable[[], datetime]] = iter([lambda: NOW, lambda: NOW, taken_over_meanwhile])
    slow = replace(service, clock=lambda: next(moments, lambda: NOW)())
    worker = BatchWorker(service)
    object.__setattr__(worker, "_service", slow)
    worker.work_once()
    assert _decided(service) == 0


def test_many_workers_decide_each_item_once(service: Service) -> None:
    batches = [_batch(service) for _ in range(3)]
    workers = [BatchWorker(service) for _ in range(4)]

    def work(worker: BatchWorker) -> None:
        while worker.work_once():
            pass

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert _decided(service) == 3 * len(MAILS)
    with service.database.reading() as session:
        found = [batch_progress(session, batch) for batch in batches]
    assert all(progress and progress.is_finished and progress.done == len(MAILS) for progress in found)
