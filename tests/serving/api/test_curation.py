"""What knowledge managers decide about the whole base, over HTTP."""

import json
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.answers.embedding import known_vectors
from serving.service import Service
from tests.serving.api.test_answers import PARCEL, approved, body, change, create, found


def csv_body(*rows: str) -> bytes:
    """A file of answers."""
    return "\n".join(["id,title,body,language,topic", *rows]).encode()


def send_csv(client: TestClient, content: bytes, **query: Any) -> Any:
    """Import a file."""
    return client.post("/v1/answers/import", content=content, params=query, headers={"Content-Type": "text/csv"})


def test_an_answer_that_is_there_already_is_refused_with_its_id(client: TestClient) -> None:
    there = approved(client)
    refused = client.post("/v1/answers", json=body(f"Dear Ms Weber,\n\n{PARCEL}\n\nKind regards\nTom"))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:replywell:problem:near-duplicate")
    assert there["id"] in refused.json()["detail"]


def test_a_text_leaves_its_vector_behind_with_its_answer_and_none_when_it_is_refused(client: TestClient, service: Service) -> None:
    there, copy, other = PARCEL, f"Dear Ms Weber,\n\n{PARCEL}\n\nKind regards\nTom", "Lamps are mended every Tuesday, if the fog allows it."
    approved(client, text=there)
    assert [client.post("/v1/answers", json=body(text)).status_code for text in (copy, other)] == [409, 201]
    reference = service.engines.current.encoder.reference
    with service.database.reading() as session:
        assert known_vectors(session, reference, (copy, other)).keys() == {other}


def test_what_differs_in_a_number_is_no_duplicate(client: TestClient) -> None:
    approved(client, text="You can return umbrellas to our lighthouse within 30 days. The keeper takes them from you at the door.")
    other = body("You can return umbrellas to our lighthouse within 60 days. The keeper takes them from you at the door.")
    assert client.post("/v1/answers", json=other).status_code == 201


def test_an_import_takes_good_rows_and_names_bad_ones(client: TestClient) -> None:
    rows = (
        "a,Lamps,We mend the lamps of lighthouses every Tuesday.,en,technical.fault",
        "b,Empty,,en,technical.fault",
        "c,Slot,Hello {{ self.__class__ }},en,technical.fault",
        'd,Sum,"=HYPERLINK(""http://x"")",en,technical.fault',
    )
    report = send_csv(client, csv_body(*rows)).json()
    assert (report["created"], report["refused"]) == (1, 3)
    assert [refusal["line"] for refusal in report["refusals"]] == [3, 4, 5]
    assert send_csv(client, csv_body(*rows)).json()["unchanged"] == 1


def test_a_dry_run_writes_nothing(client: TestClient) -> None:
    rows = csv_body("a,Lamps,We mend the lamps of lighthouses every Tuesday.,en,technical.fault")
    assert send_csv(client, rows, dry_run=True).json()["created"] == 1
    assert client.get("/v1/answers/a").status_code == 404


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", "naïve,é\n".encode("latin-1"), b"id,title\n1,2\n"])
def test_a_file_that_cannot_be_read_is_a_clear_problem(client: TestClient, content: bytes) -> None:
    refused = send_csv(client, content)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:replywell:problem:invalid-import")
    assert "/tmp" not in refused.json()["detail"]


def test_the_export_is_what_an_import_reads(client: TestClient) -> None:
    answer = create(client)
    lines = [json.loads(line) for line in client.get("/v1/answers/export").text.splitlines()]
    assert answer["id"] in [line["id"] for line in lines]
    assert "'=" not in client.get("/v1/answers/export", params={"format": "csv"}).text


def test_verdicts_are_kept(client: TestClient) -> None:
    one, other = create(client), create(client, text=f"{PARCEL} Really.")
    said = client.post("/v1/answers/verdicts", json={"answers": [one["id"], other["id"]], "verdict": "apart"})
    assert said.status_code == 201
    assert client.post("/v1/answers/verdicts", json={"answers": [one["id"], "nothing"], "verdict": "apart"}).status_code == 404


def test_a_search_for_duplicates_runs_beside_the_service(client: TestClient) -> None:
    create(client)
    create(client, text=f"Hello Ann,\n\n{PARCEL}\n\nBest regards")
    assert client.get("/v1/answers/duplicates").json()["made_at"] is None
    assert client.post("/v1/answers/duplicates").json()["status"] == "started"
    assert client.post("/v1/answers/duplicates").json()["status"] == "running"
    deadline = time.monotonic() + 120
    while (said := client.get("/v1/answers/duplicates").json())["made_at"] is None and time.monotonic() < deadline:
        time.sleep(0.5)
    assert (said["total"], said["is_current"], said["running_since"]) == (1, True, None)
    assert client.get("/v1/answers/contradictions").json()["base_version"] == said["base_version"]


def test_lint_names_what_to_mend(client: TestClient) -> None:
    answer = create(client, text="Dear ,\n\nPlease find the attached form.")
    findings = client.get(f"/v1/answers/{answer['id']}/lint").json()["findings"]
    assert findings
    assert answer["id"] in [linted["answer"] for linted in client.get("/v1/answers/lint").json()["data"]]


def test_a_file_goes_into_an_answer_by_its_sha256(client: TestClient) -> None:
    kept = client.post("/v1/files", params={"name": "form.pdf"}, content=b"%PDF", headers={"Content-Type": "application/pdf"}).json()
    answer = approved(client, attachments=[kept])
    assert answer["attachments"] == [kept]
    assert client.get(f"/v1/files/{kept['sha256']}").content == b"%PDF"


def test_an_answer_whose_file_is_missing_cannot_be_approved(client: TestClient) -> None:
    draft = create(client, attachments=[{"name": "form.pdf", "mime": "application/pdf", "size": 4, "sha256": "0" * 64}])
    refused = change(client, "POST", f"/v1/answers/{draft['id']}/approve", draft["revision"])
    assert (refused.status_code, "missing" in refused.json()["detail"]) == (422, True)


@pytest.mark.parametrize("name", ["../form.pdf", "a/b.pdf", "a\u202eb.pdf", ""])
def test_file_names_with_folders_or_tricks_are_refused(client: TestClient, name: str) -> None:
    assert client.post("/v1/files", params={"name": name}, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 422


def test_an_approved_phrase_block_is_in_the_answers_that_name_it(client: TestClient) -> None:
    client.put("/v1/blocks/keeper", json={"texts": {"en": "The keeper of the lighthouse wishes you fair winds."}})
    block = client.get("/v1/blocks").json()["data"][0]
    change(client, "POST", "/v1/blocks/keeper/approve", block["revision"])
    answer = approved(client, text=f"{PARCEL} {{{{> keeper}}}}")
    hit = client.get("/v1/search", params={"q": "umbrellas for lighthouses"}).json()["data"][0]
    assert (hit["answer_id"], "fair winds" in hit["text"]) == (answer["id"], True)
    assert found(client, "keeper wishes fair winds")[0] == answer["id"]
