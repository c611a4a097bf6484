"""A reserved reply goes out once, and only while everything that allowed it still does."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.automatic.expiring import expire
from serving.bodies import MailBody
from serving.pipeline import score
from serving.replay import replay
from serving.service import Service
from serving.store.batches import create_batch
from serving.store.decisions import load_decision
from serving.store.replies import ReplyState, load_reply
from serving.worker import BatchWorker, new_items
from tests.serving.automatic.certified import allow
from tests.serving.automatic.conftest import Clock
from tests.serving.automatic.mails import decided, mail, released, reply_of, reserved, sent, told


@pytest.fixture
def service_url(empty_url: str) -> str:
    """Both kinds of databases."""
    return empty_url


def _reason(response: Any) -> str:
    problem = response.json()
    assert (response.status_code, problem["type"]) == (409, "urn:replywell:problem:reply-not-released")
    assert response.headers["content-type"] == "application/problem+json"
    assert "text" not in problem
    return str(problem["detail"]).split(": ")[0]


def test_a_reply_is_released_once_with_its_text_and_then_known_as_sent(caller: TestClient) -> None:
    decision = decided(caller)
    first = released(caller, decision["decision_id"])
    assert (first.status_code, first.json()["text"]) == (200, decision["suggestions"][0]["text"])
    assert first.json()["language"] == decision["language"]["code"]
    assert _reason(released(caller, decision["decision_id"])) == "released_before"
    assert told(caller, decision["decision_id"], "sent").status_code == 200
    assert reply_of(caller, decision["decision_id"])["state"] == "sent"


def test_the_same_key_gets_the_text_again_and_another_does_not(caller: TestClient) -> None:
    decision_id = reserved(caller)
    first, again = released(caller, decision_id, key="k1"), released(caller, decision_id, key="k1")
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert _reason(released(caller, decision_id, key="k2")) == "released_before"


def test_a_reservation_lapses_after_fifteen_minutes_and_gives_its_budget_back(caller: TestClient, clock: Clock) -> None:
    late = reserved(caller)
    clock.move(minutes=14)
    assert decided(caller)["action"] == "suggest"
    clock.move(minutes=1)
    assert (reply_of(caller, late)["state"], reply_of(caller, late)["action_now"]) == ("lapsed", "suggest")
    assert _reason(released(caller, late)) == "expired"
    assert decided(caller)["action"] == "auto_reply"


def test_a_clock_that_is_set_back_revives_nothing(caller: TestClient, clock: Clock) -> None:
    first = reserved(caller)
    clock.move(minutes=20)
    reserved(caller)
    clock.move(minutes=-19)
    assert _reason(released(caller, first)) == "expired"


def test_a_policy_edit_counts_for_what_is_reserved(caller: TestClient, sending: Service) -> None:
    decision_id = reserved(caller)
    allow(sending, alpha=0.01)
    assert _reason(released(caller, decision_id)) == "not_allowed:alpha"
    assert reply_of(caller, decision_id)["action_now"] == "suggest"


def test_a_bundle_without_a_certificate_sends_nothing_that_was_reserved(
    caller: TestClient, served: Path, trained: tuple[Path, Path]
) -> None:
    decision_id = reserved(caller)
    shutil.copytree(trained[1], served.parent / "shelf" / "plain")
    served.unlink()
    served.symlink_to(served.parent / "shelf" / "plain")
    assert caller.post("/v1/models/reload").status_code == 200
    assert _reason(released(caller, decision_id)).startswith("not_allowed:")
    assert decided(caller, "bob@example.com")["action"] != "auto_reply"


def test_an_answer_that_was_edited_is_not_sent_any_more(caller: TestClient) -> None:
    decision = decided(caller)
    answer_id = decision["suggestions"][0]["answer_id"]
    answer = caller.get(f"/v1/answers/{answer_id}")
    body = {key: answer.json()[key] for key in ("topic", "variants")}
    kept = [{key: variant[key] for key in ("language", "title", "body")} for variant in body["variants"]]
    body["variants"] = [variant | {"body": variant["body"] + "\n\nP. S."} for variant in kept]
    edited = caller.put(f"/v1/answers/{answer_id}", json=body, headers={"If-Match": answer.headers["etag"]})
    assert edited.status_code == 200, edited.text
    approved = caller.post(f"/v1/answers/{answer_id}/approve", json={}, headers={"If-Match": edited.headers["etag"]})
    assert approved.status_code == 200, approved.text
    assert "covered" in _reason(released(caller, decision["decision_id"]))


def test_nothing_goes_out_after_the_customer_wrote_again(caller: TestClient) -> None:
    first = reserved(caller, message_id="<1@example.com>")
    assert decided(caller, "Ana@Example.com", subject="PS")["action"] != "auto_reply"
    assert _reason(released(caller, first)) == "wrote_in_between"


def test_nothing_goes_out_after_somebody_else_answered_the_mail(caller: TestClient) -> None:
    first = reserved(caller, message_id="<1@example.com>")
    decided(caller, "colleague@example.com", headers={"In-Reply-To": "<1@example.com>"})
    assert _reason(released(caller, first)) == "wrote_in_between"


def test_the_caller_may_say_that_somebody_wrote(caller: TestClient) -> None:
    decision_id = reserved(caller)
    assert _reason(released(caller, decision_id, wrote_in_between=True)) == "wrote_in_between"
    assert _reason(released(caller, decision_id, wrote_in_between=False)) == "wrote_in_between"


def test_a_mail_of_another_customer_stops_nothing(caller: TestClient) -> None:
    first = reserved(caller)
    reserved(caller, "bob@example.com")
    assert released(caller, first).status_code == 200


def test_a_release_without_an_outcome_is_unknown_and_never_released_again(caller: TestClient, sending: Service, clock: Clock) -> None:
    decision_id = reserved(caller)
    released(caller, decision_id)
    clock.move(hours=25)
    expire(sending.database, clock())
    assert (reply_of(caller, decision_id)["state"], reply_of(caller, decision_id)["reason"]) == ("unknown", "no_outcome")
    assert _reason(released(caller, decision_id)) == "released_before"
    assert told(caller, decision_id, "sent").json()["reply"]["state"] == "sent"


def test_the_budgets_hold_for_single_mails_and_for_batches(caller: TestClient, sending: Service) -> None:
    allow(sending, budget={"hour": 3})
    assert decided(caller)["action"] == "auto_reply"
    again = decided(caller)
    assert again["action"] == "suggest"
    assert "budget_customer_day" in again["reasons"]
    items = [mail(f"c{customer}@example.com", id=str(number)) for number, customer in enumerate((1, 1, 2, 3, 4))]
    with sending.database.writing() as session:
        batch = create_batch(session, new_items(items, may_verify=False), None, sending.clock())
    BatchWorker(sending).work_once()
    for _ in range(100):
        page = caller.get(f"/v1/batches/{batch.id}").json()
        if page["status"] == "done":
            break
    assert [item["decision"]["action"] for item in page["data"]] == ["auto_reply", "suggest", "auto_reply", "suggest", "suggest"]


def test_the_hold_out_is_kept_back_and_cannot_be_released(caller: TestClient, sending: Service) -> None:
    allow(sending, holdout_share=1.0)
    decision = decided(caller)
    assert (decision["action"], decision["holdout"]) == ("suggest", True)
    assert _reason(released(caller, decision["decision_id"])) == "held_out"
    assert told(caller, decision["decision_id"], "sent").status_code == 409
    assert told(caller, decision["decision_id"], "came_back").status_code == 200


def test_a_decision_that_sends_nothing_cannot_be_released(caller: TestClient) -> None:
    decision = decided(caller, headers={"Auto-Submitted": "auto-replied"})
    assert _reason(released(caller, decision["decision_id"])) == "no_reply"
    assert released(caller, "dec_00000000000000000000000000").status_code == 404


def test_a_crash_in_the_transaction_leaves_no_half_of_it(sending: Service) -> None:
    request = MailBody.model_validate(mail()).to_request()

    def crash() -> None:
        with sending.database.writing() as session:
            score(request, session, sending.engines.current, sending.clock())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash()
    with sending.database.writing() as session:
        decision = score(request, session, sending.engines.current, sending.clock())
    with sending.database.reading() as session:
        reply = load_reply(session, decision["decision_id"])
    assert reply is not None
    assert reply.state is ReplyState.RESERVED


def test_an_automatic_decision_replays_equal_after_everything_changed(caller: TestClient, sending: Service) -> None:
    decision_id = sent(caller)
    caller.post("/v1/kill-switch", json={"on": True, "reason": "test"})
    with sending.database.reading() as session:
        stored = load_decision(session, decision_id)
    assert stored is not None
    again = replay(stored, sending.engines)
    assert (again.differences, again.changed) == ((), {})
