"""Counts, intervals and changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from model.decision import Action
from model.risk import upper_bound
from serving.what_if.result import Wrong, remarks_on
from serving.what_if.trying import PURGED, UNREADABLE, Done, Missed
from tests.serving.what_if.tried import make_result, make_tried

SENT = Action.AUTO_REPLY


def test_topics_add_up_to_all() -> None:
    result = make_result(
        make_tried(1, SENT, is_right=True, audit=True),
        make_tried(2, SENT, is_right=False),
        make_tried(3, SENT),
        make_tried(4, held_out=True, stopped_by="holdout"),
        make_tried(5, Action.ROUTE, topic=None, stopped_by="topic"),
        make_tried(6, Action.PARK, topic="other", stopped_by="vetoes"),
    )
    said = result.to_json()
    assert (said["all"]["mails"], said["all"]["auto_reply"], said["all"]["held_out"], said["all"]["audit"]) == (6, 3, 1, 1)
    for name in ("mails", "auto_reply", "suggest", "route", "park", "held_out", "audit"):
        assert said["all"][name] == sum(topic[name] for topic in said["topics"])
    assert said["all"]["auto_reply"] + sum(said["all"]["stopped"].values()) == 6
    assert [topic["topic"] for topic in said["topics"]] == ["order.status", None, "other"]
    wrong = said["all"]["wrong"]
    assert (wrong["right"], wrong["wrong"], wrong["unknown"], wrong["share"]) == (1, 1, 1, 0.5)


def test_nothing_known_is_no_share_at_all() -> None:
    assert make_result(make_tried(1, SENT)).to_json()["all"]["wrong"] == {
        "right": 0,
        "wrong": 0,
        "unknown": 1,
        "share": None,
        "low": None,
        "high": None,
    }


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_interval_is_that_of_clopper_and_pearson(right: int, wrong: int) -> None:
    said = Wrong.of_counts(right, wrong, 3)
    if not right + wrong:
        assert said.low is None
        return
    assert said.low is not None
    assert said.high is not None
    assert said.high == pytest.approx(float(upper_bound(wrong, right + wrong, 0.025)), abs=1e-9)
    assert wrong == 0 or binom.sf(wrong - 1, right + wrong, said.low) == pytest.approx(0.025, abs=1e-6)
    assert 0 <= said.low <= wrong / (right + wrong) <= said.high <= 1


def test_what_changes_is_named_from_where_to_where() -> None:
    result = make_result(
        make_tried(1, SENT),
        make_tried(2, SENT, queue="parcels"),
        make_tried(3, queue="parcels"),
        make_tried(4),
        make_tried(5, before=None),
        make_tried(6, Action.PARK, before=Done(action="park", queue="orders"), stopped_by="vetoes"),
    )
    changed = result.to_json()["changed"]
    assert (changed["count"], [mail["id"] for mail in changed["mails"]]) == (3, ["dec_1", "dec_2", "dec_3"])
    assert changed["actions"] == [{"from": "suggest", "to": "auto_reply", "count": 2}]
    assert changed["queues"] == [{"from": "orders", "to": "parcels", "count": 2}]
    assert changed["mails"][2].get("action") is None
    assert changed["mails"][1]["queue"] == {"from": "orders", "to": "parcels"}


def test_mails_that_cannot_be_decided_are_counted_and_not_among_the_others() -> None:
    result = make_result(
        make_tried(1), Missed(id="dec_2", reason=PURGED), Missed(id="a.eml", reason=UNREADABLE, detail="a.eml: not a mail")
    )
    said = result.to_json()
    assert said["missed"] == {"purged": 1, "unreadable": 1, "first": [{"id": "a.eml", "detail": "a.eml: not a mail"}]}
    assert said["all"]["mails"] == 1


def test_a_reader_is_told_what_the_counts_do_not_say() -> None:
    result = make_result(make_tried(1, SENT), make_tried(2, stopped_by="budget_hour"))
    undated, budgets, judged = remarks_on(result, undated=2)
    assert "2 mails have no date" in undated
    assert "1 mails were stopped by a budget" in budgets
    assert "judged" in judged
    assert remarks_on(make_result(make_tried(1))) == ()
