"""Which model serves, and its replacement."""

import shutil
from pathlib import Path

from starlette.testclient import TestClient

from serving.service import Service

MAIL = {"subject": "Where is my parcel?", "body": "When will it arrive?"}


def test_names_the_model_and_its_labels(client: TestClient, service: Service) -> None:
    said = client.get("/v1/models").json()
    assert said["bundle_id"] == service.engines.current.bundle.id
    assert "order.status" in said["topics"]
    assert said["encoder"]["name"] == "hashing"
    assert said["answers"] > 0


def test_a_reload_serves_the_new_bundle_and_replay_still_finds_the_old_one(client: TestClient, current: Path, other_bundle: Path) -> None:
    before = client.post("/v1/score", json=MAIL).json()
    current.unlink()
    current.symlink_to(other_bundle)
    said = client.post("/v1/models/reload").json()
    after = client.post("/v1/score", json=MAIL).json()
    again = client.post(f"/v1/decisions/{before['decision_id']}/replay").json()
    assert said["generation"] == 1
    assert before["versions"]["model"] != after["versions"]["model"] == said["bundle_id"]
    assert (again["is_equal"], again["changed"]) == (True, {})


def test_replay_says_what_changed_when_the_bundle_is_gone(client: TestClient, current: Path, other_bundle: Path) -> None:
    before = client.post("/v1/score", json=MAIL).json()
    shutil.rmtree(current.resolve())
    current.unlink()
    current.symlink_to(other_bundle)
    after = client.post("/v1/models/reload").json()
    again = client.post(f"/v1/decisions/{before['decision_id']}/replay").json()
    assert again["changed"]["model"] == {"then": before["versions"]["model"], "now": after["bundle_id"]}


def test_a_truncated_bundle_is_refused_and_the_old_one_stays(client: TestClient, current: Path, other_bundle: Path, tmp_path: Path) -> None:
    before = client.get("/v1/models").json()
    broken = tmp_path / "shelf" / "broken"
    shutil.copytree(other_bundle, broken)
    largest = max((path for path in broken.iterdir() if path.name != "manifest.json"), key=lambda path: path.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-10])
    current.unlink()
    current.symlink_to(broken)
    answer = client.post("/v1/models/reload")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:replywell:problem:bundle-refused")
    assert largest.name in answer.json()["detail"]
    assert client.get("/v1/models").json() == before
    assert client.post("/v1/score", json=MAIL).status_code == 200
    assert client.get("/readyz").status_code == 200


def test_what_is_no_bundle_is_refused(client: TestClient, current: Path, tmp_path: Path) -> None:
    current.unlink()
    current.symlink_to(tmp_path)
    answer = client.post("/v1/models/reload")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:replywell:problem:bundle-refused")


def test_a_worker_that_is_behind_is_not_ready_until_it_followed(client: TestClient, service: Service) -> None:
    client.post("/v1/models/reload")
    service.engines.generation = 0
    assert (client.get("/readyz").status_code, client.get("/livez").status_code) == (503, 200)
