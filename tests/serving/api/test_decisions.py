"""Looking at decisions, making them again, saying what was right."""

from typing import Any

import pytest
from starlette.testclient import TestClient

MAIL = {"subject": "Where is my parcel?", "body": "Order 48213 should be here. When will it arrive?"}


@pytest.fixture
def service_url(empty_url: str) -> str:
    """Both kinds of databases."""
    return empty_url


def _decided(client: TestClient) -> Any:
    return client.post("/v1/score", json=MAIL).json()


def test_a_decision_made_again_is_equal(client: TestClient) -> None:
    decision = _decided(client)
    again = client.post(f"/v1/decisions/{decision['decision_id']}/replay").json()
    assert (again["is_equal"], again["differences"], again["changed"]) == (True, [], {})


def test_feedback_and_corrections_are_accepted(client: TestClient) -> None:
    decision = _decided(client)
    suggestion = decision["suggestions"][0]["suggestion_id"]
    feedback = client.post(f"/v1/suggestions/{suggestion}/feedback", json={"outcome": "edited", "final_text": "Dear Ana", "agent": "eva"})
    correction = client.post(f"/v1/decisions/{decision['decision_id']}/correction", json={"topic": "refund.status", "urgency": "high"})
    assert (feedback.status_code, correction.status_code) == (201, 201)
    assert feedback.json()["feedback_id"].startswith("fbk_")
    assert correction.json()["correction_id"].startswith("cor_")


def test_a_label_that_does_not_exist_is_named_with_those_that_do(client: TestClient) -> None:
    decision = _decided(client)
    answer = client.post(f"/v1/decisions/{decision['decision_id']}/correction", json={"topic": "no.such", "urgency": "mild"})
    said = answer.json()
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in said["errors"]] == ["/topic", "/urgency"]
    assert "refund.status" in said["detail"]


@pytest.mark.parametrize("found", ["dec_" + "0" * 26, "nothing", "%00", "dec_%00", "é"])
def test_an_unknown_id_is_a_404(client: TestClient, found: str) -> None:
    answers = [
        client.get(f"/v1/decisions/{found}"),
        client.post(f"/v1/decisions/{found}/replay"),
        client.post(f"/v1/decisions/{found}/correction", json={"urgency": "high"}),
        client.post(f"/v1/suggestions/{found}/feedback", json={"outcome": "used"}),
        client.get(f"/v1/batches/{found}"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert {answer.json()["type"] for answer in answers} == {"urn:replywell:problem:not-found"}


def test_feedback_with_the_same_key_is_stored_once(client: TestClient) -> None:
    suggestion = _decided(client)["suggestions"][0]["suggestion_id"]
    answers = [
        client.post(f"/v1/suggestions/{suggestion}/feedback", json={"outcome": "used"}, headers={"Idempotency-Key": "f"}) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert [answer.status_code for answer in answers] == [201, 201]


def test_unknown_paths_and_methods_are_problems(client: TestClient) -> None:
    missing, wrong = client.get("/v1/nothing"), client.put("/v1/score", json={})
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:replywell:problem:not-found")
    assert (wrong.status_code, wrong.json()["type"], wrong.headers["allow"]) == (405, "urn:replywell:problem:method-not-allowed", "POST")
