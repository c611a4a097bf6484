"""Classify, suggest, score: answers, bad input, idempotency."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

TEXT = "Order 48213 should be here. When will it arrive?"
MAIL = {"id": "t-1", "subject": "Where is my parcel?", "body": TEXT, "from": "ana@example.com"}
RAW = f"From: Ana <ana@example.com>\r\nMessage-ID: <m1@example.com>\r\nSubject: Where is my parcel?\r\n\r\n{TEXT}\r\n".encode()
CALLS = ("/v1/classify", "/v1/suggest", "/v1/score")


def test_classify_gives_topic_and_urgency_and_stores_nothing(client: TestClient) -> None:
    answer = client.post("/v1/classify", json=MAIL)
    assert answer.status_code == 200
    said = answer.json()
    assert said["topic"]["ranking"][0]["label"] == said["topic"]["label"]
    assert sum(pair["probability"] for pair in said["topic"]["ranking"]) == pytest.approx(1, abs=1e-4)
    assert "decision_id" not in said
    assert "suggestions" not in said


def test_suggest_ranks_answers_without_ids(client: TestClient) -> None:
    said = client.post("/v1/suggest", json=MAIL).json()
    assert said["suggestions"]
    assert all("suggestion_id" not in suggestion for suggestion in said["suggestions"])
    assert "action" not in said


def test_score_decides_and_keeps_the_decision(client: TestClient) -> None:
    said = client.post("/v1/score", json=MAIL).json()
    assert said["action"] in ("suggest", "route")
    assert said["reasons"]
    assert said["message_ref"] == {"source": "api", "mailbox": None, "message_id": None, "id": "t-1"}
    kept = client.get(f"/v1/decisions/{said['decision_id']}").json()
    assert {name: kept[name] for name in said} == said


def test_a_raw_mail_is_decided_like_its_fields(client: TestClient) -> None:
    raw = client.post("/v1/score?mailbox=support", content=RAW, headers={"Content-Type": "message/rfc822"}).json()
    fields = client.post("/v1/score", json=MAIL).json()
    assert raw["message_ref"] == {"source": "api", "mailbox": "support", "message_id": "<m1@example.com>", "id": None}
    assert raw["topic"] == fields["topic"]


def test_a_machine_mail_is_parked(client: TestClient) -> None:
    said = client.post("/v1/score", json=MAIL | {"headers": {"Auto-Submitted": "auto-replied"}}).json()
    assert said["action"] == "park"


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize(
    ("content", "media_type", "status", "name"),
    [
        (b"{", "application/json", 422, "invalid-json"),
        (b"\xff\xfe\x00", "application/json", 422, "invalid-json"),
        (b'{"body": "a\\u0000b"}', "application/json", 422, "invalid-request"),
        (b'{"body": "\\ud800"}', "application/json", 422, "invalid-json"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "application/json", 422, "invalid-json"),
        (b'{"body": ' + b"9" * 6000 + b"}", "application/json", 422, "invalid-json"),
        (b'{"body": 99999999999999999999999}', "application/json", 422, "invalid-request"),
        (b"{}", "application/json", 422, "empty-mail"),
        (b'{"body": "x", "colour": 1}', "application/json; charset=utf-8", 422, "invalid-request"),
        (b"", "message/rfc822", 422, "invalid-mail"),
        (b"\0\1\2\3" * 50, "message/rfc822", 422, "invalid-mail"),
        (b"body=x", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b"x", "", 415, "unsupported-media-type"),
    ],
)
def test_bad_input_is_a_problem(client: TestClient, path: str, *, content: bytes, media_type: str, status: int, name: str) -> None:
    answer = client.post(path, content=content, headers={"Content-Type": media_type} if media_type else {})
    said = answer.json()
    assert (answer.status_code, said["type"]) == (status, f"urn:replywell:problem:{name}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (said["status"], said["instance"]) == (status, path)
    assert said["detail"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["application/json", "message/rfc822"]))
def test_no_bytes_make_a_500(client: TestClient, content: bytes, media_type: str) -> None:
    assert client.post("/v1/score", content=content, headers={"Content-Type": media_type}).status_code in (200, 422)


def test_a_mail_of_five_megabytes_is_decided(client: TestClient) -> None:
    answer = client.post("/v1/score", json=MAIL | {"body": "Where is my parcel? " * 262_144})
    assert answer.status_code == 200


def test_a_body_over_the_limit_is_refused_however_it_is_sent(client: TestClient) -> None:
    big = json.dumps({"body": "x" * 10_000_000}).encode()
    whole = client.post("/v1/score", content=big, headers={"Content-Type": "application/json"})
    chunked = client.post("/v1/score", content=iter([big[:6_000_000], big[6_000_000:]]), headers={"Content-Type": "application/json"})
    assert [whole.status_code, chunked.status_code] == [413, 413]
    assert whole.json()["type"] == chunked.json()["type"] == "urn:replywell:problem:body-too-large"


def _scored(client: TestClient, key: str, mail: dict[str, Any] = MAIL) -> Any:
    return client.post("/v1/score", json=mail, headers={"Idempotency-Key": key})


def test_the_same_key_and_body_give_the_first_decision_again(client: TestClient) -> None:
    first, second, other = _scored(client, "a"), _scored(client, "a"), _scored(client, "b")
    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert other.json()["decision_id"] != first.json()["decision_id"]


def test_the_same_key_with_another_body_is_refused(client: TestClient) -> None:
    _scored(client, "a")
    answer = _scored(client, "a", MAIL | {"id": "t-2"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:replywell:problem:idempotency-other-request")


def test_a_refused_call_does_not_use_up_its_key(client: TestClient) -> None:
    assert _scored(client, "a", {"body": ""}).status_code == 422
    assert _scored(client, "a").status_code == 200


@pytest.mark.parametrize("key", ["with space", "x" * 256, ""])
def test_a_key_of_another_shape_is_refused(client: TestClient, key: str) -> None:
    assert _scored(client, key).status_code == 422
