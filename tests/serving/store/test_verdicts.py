"""What people decided on pairs."""

import pytest

from serving.store.answers import AnswerStoreError, NotFoundError
from serving.store.database import Database
from serving.store.verdicts import Verdict, forget_verdict, load_constraints, put_verdicts, save_verdict
from tests.serving.answers.factories import ANA, BEN, make_answer, store


def test_the_newest_verdict_on_a_pair_counts_whatever_its_order(database: Database) -> None:
    store(database, make_answer("a"), make_answer("b"))
    with database.writing() as session:
        save_verdict(session, ("b", "a"), Verdict.TOGETHER, ANA)
        assert load_constraints(session).together == {("a", "b")}
        save_verdict(session, ("a", "b"), Verdict.APART, BEN)
        assert (load_constraints(session).together, load_constraints(session).apart) == (frozenset(), frozenset([("a", "b")]))
        assert forget_verdict(session, ("b", "a"), BEN)
        assert not forget_verdict(session, ("b", "a"), BEN)
        assert load_constraints(session).apart == frozenset()


def test_refuses_answers_that_are_not_two_or_not_there(database: Database) -> None:
    store(database, make_answer("a"))
    with database.writing() as session:
        with pytest.raises(NotFoundError, match="no answer b"):
            save_verdict(session, ("a", "b"), Verdict.APART, ANA)
        with pytest.raises(AnswerStoreError, match="is one answer, not two"):
            save_verdict(session, ("a", "a"), Verdict.APART, ANA)


def test_many_verdicts_are_written_at_once(database: Database) -> None:
    with database.writing() as session:
        pairs = [(f"a{number}", "b") for number in range(1200)]
        put_verdicts(session, pairs, Verdict.TOGETHER, ANA)
        put_verdicts(session, pairs[:700], Verdict.APART, ANA)
        found = load_constraints(session)
    assert (len(found.together), len(found.apart)) == (500, 700)
