"""The same mail gives the same decision, whichever way it comes, and again when it is replayed."""

import json
from typing import Any

import pytest

from data.parse import mail_from_file
from model.records import differences, probabilities
from serving.mail_request import MailRequest, context_from_json, context_to_json, mail_from_json, mail_to_json
from serving.pipeline import consider, consider_many, score
from serving.replay import TextPurgedError, replay
from serving.retention import purge
from serving.service import Service
from serving.settings import load_settings
from serving.store.decisions import load_decision
from tests.serving.conftest import NOW
from tests.serving.engines import SEEDS, requests_of_seeds


@pytest.fixture
def service_url(empty_url: str) -> str:
    """Both kinds of databases."""
    return empty_url


def test_two_hundred_stored_decisions_replay_equal(service: Service) -> None:
    ids = []
    for request in requests_of_seeds(200):
        with service.database.writing() as session:
            ids.append(score(request, session, service.engines.current, NOW)["decision_id"])
    with service.database.reading() as session:
        stored = [load_decision(session, decision_id) for decision_id in ids]
    again = [replay(decision, service.engines) for decision in stored if decision]
    assert len(again) == 200
    assert [result.differences for result in again if not result.is_equal or result.changed] == []


def test_a_batch_decides_as_single_calls_do(service: Service) -> None:
    requests = requests_of_seeds(64)
    engine = service.engines.current
    together = consider_many(requests, engine, NOW)
    alone = [consider(request, engine, NOW) for request in requests]
    for one, other in zip(together, alone, strict=True):
        assert differences(one, other) == ()
        assert list(probabilities(one)) == pytest.approx(list(probabilities(other)), abs=1e-5)


def test_a_purged_decision_says_so(service: Service) -> None:
    with service.database.writing() as session:
        decision_id = score(requests_of_seeds(1)[0], session, service.engines.current, NOW.replace(year=2025))["decision_id"]
    purge(service.database, load_settings(retention_days=30), NOW)
    with service.database.reading() as session:
        stored = load_decision(session, decision_id)
    assert stored is not None
    with pytest.raises(TextPurgedError, match="text_purged.*2026-11-21"):
        replay(stored, service.engines)


@pytest.mark.parametrize("path", sorted((SEEDS / "mails").glob("*.eml"))[:12], ids=lambda path: path.name)
def test_a_mail_comes_back_from_json_as_it_was(path: Any) -> None:
    request = MailRequest(mail=mail_from_file(path))
    mail = json.loads(json.dumps(mail_to_json(request.mail)))
    assert mail_from_json(mail) == request.mail
    assert context_from_json(json.loads(json.dumps(context_to_json(request.context)))) == request.context
