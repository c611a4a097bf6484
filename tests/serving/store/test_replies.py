"""Reservations and what counts against the budgets."""

from datetime import datetime, timedelta

import pytest

from serving.store.answers import Stamp
from serving.store.database import Database
from serving.store.outcomes import Outcome, OutcomeError, awaiting_audit, outcomes_of, save_outcome
from serving.store.replies import (
    ReplyState,
    Usage,
    forget_unreported,
    lapse_expired,
    lapse_reserved,
    load_reply,
    release_reply,
    usage,
)
from serving.store.retention import purge_text
from tests.serving.conftest import NOW
from tests.serving.store.replies import store_reply

QUARTER = timedelta(minutes=15)
STAMP = Stamp(by="test", at=NOW)


def _usage(database: Database, now: datetime = NOW, customer: str | None = "c", sender: str | None = None) -> Usage:
    with database.reading() as session:
        return usage(session, now, customer=customer, sender=sender)


def _release(database: Database, decision_id: str, now: datetime = NOW) -> bool:
    with database.writing() as session:
        reply = load_reply(session, decision_id)
        return reply is not None and release_reply(session, reply, "Dear Ana", now)


def _state(database: Database, decision_id: str) -> ReplyState:
    with database.reading() as session:
        reply = load_reply(session, decision_id)
    assert reply is not None
    return reply.state


def test_a_reservation_counts_until_it_ends_and_a_release_for_an_hour_and_a_day(database: Database) -> None:
    reply = store_reply(database)
    assert _usage(database) == Usage(hour=1, day=1, customer=1)
    assert _usage(database, NOW + QUARTER) == Usage(hour=0, day=0, customer=0)
    assert _release(database, reply.decision_id)
    assert _usage(database, NOW + timedelta(minutes=59)) == Usage(hour=1, day=1, customer=1)
    assert _usage(database, NOW + timedelta(minutes=60)) == Usage(hour=0, day=1, customer=1)
    assert _usage(database, NOW + timedelta(hours=24)) == Usage(hour=0, day=0, customer=0)


def test_a_release_in_the_future_counts_when_the_clock_is_set_back(database: Database) -> None:
    _release(database, store_reply(database).decision_id)
    assert _usage(database, NOW - timedelta(days=3)).hour == 1


def test_a_customer_is_known_by_name_or_by_address_and_strangers_are_one_customer(database: Database) -> None:
    store_reply(database, customer="c", sender="s")
    store_reply(database, customer=None, sender=None)
    assert [_usage(database, customer=c, sender=s).customer for c, s in (("c", None), ("x", "s"), ("x", "y"), (None, None))] == [1, 1, 0, 1]


def test_a_reservation_is_released_once_and_not_after_its_end(database: Database) -> None:
    first, second = store_reply(database), store_reply(database)
    assert [_release(database, first.decision_id) for _ in range(2)] == [True, False]
    assert not _release(database, second.decision_id, NOW + QUARTER)


def test_what_ended_stays_ended_when_the_clock_is_set_back(database: Database) -> None:
    reply = store_reply(database)
    with database.writing() as session:
        assert lapse_expired(session, NOW + QUARTER) == (reply.decision_id,)
    assert not _release(database, reply.decision_id)
    assert _state(database, reply.decision_id) is ReplyState.LAPSED


def test_a_group_lapses_alone_and_everything_together(database: Database) -> None:
    one, other = store_reply(database, groups=("all", "a")), store_reply(database, groups=("all", "b"))
    with database.writing() as session:
        assert lapse_reserved(session, "suspended", NOW, "a") == (one.decision_id,)
        assert lapse_reserved(session, "kill_switch", NOW) == (other.decision_id,)


def test_a_release_that_nobody_reports_on_is_unknown(database: Database) -> None:
    silent, known = store_reply(database), store_reply(database)
    for reply in (silent, known):
        _release(database, reply.decision_id)
    _say(database, known.decision_id, Outcome.SENT)
    with database.writing() as session:
        assert forget_unreported(session, NOW, NOW) == (silent.decision_id,)
    assert _state(database, silent.decision_id) is ReplyState.UNKNOWN


def _say(database: Database, decision_id: str, outcome: Outcome) -> bool:
    with database.writing() as session:
        reply = load_reply(session, decision_id)
        assert reply is not None
        return save_outcome(session, reply, outcome, STAMP)


def test_an_outcome_counts_once_and_in_an_order_that_can_have_happened(database: Database) -> None:
    reply = store_reply(database)
    with pytest.raises(OutcomeError, match="not released"):
        _say(database, reply.decision_id, Outcome.SENT)
    _release(database, reply.decision_id)
    assert [_say(database, reply.decision_id, Outcome.SENT) for _ in range(2)] == [True, False]
    with pytest.raises(OutcomeError, match="cannot have failed"):
        _say(database, reply.decision_id, Outcome.FAILED)
    assert _say(database, reply.decision_id, Outcome.JUDGED_WRONG)
    with pytest.raises(OutcomeError, match="a verdict stands"):
        _say(database, reply.decision_id, Outcome.JUDGED_RIGHT)
    with database.reading() as session:
        assert set(outcomes_of(session, [reply.decision_id])[reply.decision_id]) == {Outcome.SENT, Outcome.JUDGED_WRONG}


def test_a_reply_that_failed_has_no_other_outcome(database: Database) -> None:
    reply = store_reply(database)
    _release(database, reply.decision_id)
    _say(database, reply.decision_id, Outcome.CAME_BACK)  # perhaps because nothing ever came
    _say(database, reply.decision_id, Outcome.FAILED)
    for outcome in (Outcome.SENT, Outcome.COMPLAINED, Outcome.JUDGED_RIGHT):
        with pytest.raises(OutcomeError, match="never got it"):
            _say(database, reply.decision_id, outcome)


def test_audits_wait_for_their_verdict_page_by_page(database: Database) -> None:
    audited = [store_reply(database).decision_id for _ in range(3)]
    chance = store_reply(database, audit=False).decision_id
    for decision_id in (*audited, chance):
        _release(database, decision_id)
    _say(database, audited[1], Outcome.JUDGED_RIGHT)
    with database.reading() as session:
        first = awaiting_audit(session, 1)
        rest = awaiting_audit(session, 10, first[0].decision_id)
    assert [one.decision_id for one in (*first, *rest)] == sorted({audited[0], audited[2]})


def test_the_text_and_the_customer_go_with_the_text_of_the_mail(database: Database) -> None:
    reply = store_reply(database)
    _release(database, reply.decision_id)
    with database.writing() as session:
        purge_text(session, NOW + timedelta(days=1), NOW + timedelta(days=1))
    with database.reading() as session:
        left = load_reply(session, reply.decision_id)
    assert left is not None
    assert (left.text, left.customer, left.sender, left.arrivals) == (None, None, None, ())
