"""The application as a whole: its document, its health, its log."""

import io
import json
import logging
import re

import pytest
from starlette.testclient import TestClient

from serving.logs import JsonLines
from serving.problems import TYPE_PREFIX

MAIL = {"subject": "Zwiebelkuchen", "body": "Where is my parcel, Zwiebelkuchen?", "from": "zwiebel@example.com"}


def test_the_openapi_document_has_bodies_answers_and_problems(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    score = document["paths"]["/v1/score"]["post"]
    assert set(score["requestBody"]["content"]) == {"application/json", "message/rfc822"}
    assert {"200", "401", "403", "409", "413", "415", "422", "429", "503"} <= set(score["responses"])
    for path in document["paths"].values():
        for call in path.values():
            for status, answer in call["responses"].items():
                if int(status) >= 400:
                    examples = answer["content"]["application/problem+json"]["examples"].values()
                    assert all(example["value"]["type"].startswith(TYPE_PREFIX) for example in examples)


def test_every_reference_in_the_document_leads_somewhere(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for reference in _references(document):
        found = document
        for part in reference.removeprefix("#/").split("/"):
            assert part in found, reference
            found = found[part]


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [reference for item in value.values() for reference in _references(item)]
    if isinstance(value, list):
        return [reference for item in value for reference in _references(item)]
    return []


def test_examples_have_the_fields_of_real_answers(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for path in ("/v1/classify", "/v1/suggest", "/v1/score"):
        example = document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["example"]
        real = client.post(path, json=MAIL).json()
        assert set(example) == set(real) - {"guarantee"}, "the document leaves out what is null"
        for name in ("topic", "urgency", "message_ref", "novelty", "explanation"):
            assert set(example[name]) == set(real[name]), name
        for shown, given in zip(example.get("suggestions", []), real.get("suggestions", []), strict=False):
            assert set(shown) == set(given)


def test_the_docs_page_shows_every_call_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert all(f"<code>{path}</code>" in page.text for path in client.get("/openapi.json").json()["paths"])
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert set(re.findall(r"https?://[^/'\"&<]+", page.text)) == {"http://127.0.0.1"}


def test_metrics_count_requests_by_route_and_decisions(client: TestClient) -> None:
    decision = client.post("/v1/score", json=MAIL).json()
    client.get(f"/v1/decisions/{decision['decision_id']}")
    client.get("/nowhere/1")
    text = client.get("/metrics").text
    assert 'route="/v1/decisions/{decision_id}",status="200"' in text
    assert 'route="(none)",status="404"' in text
    assert f'model="{decision["versions"]["model"]}"' in text
    assert decision["decision_id"] not in text


def test_the_log_holds_neither_text_nor_addresses(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="replywell")
    client.post("/v1/score", json=MAIL)
    client.post("/v1/score", json=MAIL | {"date": "Zwiebelkuchen"})
    output = io.StringIO()
    stream = logging.StreamHandler(output)
    stream.setFormatter(JsonLines())
    for record in caplog.records:
        if record.name.startswith("replywell"):
            stream.emit(record)
    lines = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [(line["route"], line["status"]) for line in lines if "route" in line] == [("/v1/score", 200), ("/v1/score", 422)]
    assert "wiebel" not in output.getvalue()
