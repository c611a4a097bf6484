"""The policy over HTTP: read, replaced as a whole, effective at once in every process."""

from typing import Any

from starlette.testclient import TestClient

from serving.following import follow_control
from serving.service import Service
from tests.serving.automatic.certified import allow
from tests.serving.automatic.mails import decided


def _put(client: TestClient, policy: Any, etag: str | None = '"1"') -> Any:
    return client.put("/v1/policy", json=policy, headers={"If-Match": etag} if etag else {})


def _changed(client: TestClient, **changes: Any) -> dict[str, Any]:
    policy: dict[str, Any] = client.get("/v1/policy").json()["policy"]
    return policy | changes


def test_a_policy_is_read_changed_and_counts_at_once(caller: TestClient, sending: Service) -> None:
    read = caller.get("/v1/policy")
    etag = read.headers["etag"]
    put = _put(caller, _changed(caller, topics={"technical.fault": {"mode": "suggest"}}), etag)
    assert (put.status_code, put.json()["id"]) == (200, read.json()["id"] + 1)
    assert sending.engines.current.versions.policy == put.json()["version"]
    stopped = decided(caller)
    assert (stopped["action"], stopped["versions"]["policy"]) == ("suggest", put.json()["version"])
    stale = _put(caller, read.json()["policy"], etag)
    assert (stale.status_code, stale.headers["etag"]) == (412, put.headers["etag"])


def test_a_change_needs_to_name_what_was_read(caller: TestClient) -> None:
    assert _put(caller, {}, None).status_code == 428
    assert _put(caller, {}, '"x"').status_code == 422


def test_a_policy_that_cannot_be_used_is_refused_in_one_line(caller: TestClient) -> None:
    etag = caller.get("/v1/policy").headers["etag"]
    for policy, said in (
        ({"colour": 1}, "unknown key colour"),
        ({"topics": {"no.such": {}}}, "unknown topic no.such"),
        ({"automatic": {"alpha": 1}}, "automatic.alpha"),
        ([], "object"),
    ):
        refused = _put(caller, policy, etag)
        assert refused.status_code == 422
        assert said in refused.json()["detail"]
        assert "\n" not in refused.json()["detail"]
    garbage = caller.put("/v1/policy", content=b"{", headers={"If-Match": etag, "Content-Type": "application/json"})
    assert garbage.json()["type"] == "urn:replywell:problem:invalid-json"


def test_a_policy_that_another_process_put_counts_before_this_one_noticed(caller: TestClient, sending: Service) -> None:
    before = sending.engines.current
    stored = allow(sending, budget={"hour": 0})
    assert sending.engines.current is before
    assert decided(caller)["versions"]["policy"] == stored.version
    assert decided(caller)["action"] == "suggest"
    assert follow_control(sending)
    assert not follow_control(sending)
    assert sending.engines.current.policy_id == stored.id
