"""Keys and scopes."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from serving.service import Service
from serving.store.keys import create_key, list_keys
from tests.serving.conftest import NOW

MAIL = {"subject": "Where is my parcel?", "body": "When will it arrive?"}


def _key(service: Service, *scopes: str, days: int | None = None) -> dict[str, str]:
    expires = NOW + timedelta(days=days) if days is not None else None
    with service.database.writing() as session:
        secret, _ = create_key(session, "test", frozenset(scopes), expires, NOW)
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer nothing", "Basic cnc6cnc=", "Bearer rw_\u00e9"])
def test_without_a_valid_key_there_is_a_challenge(closed_client: TestClient, header: str | None) -> None:
    headers = [] if header is None else [(b"authorization", header.encode("latin-1"))]
    answer = closed_client.post("/v1/score", json=MAIL, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:replywell:problem:unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/v1/classify", "classify"),
        ("POST", "/v1/suggest", "suggest"),
        ("POST", "/v1/score", "score"),
        ("POST", "/v1/batches", "score"),
        ("GET", "/v1/batches/bat_x", "score"),
        ("GET", "/v1/decisions/dec_x", "score"),
        ("POST", "/v1/decisions/dec_x/replay", "work"),
        ("POST", "/v1/decisions/dec_x/correction", "work"),
        ("POST", "/v1/suggestions/sug_x/feedback", "work"),
        ("POST", "/v1/models/reload", "admin"),
        ("GET", "/metrics", "report"),
    ],
)
def test_every_call_needs_its_scope(closed_client: TestClient, closed_service: Service, method: str, path: str, scope: str) -> None:
    others = _key(closed_service, *({"classify", "suggest", "train"} - {scope}))
    refused = closed_client.request(method, path, json=MAIL if method == "POST" else None, headers=others)
    allowed = closed_client.request(method, path, json=MAIL if method == "POST" else None, headers=_key(closed_service, scope))
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:replywell:problem:forbidden")
    assert allowed.status_code not in (401, 403)


def test_an_expired_key_is_named_so(closed_client: TestClient, closed_service: Service) -> None:
    answer = closed_client.post("/v1/score", json=MAIL, headers=_key(closed_service, "score", days=0))
    assert (answer.status_code, answer.json()["detail"]) == (401, "the API key is expired")


def test_the_last_use_is_remembered(closed_client: TestClient, closed_service: Service) -> None:
    closed_client.post("/v1/score", json=MAIL, headers=_key(closed_service, "score"))
    with closed_service.database.reading() as session:
        (key,) = list_keys(session)
    assert key.last_used_at == NOW


def test_only_some_keys_may_call_a_customer_verified(closed_client: TestClient, closed_service: Service) -> None:
    mail = MAIL | {"context": {"customer": {"verified": True}}}
    refused = closed_client.post("/v1/score", json=mail, headers=_key(closed_service, "score"))
    allowed = closed_client.post("/v1/score", json=mail, headers=_key(closed_service, "score", "verified-sender"))
    assert (refused.status_code, allowed.status_code) == (403, 200)
    batch = closed_client.post("/v1/batches", json={"items": [mail]}, headers=_key(closed_service, "score"))
    assert batch.json()["failed"] == 1


def test_idempotency_keys_of_two_callers_do_not_meet(closed_client: TestClient, closed_service: Service) -> None:
    answers = [
        closed_client.post("/v1/score", json=MAIL, headers=_key(closed_service, "score") | {"Idempotency-Key": "same"}) for _ in range(2)
    ]
    assert answers[0].json()["decision_id"] != answers[1].json()["decision_id"]


def test_a_budget_that_is_spent_answers_429(closed_client: TestClient, closed_service: Service) -> None:
    headers = _key(closed_service, "score")
    answers = [closed_client.post("/v1/batches", json={"items": [{"body": ""}]}, headers=headers) for _ in range(25)]
    last = answers[-1]
    assert (last.status_code, last.json()["type"]) == (429, "urn:replywell:problem:too-many-requests")
    assert int(last.headers["retry-after"]) >= 1
    assert closed_client.post("/v1/score", json=MAIL, headers=headers).status_code == 200


def test_health_needs_no_key(closed_client: TestClient) -> None:
    assert [closed_client.get(path).status_code for path in ("/livez", "/readyz", "/version")] == [200, 200, 200]


def test_an_open_service_answers_only_to_its_own_name(client: TestClient) -> None:
    answer = client.post("/v1/score", json=MAIL, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:replywell:problem:forbidden")
