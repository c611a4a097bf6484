"""Trying out gives what really running gives."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from model.deciding.control import ALL
from model.decision import Action
from model.policy import Policy
from model.understanding import Understanding
from serving.bundles import Engine
from serving.service import Service
from serving.what_if.result import THEN, Result
from serving.what_if.stored import StoredArchive
from serving.what_if.trying import UNREADABLE, Entry, Missed, Terms, Trial, Tried, try_out, under_policy
from tests.serving.automatic.certified import allow, policy_document
from tests.serving.automatic.conftest import Clock
from tests.serving.conftest import NOW
from tests.serving.engines import requests_of_seeds
from tests.serving.what_if.running import SINGLE, bodies, run_singly, run_together

CHANGES: dict[str, Any] = {"holdout_share": 0.4, "audit_share": 0.3, "budget": SINGLE}
OTHER: dict[str, Any] = {"holdout_share": 0.1, "budget": {"hour": 2, "day": 30, "customer_day": 3}, "least_exchangeability": 0.4}


def _tried(service: Service, engine: Engine, end: datetime, terms: Terms | None = None) -> list[Tried]:
    archive = StoredArchive.between(service.database, NOW, end)
    found = list(try_out(archive, Trial(engine, terms or Terms())))
    assert not [one for one in found if isinstance(one, Missed)]
    return [one for one in found if isinstance(one, Tried)]


def _first_failed(decision: dict[str, Any]) -> str:
    return next((check["name"] for check in decision["checks"] if not check["passed"]), "")


def _said(decision: dict[str, Any]) -> tuple[Any, ...]:
    shown = (decision["action"], decision["queue"], decision["topic"]["label"], decision["holdout"], decision["audit"])
    return (*shown, "" if decision["action"] == "auto_reply" else _first_failed(decision))


def _found(tried: Tried) -> tuple[Any, ...]:
    return (tried.action.value, tried.queue, tried.topic, tried.held_out, tried.audit, tried.stopped_by)


def _engine(service: Service, changes: dict[str, Any]) -> Engine:
    current = service.engines.current
    return under_policy(current, Policy.from_json(policy_document(current.bundle.taxonomy, **changes), current.bundle.taxonomy))


@pytest.fixture
def service_url(empty_url: str) -> str:
    """Both kinds of databases."""
    return empty_url


def test_counts_and_every_decision_are_those_of_really_running(caller: TestClient, sending: Service, clock: Clock) -> None:
    allow(sending, **CHANGES)
    mails = list(bodies(36))
    decisions = [*run_singly(caller, clock, mails[:24]), *run_together(caller, clock, mails[24:])]
    tried = _tried(sending, _engine(sending, CHANGES), clock.now + timedelta(seconds=1))
    assert [_found(one) for one in tried] == [_said(decision) for decision in decisions]
    counts = Counter(one.action for one in tried)
    stopped = Counter(one.stopped_by for one in tried)
    assert counts[Action.AUTO_REPLY] >= 4, "the comparison would be empty"
    assert any(one.held_out for one in tried)
    assert {"budget_hour", "budget_customer_day"} <= set(stopped)


def test_another_policy_is_tried_as_it_would_have_run(caller: TestClient, sending: Service, clock: Clock) -> None:
    allow(sending, **OTHER)
    mails = list(bodies(24))
    really = run_singly(caller, clock, mails)
    middle = clock.now + timedelta(seconds=1)
    allow(sending, **CHANGES)
    clock.now = NOW + timedelta(days=9)
    start = clock.now
    archived = run_singly(caller, clock, mails)
    archive = StoredArchive.between(sending.database, start, clock.now + timedelta(seconds=1))
    tried = [one for one in try_out(archive, Trial(_engine(sending, OTHER))) if isinstance(one, Tried)]
    assert [_found(one) for one in tried] == [_said(decision) for decision in really]
    assert Counter(one.action.value for one in tried) != Counter(decision["action"] for decision in archived)
    result = Result(versions=sending.engines.current.versions, compared_with=THEN)
    for one in tried:
        result.add(one)
    moved = {one.id for one in result.changed}
    pairs = zip(archived, really, strict=True)
    assert moved == {old["decision_id"] for old, new in pairs if (old["action"], old["queue"]) != (new["action"], new["queue"])}
    assert len(StoredArchive.between(sending.database, NOW, middle)) == len(mails)


def test_nothing_is_stored(caller: TestClient, sending: Service, clock: Clock) -> None:
    allow(sending)
    run_singly(caller, clock, list(bodies(6)))
    before = _rows(sending)
    _tried(sending, _engine(sending, OTHER), clock.now + timedelta(seconds=1))
    assert _rows(sending) == before


def test_switch_suspensions_and_budgets_are_what_the_terms_suppose(caller: TestClient, sending: Service, clock: Clock) -> None:
    allow(sending, budget={"hour": 1})
    run_singly(caller, clock, list(bodies(12)))
    engine, end = _engine(sending, {"budget": {"hour": 1}}), clock.now + timedelta(seconds=1)
    sent = _sent(_tried(sending, engine, end))
    assert 0 < sent < _sent(_tried(sending, engine, end, Terms(unlimited=True)))
    assert _sent(_tried(sending, engine, end, Terms(kill_switch=True))) == 0
    assert _sent(_tried(sending, engine, end, Terms(suspended=frozenset([ALL])))) == 0
    topics = _answered_topics(_tried(sending, engine, end))
    assert topics
    assert not topics & _answered_topics(_tried(sending, engine, end, Terms(suspended=topics)))


class Moody:
    """A reader that fails on whole chunks and on one mail."""

    def __init__(self, engine: Engine, hated: str) -> None:
        self._reader = engine.reader
        self._hated = hated

    def understand(self, mail: Any, index: Any = None) -> Understanding:
        """Read one mail, unless it is the hated one."""
        if mail.body == self._hated:
            raise RuntimeError("no")
        return self._reader.understand(mail, index)

    def understand_many(self, mails: Any, index: Any = None) -> list[Understanding]:
        """Fail."""
        raise RuntimeError("not together")

    def read_question(self, text: str) -> Any:
        """Not asked here."""
        return self._reader.read_question(text)


def test_a_mail_that_cannot_be_read_is_missed_alone(engine: Engine) -> None:
    requests = requests_of_seeds(5)
    moody = replace(engine, reader=Moody(engine, requests[2].mail.body))
    entries = [Entry(id=str(number), at=NOW, request=request) for number, request in enumerate(requests)]
    found = list(try_out(entries, Trial(moody)))
    assert [one.reason for one in found if isinstance(one, Missed)] == [UNREADABLE]
    assert isinstance(found[2], Missed)


def test_files_are_compared_with_what_counts_now(built: Any, engine: Engine) -> None:
    certified = built[1]
    silent = under_policy(certified, Policy.default(certified.bundle.taxonomy))
    entries = [Entry(id=str(number), at=NOW, request=request) for number, request in enumerate(requests_of_seeds(20))]
    for trial, current in ((certified, silent), (silent, certified)):
        tried = [one for one in try_out(entries, Trial(trial), Trial(current)) if isinstance(one, Tried)]
        alone = [one for one in try_out(entries, Trial(current)) if isinstance(one, Tried)]
        assert [one.before.action for one in tried if one.before] == [one.action.value for one in alone]


def _sent(tried: list[Tried]) -> int:
    return sum(one.action is Action.AUTO_REPLY for one in tried)


def _answered_topics(tried: list[Tried]) -> frozenset[str]:
    return frozenset(one.topic for one in tried if one.topic and one.action is Action.AUTO_REPLY)


def _rows(service: Service) -> dict[str, int]:
    tables = ("decisions", "suggestions", "replies", "outcomes", "events", "arrivals", "policies")
    with service.database.reading() as session:
        return {table: session.scalar(text(f"SELECT COUNT(*) FROM {table}")) or 0 for table in tables}
