"""Mails that the certified bundle answers by itself, each from a customer of its own."""

from typing import Any

from starlette.testclient import TestClient

TEXT = {"subject": "error F08", "body": "Mi lavadora se para a mitad y pone F08 en la pantalla. ¿Qué significa? Modelo AW-700"}


def mail(sender: str = "ana@example.com", **rest: Any) -> dict[str, Any]:
    """A body for `/v1/score`."""
    return {**TEXT, "from": sender, "mailbox": "support", **rest}


def decided(client: TestClient, sender: str = "ana@example.com", **rest: Any) -> dict[str, Any]:
    """What is decided about such a mail."""
    response = client.post("/v1/score", json=mail(sender, **rest))
    assert response.status_code == 200, response.text
    decision: dict[str, Any] = response.json()
    return decision


def reserved(client: TestClient, sender: str = "ana@example.com", **rest: Any) -> str:
    """The id of a decision whose reply waits for its release."""
    decision = decided(client, sender, **rest)
    assert decision["action"] == "auto_reply", [check for check in decision["checks"] if not check["passed"]]
    return str(decision["decision_id"])


def released(client: TestClient, decision_id: str, key: str | None = None, **body: Any) -> Any:
    """The response to a release."""
    return client.post(f"/v1/decisions/{decision_id}/release", json=body, headers={"Idempotency-Key": key} if key else {})


def told(client: TestClient, decision_id: str, outcome: str) -> Any:
    """The response to an outcome."""
    return client.post(f"/v1/decisions/{decision_id}/outcome", json={"outcome": outcome})


def sent(client: TestClient, sender: str = "ana@example.com") -> str:
    """The id of a decision whose reply went out."""
    decision_id = reserved(client, sender)
    assert released(client, decision_id).status_code == 200
    assert told(client, decision_id, "sent").status_code == 200
    return decision_id


def reply_of(client: TestClient, decision_id: str) -> dict[str, Any]:
    """What a decision says about its reply."""
    reply: dict[str, Any] = client.get(f"/v1/decisions/{decision_id}").json()["reply"]
    return reply
