"""`POST /v1/policy/what-if`."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.service import Service
from serving.store.database import Database
from serving.store.decisions import save_decisions
from serving.store.keys import create_key
from tests.serving.conftest import NOW
from tests.serving.factories import make_decision

MAILS = ("Where is my parcel?", "My washing machine shows F08", "I want my money back")
START, END = (NOW - timedelta(days=1)).isoformat(), (NOW + timedelta(days=1)).isoformat()


def _asked(client: TestClient, **changes: Any) -> Any:
    body = {"policy": {"max_suggestions": 2}, "from": START, "to": END} | changes
    return client.post("/v1/policy/what-if", json={name: value for name, value in body.items() if value is not None})


@pytest.fixture
def scored(client: TestClient) -> list[dict[str, Any]]:
    """Three decisions under the default policy."""
    return [client.post("/v1/score", json={"body": text}).json() for text in MAILS]


def test_another_policy_is_tried_on_stored_decisions(client: TestClient, scored: list[dict[str, Any]]) -> None:
    same = _asked(client)
    assert same.status_code == 200, same.text
    assert (same.json()["all"]["mails"], same.json()["changed"]["count"]) == (3, 0)
    assert same.json()["versions"]["policy"] != scored[0]["versions"]["policy"]
    topics = {decision["topic"]["label"]: {"queue": "elsewhere"} for decision in scored}
    changed = _asked(client, policy={"topics": topics, "topic_threshold": 0.0}).json()["changed"]
    assert {mail["id"] for mail in changed["mails"]} == {decision["decision_id"] for decision in scored}
    assert {move["to"] for move in changed["queues"]} == {"elsewhere"}


def test_it_stores_nothing_and_leaves_the_policy(client: TestClient, scored: list[dict[str, Any]], service: Service) -> None:
    before = client.get("/v1/policy").json()
    assert _asked(client, policy={"max_suggestions": 4}).status_code == 200
    assert client.get("/v1/policy").json() == before
    assert service.engines.current.versions.policy == scored[0]["versions"]["policy"]


def test_a_time_without_decisions_gives_zeros(client: TestClient) -> None:
    said = _asked(client).json()
    assert (said["all"]["mails"], said["topics"], said["changed"]["count"]) == (0, [], 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"from": END, "to": START}, "from: must be before to"),
        ({"from": None}, "/from"),
        ({"policy": {"topics": {"no.such": {}}}}, "unknown topic no.such"),
        ({"policy": {"colour": 1}}, "unknown key colour"),
        ({"policy": {"automatic": {"alpha": 1}}}, "automatic.alpha"),
        ({"limit": 100_000}, "/limit"),
        ({"colour": 1}, "/colour"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_one_line(client: TestClient, changes: dict[str, Any], said: str) -> None:
    refused = _asked(client, **changes)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]
    assert "\n" not in refused.json()["detail"]


def test_more_decisions_than_the_limit_are_left_to_the_command(client: TestClient, service: Service) -> None:
    _fill(service.database, 3)
    refused = _asked(client, limit=2)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("3 decisions in that time, more than 2")
    assert "replywell what-if" in refused.json()["detail"]


def test_it_takes_a_key_of_an_administrator(closed_client: TestClient, closed_service: Service) -> None:
    assert _asked(closed_client).status_code == 401
    with closed_service.database.writing() as session:
        secrets = {scope: create_key(session, scope, frozenset([scope]), None, NOW)[0] for scope in ("supervise", "admin")}
    for scope, status in (("supervise", 403), ("admin", 200)):
        closed_client.headers["Authorization"] = f"Bearer {secrets[scope]}"
        assert _asked(closed_client).status_code == status


def _fill(database: Database, count: int) -> None:
    with database.writing() as session:
        save_decisions(session, [make_decision() for _ in range(count)])
