"""The kill switch, stopped groups, and verdicts that stop a group by themselves."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from serving.app import create_app
from serving.automatic.watching import PATIENCE
from serving.service import Service
from serving.store.control import read_switch
from serving.store.keys import create_key
from serving.store.state import list_events
from tests.serving.automatic.certified import allow
from tests.serving.automatic.conftest import Clock
from tests.serving.automatic.mails import decided, released, reply_of, reserved, sent, told


def _switch(client: TestClient, on: bool) -> None:
    assert client.post("/v1/kill-switch", json={"on": on, "reason": "wrong prices"}).json()["on"] is on


def _suspended(client: TestClient) -> list[str]:
    return [row["group"] for row in client.get("/v1/suspensions").json()["data"] if row["is_suspended"]]


def _events(service: Service) -> list[str]:
    with service.database.reading() as session:
        return [event.kind for event in list_events(session, 1000)]


def _detail(client: TestClient, decision_id: str) -> str:
    response = released(client, decision_id)
    assert response.status_code == 409
    return str(response.json()["detail"]).split(": ")[0]


def test_the_switch_stops_new_replies_and_those_that_are_reserved_for_good(caller: TestClient, sending: Service) -> None:
    first = reserved(caller)
    _switch(caller, on=True)
    assert reply_of(caller, first)["reason"] == "kill_switch"
    stopped = decided(caller, "bob@example.com")
    assert (stopped["action"], "kill_switch" in stopped["reasons"]) == ("suggest", True)
    _switch(caller, on=False)
    assert _detail(caller, first) == "kill_switch"
    assert decided(caller)["action"] == "auto_reply"
    assert {"autoreply.kill_switch", "reply.reserved", "reply.lapsed"} <= set(_events(sending))
    assert 'replywell_replies_total{event="refused",reason="kill_switch"} 1.0' in sending.metrics.render().decode()


def test_the_switch_names_its_last_throw_whatever_else_changed_since(caller: TestClient, clock: Clock) -> None:
    untouched = caller.get("/v1/kill-switch").json()
    assert untouched == {"on": False, "reason": None, "changed_at": None, "changed_by": None}
    thrown = caller.post("/v1/kill-switch", json={"on": True, "reason": "wrong prices"}).json()
    assert thrown["changed_at"] == clock().isoformat()
    clock.move(minutes=5)
    caller.post("/v1/suspensions", json={"group": "all", "reason": "recall"})
    caller.post("/v1/suspensions/all/rearm")
    assert caller.get("/v1/kill-switch").json() == thrown


@pytest.fixture
def guarded(sending: Service) -> Iterator[TestClient]:
    """A caller of the same service, where keys are needed."""
    closed = sending.settings.model_copy(update={"open": False})
    object.__setattr__(sending, "settings", closed)
    with TestClient(create_app(sending), base_url="http://127.0.0.1") as client:
        yield client


def test_who_may_send_may_stop_but_only_an_administrator_starts_again(guarded: TestClient, sending: Service) -> None:
    with sending.database.writing() as session:
        secret, _ = create_key(session, "helpdesk", frozenset({"send"}), None, sending.clock())
    headers = {"Authorization": f"Bearer {secret}"}
    assert guarded.post("/v1/kill-switch", json={"on": True, "reason": "test"}, headers=headers).status_code == 200
    off = guarded.post("/v1/kill-switch", json={"on": False, "reason": "test"}, headers=headers)
    assert (off.status_code, off.json()["detail"]) == (403, "this call needs a key with the scope admin")
    assert guarded.post("/v1/suspensions/all/rearm", headers=headers).status_code == 403
    with sending.database.reading() as session:
        assert read_switch(session).kill_switch


def test_a_stopped_topic_stops_what_is_reserved_and_a_person_arms_it_again(caller: TestClient) -> None:
    first = reserved(caller)
    stopped = caller.post("/v1/suspensions", json={"group": "technical.fault", "reason": "recall"})
    assert (stopped.status_code, _suspended(caller)) == (201, ["technical.fault"])
    assert _detail(caller, first) == "suspended"
    assert decided(caller, "bob@example.com")["action"] == "suggest"
    assert caller.post("/v1/suspensions/technical.fault/rearm").status_code == 200
    assert decided(caller, "bob@example.com")["action"] == "auto_reply"
    assert caller.post("/v1/suspensions/technical.fault/rearm").status_code == 404


def test_wrong_verdicts_suspend_at_once_and_arming_begins_a_new_round(caller: TestClient, sending: Service, clock: Clock) -> None:
    ids = []
    for number in range(6):
        ids.append(sent(caller, f"c{number}@example.com"))
        clock.move(seconds=1)
    waiting = reserved(caller, "late@example.com")
    assert [row["decision_id"] for row in caller.get("/v1/audits?limit=2").json()["data"]] == ids[:2]
    alarms = [told(caller, decision_id, "judged_wrong").json()["suspended"] for decision_id in ids]
    assert alarms.count(["all"]) == 1
    assert _suspended(caller) == ["all"]
    assert _detail(caller, waiting) == "suspended"
    assert decided(caller, "new@example.com")["action"] == "suggest"
    assert "autoreply.suspended" in _events(sending)
    assert 'replywell_autoreply_suspensions_total{group="all"} 1.0' in sending.metrics.render().decode()
    assert caller.post("/v1/suspensions/all/rearm").status_code == 200
    watched = caller.get("/v1/guarantee").json()["monitors"]["all"]
    assert (watched["round"], watched["judged"]) == (2, 0)
    assert decided(caller, "new@example.com")["action"] == "auto_reply"


@pytest.fixture
def unaudited(sending: Service) -> Service:
    """Nothing is drawn for an audit."""
    allow(sending, audit_share=0.0)
    sending.engines.follow_policy(sending.database)
    return sending


def _proven(client: TestClient) -> tuple[int, int, int]:
    said = client.get("/v1/guarantee").json()["proven"]
    return said["sent"], said["wrong"], said["round"]


def test_complaints_outside_the_audits_suspend_everything_and_arming_begins_a_new_round(
    caller: TestClient, unaudited: Service, clock: Clock
) -> None:
    ids = [sent(caller, f"c{number}@example.com") for number in range(6)]
    said = [told(caller, decision_id, "complained" if number % 2 else "judged_wrong") for number, decision_id in enumerate(ids)]
    alarms = [response.json()["suspended"] for response in said]
    assert (alarms.count(["all"]), _suspended(caller)) == (1, ["all"])
    with unaudited.database.reading() as session:
        event = next(event for event in list_events(session, 1000) if event.kind == "autoreply.suspended")
    assert (event.subject, event.data["reason"].startswith("proven: ")) == ("all", True)
    assert 'replywell_autoreply_suspensions_total{group="all"} 1.0' in unaudited.metrics.render().decode()
    assert (_proven(caller), _judged(caller)) == ((6, 6, 1), 0)
    clock.move(seconds=1)
    assert caller.post("/v1/suspensions/all/rearm").status_code == 200
    assert caller.get("/v1/guarantee").json()["monitors"]["all"]["round"] == 1
    assert _proven(caller) == (0, 0, 2)


def test_a_complaint_that_a_person_refutes_proves_nothing(caller: TestClient, unaudited: Service) -> None:
    first, second = sent(caller, "a@example.com"), sent(caller, "b@example.com")
    told(caller, first, "complained")
    told(caller, second, "came_back")
    assert _proven(caller) == (2, 1, 1)
    told(caller, first, "judged_right")
    assert _proven(caller) == (2, 0, 1)


def test_proofs_that_stopped_nothing_stay_and_those_that_did_never_count_again(
    caller: TestClient, unaudited: Service, clock: Clock
) -> None:
    ids = [sent(caller, f"c{number}@example.com") for number in range(7)]
    for decision_id in ids[:2]:
        told(caller, decision_id, "complained")
    caller.post("/v1/suspensions", json={"group": "all", "reason": "strike"})
    caller.post("/v1/suspensions/all/rearm")
    assert _proven(caller) == (7, 2, 1)
    for decision_id in ids[2:6]:
        told(caller, decision_id, "complained")
    clock.move(minutes=1)
    caller.post("/v1/suspensions/all/rearm")
    assert (told(caller, ids[6], "complained").json()["suspended"], _proven(caller)) == ([], (0, 0, 2))


def test_a_verdict_waits_for_those_on_earlier_replies_but_not_for_ever(caller: TestClient, clock: Clock) -> None:
    first = sent(caller, "a@example.com")
    clock.move(minutes=1)
    second = sent(caller, "b@example.com")
    told(caller, second, "judged_wrong")
    assert _judged(caller) == 0
    told(caller, first, "judged_right")
    assert _judged(caller) == 2
    sent(caller, "c@example.com")
    clock.move(minutes=PATIENCE.total_seconds() / 60)
    fourth = sent(caller, "d@example.com")
    told(caller, fourth, "judged_right")
    assert _judged(caller) == 3


def _judged(client: TestClient) -> int:
    return int(client.get("/v1/guarantee").json()["monitors"]["all"]["judged"])


def test_an_outcome_twice_changes_nothing_and_one_that_cannot_be_says_why(caller: TestClient) -> None:
    decision_id = reserved(caller)
    early = told(caller, decision_id, "came_back")
    assert (early.status_code, early.json()["type"]) == (409, "urn:replywell:problem:impossible-outcome")
    released(caller, decision_id)
    assert [told(caller, decision_id, "came_back").json()["is_new"] for _ in range(2)] == [True, False]
    assert [told(caller, decision_id, said).status_code for said in ("sent", "failed")] == [200, 409]
    assert told(caller, decision_id, "nonsense").status_code == 422
    assert told(caller, "dec_00000000000000000000000000", "sent").status_code == 404


def test_a_customer_who_writes_again_came_back_and_a_robot_did_not(caller: TestClient, sending: Service, clock: Clock) -> None:
    decision_id = sent(caller)
    decided(caller, headers={"Auto-Submitted": "auto-replied"})
    clock.move(days=6)
    assert caller.get("/v1/reports/automatic").json()["sent"]["came_back"] == 0
    decided(caller, subject="PS")
    decided(caller, subject="PPS")
    assert caller.get("/v1/reports/automatic").json()["sent"]["came_back"] == 1
    assert told(caller, decision_id, "came_back").json()["is_new"] is False
    assert _events(sending).count("reply.came_back") == 1


def test_the_guarantee_is_there_to_read(caller: TestClient) -> None:
    said = caller.get("/v1/guarantee").json()
    assert said["certificate"]["target"] == {"alpha": 0.02, "delta": 0.05}
    assert (said["kill_switch"], said["suspended"], said["is_void"], said["not_guaranteed"]) == (False, [], False, {})


def test_the_report_counts_what_is_known_and_not_what_is_hoped(caller: TestClient, clock: Clock) -> None:
    ids = [sent(caller, f"c{number}@example.com") for number in range(4)]
    told(caller, ids[0], "judged_right")
    told(caller, ids[1], "came_back")
    told(caller, ids[2], "complained")
    reserved(caller, "waits@example.com")
    clock.move(minutes=1)
    said = caller.get("/v1/reports/automatic").json()
    assert said["sent"] == {
        "count": 4,
        "confirmed_right": 1,
        "judged_wrong": 0,
        "came_back": 1,
        "complained": 1,
        "silent": 1,
        "at_most": 2,
    }
    assert (said["replies"]["reserved"], said["decisions"], said["audit"]["awaited"]) == (1, 5, 3)
    assert said["holdout"]["automatic"] == {
        "count": 2,
        "of": 4,
        "share": 0.5,
        "low": pytest.approx(0.15, abs=0.01),
        "high": pytest.approx(0.85, abs=0.01),
    }
    assert said["holdout"]["automatic_less_people"] is None
    assert caller.get("/v1/reports/automatic?from=2030-01-01&to=2020-01-01").status_code == 422
