"""Many mails at once."""

import time
from typing import Any

import pytest
from starlette.testclient import TestClient

MAIL = {"subject": "Where is my parcel?", "body": "Order 48213 should be here. When will it arrive?"}


@pytest.fixture
def service_url(empty_url: str) -> str:
    """Both kinds of databases."""
    return empty_url


def _finished(client: TestClient, location: str) -> Any:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        said = client.get(location).json()
        if said["status"] == "done":
            return said
        time.sleep(0.05)
    raise AssertionError(f"not finished: {said}")


def test_wrong_items_fail_alone_and_ids_come_back(client: TestClient) -> None:
    items: list[Any] = [MAIL | {"id": "a"}, {"id": "b", "colour": 1}, 7, {"id": "c", "body": ""}, MAIL | {"id": "a"}, MAIL]
    accepted = client.post("/v1/batches", json={"items": items})
    assert accepted.status_code == 202
    assert accepted.headers["location"] == f"/v1/batches/{accepted.json()['batch_id']}"
    said = _finished(client, accepted.headers["location"])
    assert (said["total"], said["done"], said["failed"], said["waiting"]) == (6, 2, 4, 0)
    assert [(item["id"], item["status"]) for item in said["data"]] == [
        ("a", "done"),
        ("b", "failed"),
        (None, "failed"),
        ("c", "failed"),
        (None, "failed"),
        (None, "done"),
    ]
    assert [item["problem"]["type"].rpartition(":")[2] for item in said["data"] if "problem" in item] == [
        "invalid-request",
        "invalid-request",
        "empty-mail",
        "invalid-request",
    ]
    assert said["data"][1]["problem"]["errors"] == [{"pointer": "/colour", "detail": "unknown field"}]


def test_a_batch_decides_what_score_decides(client: TestClient) -> None:
    alone = client.post("/v1/score", json=MAIL).json()
    batch = client.post("/v1/batches", json={"items": [MAIL] * 3})
    said = _finished(client, batch.headers["location"])
    for item in said["data"]:
        assert item["decision"]["topic"]["label"] == alone["topic"]["label"]
        assert item["decision"]["action"] == alone["action"]
        kept = client.get(f"/v1/decisions/{item['decision']['decision_id']}")
        assert kept.status_code == 200
    ranked = [[pair["probability"] for pair in item["decision"]["topic"]["ranking"]] for item in said["data"]]
    assert ranked[0] == pytest.approx([pair["probability"] for pair in alone["topic"]["ranking"]], abs=1e-5)


def test_pages_follow_each_other(client: TestClient) -> None:
    location = client.post("/v1/batches", json={"items": [MAIL | {"id": str(n)} for n in range(5)]}).headers["location"]
    _finished(client, location)
    first = client.get(location, params={"limit": 3}).json()
    second = client.get(location, params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in first["data"] + second["data"]] == ["0", "1", "2", "3", "4"]
    assert (first["has_more"], second["has_more"], second["next_cursor"]) == (True, False, None)


@pytest.mark.parametrize("query", ["limit=201", "limit=-1", "limit=x", "cursor=AAAA", "cursor=%00", "cursor=é"])
def test_wrong_pages_are_refused(client: TestClient, query: str) -> None:
    location = client.post("/v1/batches", json={"items": [MAIL]}).headers["location"]
    assert client.get(f"{location}?{query}").status_code == 422


def test_the_same_key_gives_the_same_batch(client: TestClient) -> None:
    answers = [client.post("/v1/batches", json={"items": [MAIL]}, headers={"Idempotency-Key": "b"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["location"] == answers[0].headers["location"]


def test_too_many_items_are_refused(client: TestClient) -> None:
    answer = client.post("/v1/batches", json={"items": [1] * 10_001})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:replywell:problem:body-too-large")
