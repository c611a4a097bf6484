"""Background work of a process: decides the items of batches, purges old text, moves answers by their dates, watches for drift."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from model.understanding import Understanding
from serving.answers.lifecycle import move_due
from serving.automatic.drifting import fold_in
from serving.automatic.expiring import expire
from serving.automatic.reserving import ReadMail
from serving.bodies import MailBody, problem_of
from serving.engine import Engine
from serving.logs import EVENTS
from serving.mail_request import MailRequest
from serving.pipeline import keep
from serving.problems import FORBIDDEN, INTERNAL, INVALID_REQUEST, Fault, ProblemError
from serving.retention import purge
from serving.service import Service
from serving.store.answers import Stamp
from serving.store.batches import ClaimedItem, ItemOutcome, NewItem, claim_items, finish_items, has_waiting_items, release_items, still_held
from serving.store.database import StoreError
from serving.store.ids import new_id

AT_ONCE = 64
LOOK_EVERY_SECONDS = 1.0
STOP_SECONDS = 20.0
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def new_items(values: Sequence[Any], may_verify: bool) -> list[NewItem]:
    """Check the items of a new batch one by one; what is wrong with an item is stored with it."""
    seen: set[str] = set()
    return [_new_item(value, seen, may_verify) for value in values]


def _new_item(value: Any, seen: set[str], may_verify: bool) -> NewItem:
    """The client's id is kept even for a wrong item, unless it is no id or was used before in this batch."""
    named = value.get("id") if isinstance(value, dict) else None
    client_id = named if isinstance(named, str) and len(named) <= 255 and named.isprintable() else None
    try:
        body = MailBody.model_validate(value)
        if body.context.customer.verified and not may_verify:
            raise ProblemError(FORBIDDEN, "customer.verified needs a key with the scope verified-sender")
        if client_id in seen:
            fault = Fault("/id", "used twice in this batch")
            raise ProblemError(INVALID_REQUEST, f"{fault.pointer}: {fault.detail}", errors=(fault,))
    except ValidationError as error:
        return NewItem(client_id=_unused(client_id, seen), request=None, problem=problem_of(error).to_json())
    except ProblemError as error:
        return NewItem(client_id=_unused(client_id, seen), request=None, problem=error.to_json())
    return NewItem(client_id=_unused(client_id, seen), request=value)


def _unused(client_id: str | None, seen: set[str]) -> str | None:
    if client_id is None or client_id in seen:
        return None
    seen.add(client_id)
    return client_id


class BatchWorker:
    """One thread that claims waiting items, decides them together and commits them together, 64 at a time.

    A crash between claim and commit loses nothing: the lease runs out and another worker claims the items. A worker that was
    too slow finds at its commit that it no longer holds them and stores nothing, so no item is decided twice.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._name = new_id("wrk", service.clock())
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replywell-batches", daemon=True)

    def start(self) -> None:
        """Begin to look for work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the items at hand, then end."""
        self._stopping.set()
        self._service.batch_arrived.set()
        self._thread.join(STOP_SECONDS)
        with suppress(StoreError), self._service.database.writing() as session:
            release_items(session, self._name)

    def work_once(self) -> int:
        """Decide the next items; how many were claimed."""
        service = self._service
        with service.database.reading() as session:
            waits = has_waiting_items(session, service.clock())
        if not waits:
            return 0
        with service.database.writing() as session:
            items = claim_items(session, self._name, AT_ONCE, service.clock())
        if items:
            self._decide(items)
        return len(items)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._service.batch_arrived.clear()
            try:
                worked = self.work_once()
            except StoreError as error:
                EVENTS.error("cannot work on batches", extra={"reason": str(error)})
                worked = 0
            except Exception:  # the thread must survive; the lease of these items runs out and they are tried again
                EVENTS.error("work on a batch failed", exc_info=True)
                worked = 0
            if not worked:
                self._service.batch_arrived.wait(LOOK_EVERY_SECONDS)

    def _decide(self, items: Sequence[ClaimedItem]) -> None:
        service, engine, now = self._service, self._service.engines.current, self._service.clock()
        mails, faulty = self._read(items, engine)
        with service.database.writing() as session:
            held = still_held(session, self._name, items)
            kept = keep([mail for mail in mails if mail.ordinal in held], session, engine, now)
            done = [ItemOutcome(batch_id=items[0].batch_id, ordinal=stored.ordinal or 0, decision_id=stored.id) for stored in kept]
            finish_items(session, [*done, *(outcome for outcome in faulty if outcome.ordinal in held)])
        for stored in kept:
            service.metrics.count_decision(stored.decision, stored.source)
        service.metrics.batch_items.labels("done").inc(len(kept))
        service.metrics.batch_items.labels("failed").inc(len(held) - len(kept))

    def _read(self, items: Sequence[ClaimedItem], engine: Engine) -> tuple[list[ReadMail], list[ItemOutcome]]:
        """What the models make of the items, and the items that cannot be read."""
        readable: list[tuple[ClaimedItem, MailRequest]] = []
        faulty: list[ItemOutcome] = []
        for item in items:
            try:
                body = MailBody.model_validate(item.request)
                readable.append((item, body.to_request(source="batch", api_key_id=item.api_key_id)))
            except ProblemError as error:
                faulty.append(_failed(item, error))
        mails: list[ReadMail] = []
        for (item, request), understood in zip(readable, self._understand([request for _, request in readable], engine), strict=True):
            if isinstance(understood, ProblemError):
                faulty.append(_failed(item, understood))
            else:
                mails.append(ReadMail(request=request, understanding=understood, batch_id=item.batch_id, ordinal=item.ordinal))
        return mails, faulty

    def _understand(self, requests: list[MailRequest], engine: Engine) -> list[Understanding | ProblemError]:
        """Together; when that fails, one by one, so that a mail that cannot be read fails alone."""
        if not requests:
            return []
        try:
            return list(engine.reader.understand_many([request.mail for request in requests], engine.index))
        except Exception:  # counted and logged: whatever a model raises on one mail must not fail the others
            self._service.metrics.fallbacks.labels("batch").inc()
            EVENTS.warning("reading a batch together failed; reading one by one", extra={"items": len(requests)}, exc_info=True)
        results: list[Understanding | ProblemError] = []
        for request in requests:
            try:
                results.append(engine.reader.understand(request.mail, engine.index))
            except Exception:
                EVENTS.error("a mail of a batch could not be read", exc_info=True)
                results.append(ProblemError(INTERNAL, "this mail could not be read; the fault is ours and was logged"))
        return results


def _failed(item: ClaimedItem, error: ProblemError) -> ItemOutcome:
    return ItemOutcome(batch_id=item.batch_id, ordinal=item.ordinal, problem=error.to_json())


class Repeated:
    """One thread that does something at the start and then every so often; a database that is away is tried again the next time."""

    def __init__(self, name: str, every: timedelta, work: Callable[[], object]) -> None:
        self._name = name
        self._every = every
        self._work = work
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"replywell-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work()
            except StoreError as error:
                EVENTS.error("cannot do repeated work", extra={"work": self._name, "reason": str(error)})
            except Exception:  # the thread must survive: the next time may go well
                EVENTS.error("repeated work failed", extra={"work": self._name}, exc_info=True)
            self._stopping.wait(self._every.total_seconds())


def daily_purge(service: Service) -> Repeated:
    """Removes old text. Without `retention_days` only old stored answers go."""
    return Repeated("purge", DAY, lambda: purge(service.database, service.settings, service.clock()))


def answer_dates(service: Service) -> Repeated:
    """Puts answers in service on their first day, and out of it after their last."""

    def move() -> None:
        now = service.clock()
        with service.database.writing() as session:
            move_due(session, now.date(), Stamp(by=None, at=now))

    return Repeated("dates", MINUTE, move)


def neighbours_follow(service: Service) -> Repeated:
    """Keeps the duplicate index at the base's version."""
    return Repeated("neighbours", timedelta(seconds=LOOK_EVERY_SECONDS), service.neighbours.follow)


def reply_times(service: Service) -> Repeated:
    """Turns replies that nobody released in time into suggestions, and those that nobody spoke of into unknown ones."""
    return Repeated("replies", MINUTE, lambda: expire(service.database, service.clock()))


def drift_watch(service: Service) -> Repeated:
    """Lets the mails that were decided enter the tests for drift, and stops automatic replies when the mail has changed."""

    def look() -> None:
        for group in fold_in(service.database, service.engines.current.bundle, service.clock()):
            service.metrics.suspensions.labels(group).inc()
            EVENTS.warning("automatic replies suspended", extra={"group": group, "reason": "drift"})

    return Repeated("drift", timedelta(seconds=LOOK_EVERY_SECONDS), look)
