"""Mails that really go through a service, which sends what it decides to send."""

import time
from collections.abc import Iterator
from typing import Any

from starlette.testclient import TestClient

from data.examples import Example, read_examples
from tests.serving.automatic.conftest import Clock
from tests.serving.automatic.mails import mail, released
from tests.serving.engines import SEEDS

SENDERS = 5
SINGLE = {"hour": 2, "day": 9, "customer_day": 2}


def examples(count: int) -> tuple[Example, ...]:
    """Labelled mails of the starter set, spread over languages and topics; every third is the one that the bundle answers for sure."""
    everything = read_examples([SEEDS / "examples.jsonl"]).examples
    return everything[:: len(everything) // count][:count]


def bodies(count: int) -> Iterator[dict[str, Any]]:
    """Bodies for `/v1/score` of a few customers; some name themselves by a number of the caller's, some not at all."""
    for number, example in enumerate(examples(count)):
        body = mail(f"customer{number % SENDERS}@example.com", id=example.id, message_id=f"<{number}@example.com>")
        if number % 3:
            body |= {"subject": example.subject, "body": example.body}
        if number % 7 == 0:
            body["context"] = {"customer": {"external_id": f"C-{number % 3}"}}
        if number % 11 == 0:
            del body["from"]
        yield body


def run_singly(client: TestClient, clock: Clock, mails: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Score every mail some minutes after the one before, and release what may go out; the decisions."""
    decisions = []
    for number, body in enumerate(mails):
        clock.move(minutes=(1, 7, 13, 40)[number % 4])
        response = client.post("/v1/score", json=body)
        assert response.status_code == 200, response.text
        decisions.append(response.json())
        if decisions[-1]["action"] == "auto_reply":
            response = released(client, decisions[-1]["decision_id"])
            assert response.status_code == 200, response.text
    return decisions


def run_together(client: TestClient, clock: Clock, mails: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Hand all mails in as one batch; the decisions in the order of the batch. What is reserved counts as long as it is not released."""
    clock.move(minutes=90)
    accepted = client.post("/v1/batches", json={"items": mails})
    assert accepted.status_code == 202, accepted.text
    page: dict[str, Any] = {}
    for _ in range(400):
        page = client.get(f"/v1/batches/{accepted.json()['batch_id']}", params={"limit": 200}).json()
        if page["status"] == "done":
            break
        time.sleep(0.02)
    return [item["decision"] for item in page["data"]]
