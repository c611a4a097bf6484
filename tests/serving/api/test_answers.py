"""Answers over HTTP: written, approved, found in decisions, taken out again; nobody's change is lost."""

from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from serving.service import Service
from serving.store.searches import poor_searches
from tests.serving.conftest import NOW

PARCEL = "Our drones deliver umbrellas to lighthouses on the first Monday of each month."


def body(text: str = PARCEL, **rest: Any) -> dict[str, Any]:
    """An answer that no starter answer resembles."""
    variant = {"language": "en", "title": "Umbrellas for lighthouses", "body": text}
    return {"topic": "order.status", "visibility": "public", "variants": [variant], **rest}


def change(client: TestClient, method: str, path: str, revision: int, json: object = None) -> Response:
    """A call that names the revision that it saw."""
    return client.request(method, path, json=json, headers={"If-Match": f'"{revision}"'})


def create(client: TestClient, text: str = PARCEL, **rest: Any) -> dict[str, Any]:
    """A draft."""
    made = client.post("/v1/answers?duplicates=keep", json=body(text, **rest))
    assert made.status_code == 201
    return dict(made.json())


def approved(client: TestClient, text: str = PARCEL, **rest: Any) -> dict[str, Any]:
    """An answer in service."""
    draft = create(client, text, **rest)
    return dict(change(client, "POST", f"/v1/answers/{draft['id']}/approve", draft["revision"]).json())


def found(client: TestClient, query: str = "umbrellas for lighthouses", path: str = "/v1/search") -> list[str]:
    """Ids of what a search finds."""
    return [hit["answer_id"] for hit in client.get(path, params={"q": query}).json()["data"]]


def test_a_new_answer_is_a_draft_that_nobody_is_given(client: TestClient) -> None:
    made = create(client)
    assert made["state"] == "draft"
    assert made["id"] not in found(client)


def test_an_approved_answer_is_found_at_once(client: TestClient) -> None:
    answer = approved(client)
    assert answer["state"] == "active"
    assert found(client)[0] == answer["id"]


def test_an_approved_answer_is_suggested_at_once(client: TestClient) -> None:
    answer = approved(client)
    mail = {"subject": "Umbrellas for lighthouses", "body": "When do your drones deliver umbrellas to lighthouses?"}
    decision = client.post("/v1/score", json=mail).json()
    assert answer["id"] in [suggestion["answer_id"] for suggestion in decision["suggestions"]]
    assert decision["versions"]["index"] == f"kb@{answer['base_version']}"


def test_an_expired_answer_is_gone_from_the_next_search(client: TestClient) -> None:
    answer = approved(client)
    assert change(client, "POST", f"/v1/answers/{answer['id']}/expire", answer["revision"]).json()["state"] == "expired"
    assert answer["id"] not in found(client)


def test_an_edit_waits_beside_the_text_in_service(client: TestClient) -> None:
    answer = approved(client)
    edited = change(client, "PUT", f"/v1/answers/{answer['id']}", answer["revision"], body("Never again."))
    assert edited.json()["variants"][0]["body"] == PARCEL
    assert edited.json()["draft"]["variants"][0]["body"] == "Never again."


def test_a_change_names_the_revision_that_it_saw(client: TestClient) -> None:
    answer = create(client)
    path = f"/v1/answers/{answer['id']}"
    assert client.put(path, json=body("Another.")).status_code == 428
    assert client.put(path, json=body("Another."), headers={"If-Match": "3"}).status_code == 422
    first = change(client, "PUT", path, answer["revision"], body("Another."))
    late = change(client, "PUT", path, answer["revision"], body("A third."))
    assert (first.status_code, late.status_code) == (200, 412)
    assert late.headers["etag"] == first.headers["etag"]
    assert client.get(path).json()["variants"][0]["body"] == "Another."


def test_versions_can_be_compared_and_brought_back(client: TestClient) -> None:
    answer = create(client)
    path = f"/v1/answers/{answer['id']}"
    edited = change(client, "PUT", path, answer["revision"], body("Another.")).json()
    assert [one["version"] for one in client.get(f"{path}/versions").json()["data"]] == [2, 1]
    assert client.get(f"{path}/versions/1/diff/2").json()["data"][0]["field"] == "variants.en.body"
    restored = change(client, "POST", f"{path}/restore", edited["revision"], {"version": 1}).json()
    assert (restored["version"], restored["variants"][0]["body"]) == (3, PARCEL)


@pytest.mark.parametrize("text", ["Hello {{ self.__class__ }}", "{{unheard_of}}", "{% for x in y %}", "{{order_number}"])
def test_a_body_that_computes_or_names_unknown_slots_is_refused(client: TestClient, text: str) -> None:
    refused = client.post("/v1/answers", json=body(text))
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:replywell:problem:invalid-answer")


def test_scripts_in_html_are_taken_out(client: TestClient) -> None:
    made = create(
        client, variants=[{"language": "en", "title": "t", "format": "html", "body": "<p onclick=x>Hi<script>evil()</script></p>"}]
    )
    assert made["variants"][0]["body"] == "<p>Hi</p>"


def test_a_merged_answer_leads_to_its_canonical_one_and_comes_back_as_it_was(client: TestClient) -> None:
    kept, spare = approved(client), approved(client, text=f"{PARCEL} Really.")
    before = client.get(f"/v1/answers/{spare['id']}").json()
    merged = client.post(f"/v1/answers/{kept['id']}/merge", json={"members": [spare["id"]]})
    assert merged.json()["aliases"] == [spare["id"]]
    redirect = client.get(f"/v1/answers/{spare['id']}", follow_redirects=False)
    assert (redirect.status_code, redirect.headers["location"]) == (308, f"/v1/answers/{kept['id']}")
    assert spare["id"] not in found(client)
    after = client.post(f"/v1/answers/{spare['id']}/unmerge").json()
    assert {**after, "revision": 0, "base_version": 0} == {**before, "revision": 0, "base_version": 0}
    assert {kept["id"], spare["id"]} <= set(found(client))


def test_a_deleted_answer_leaves_nothing_and_its_id_stays_taken(client: TestClient) -> None:
    answer = create(client, id="umbrella")
    assert change(client, "DELETE", "/v1/answers/umbrella", answer["revision"]).status_code == 204
    assert client.get("/v1/answers/umbrella").status_code == 404
    assert client.post("/v1/answers?duplicates=keep", json=body(id="umbrella")).json()["type"] == "urn:replywell:problem:id-taken"


def test_lists_page_by_page_under_filters(client: TestClient) -> None:
    drafts = sorted(create(client, text=f"{PARCEL} {number}.")["id"] for number in range(3))
    first = client.get("/v1/answers", params={"state": "draft", "limit": 2}).json()
    second = client.get("/v1/answers", params={"state": "draft", "limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["id"] for one in (*first["data"], *second["data"])] == drafts
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_customers_never_find_an_internal_answer(client: TestClient) -> None:
    internal = approved(client, visibility="internal")
    assert internal["id"] in found(client)
    assert internal["id"] not in found(client, path="/public/v1/search")


def test_customers_need_no_key_but_may_search_only_so_often(closed_client: TestClient) -> None:
    assert closed_client.get("/v1/search", params={"q": "parcel"}).status_code == 401
    statuses = [closed_client.get("/public/v1/search", params={"q": "parcel"}).status_code for _ in range(30)]
    assert (statuses[0], statuses[-1]) == (200, 429)


def test_a_search_without_a_good_result_is_remembered_without_personal_data(client: TestClient, service: Service) -> None:
    said = client.get("/v1/search", params={"q": "zxqv wvut ana@example.com"}).json()
    with service.database.reading() as session:
        kept = poor_searches(session, NOW, 10)
    assert said["good_result"] is False
    assert [("ana@" in search.query, search.good) for search in kept] == [(False, False)]


@pytest.mark.parametrize("query", ["", "   ", "x" * 1_001])
def test_a_search_needs_a_question_of_a_sensible_length(client: TestClient, query: str) -> None:
    assert client.get("/v1/search", params={"q": query}).status_code == 422


def test_a_use_is_counted_when_an_agent_says_so(client: TestClient) -> None:
    answer = approved(client)
    mail = {"subject": "Umbrellas for lighthouses", "body": "When do your drones deliver umbrellas to lighthouses?"}
    offered = client.post("/v1/score", json=mail).json()["suggestions"]
    suggestion = next(one for one in offered if one["answer_id"] == answer["id"])
    client.post(f"/v1/suggestions/{suggestion['suggestion_id']}/feedback", json={"outcome": "used"})
    assert client.get(f"/v1/answers/{answer['id']}").json()["uses"] == 1
