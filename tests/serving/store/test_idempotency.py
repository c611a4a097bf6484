"""The same call gets the same answer."""

from datetime import timedelta

import pytest

from serving.store.database import Database
from serving.store.idempotency import (
    ABANDONED_AFTER,
    Answer,
    Call,
    ClaimLostError,
    OtherRequestError,
    StillRunningError,
    abandon,
    begin,
    finish,
    forget_answers,
)
from tests.serving.conftest import NOW

KEEP = timedelta(hours=72)
CALL = Call(api_key_id="", key="k1", request_sha256="a" * 64)
OTHER = Call(api_key_id="", key="k1", request_sha256="b" * 64)
ANSWER = Answer(status=201, body='{"a":1}', headers=(("Location", "/x"),))


def _begin(database: Database, call: Call = CALL, after: timedelta = timedelta()) -> Answer | str:
    with database.writing() as session:
        return begin(session, call, KEEP, NOW + after)


def _finish(database: Database, token: Answer | str) -> None:
    assert isinstance(token, str)
    with database.writing() as session:
        finish(session, token, ANSWER)


def test_the_first_answer_comes_again(database: Database) -> None:
    _finish(database, _begin(database))
    assert _begin(database) == ANSWER


def test_another_body_under_the_same_key_is_refused(database: Database) -> None:
    _finish(database, _begin(database))
    with pytest.raises(OtherRequestError):
        _begin(database, OTHER)


def test_a_call_that_still_runs_is_not_run_again(database: Database) -> None:
    _begin(database)
    with pytest.raises(StillRunningError):
        _begin(database)


def test_keys_of_other_callers_are_other_keys(database: Database) -> None:
    _begin(database)
    assert isinstance(_begin(database, Call(api_key_id="key_1", key="k1", request_sha256="a" * 64)), str)


def test_an_abandoned_call_is_taken_over_and_the_slow_one_stores_nothing(database: Database) -> None:
    slow = _begin(database)
    quick = _begin(database, after=ABANDONED_AFTER)
    _finish(database, quick)
    with pytest.raises(ClaimLostError):
        _finish(database, slow)


def test_a_failed_call_may_be_tried_again(database: Database) -> None:
    token = _begin(database)
    assert isinstance(token, str)
    with database.writing() as session:
        abandon(session, token)
    assert isinstance(_begin(database), str)


def test_answers_are_forgotten_after_their_time(database: Database) -> None:
    _finish(database, _begin(database))
    assert isinstance(_begin(database, OTHER, after=KEEP), str)
    with database.writing() as session:
        assert forget_answers(session, NOW + KEEP + timedelta(seconds=1)) == 1
