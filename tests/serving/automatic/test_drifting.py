"""Mail that is not like that of the calibration any more stops automatic replies, until a person has looked."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import zeta
from starlette.testclient import TestClient

from model.understanding import Ranking, Understanding
from model.watching.drift import DriftWatch
from model.watching.reference import Mix, Reference
from model.watching.regions import Regions
from model.watching.shares import SHARE_OF_AUDITS, SHARE_OF_DRIFT, SHARE_OF_PROOFS
from serving.app import create_app
from serving.automatic.control import stop_group
from serving.automatic.drifting import AT_ONCE, SEEN_FOR, drift_of, fold_in
from serving.automatic.expiring import expire
from serving.automatic.reserving import ReadMail
from serving.bodies import MailBody
from serving.pipeline import keep
from serving.service import Service
from serving.store.answers import Stamp
from serving.store.sightings import take_uncounted
from serving.store.state import list_events
from serving.store.watched import suspended_groups
from tests.serving.automatic.conftest import Clock
from tests.serving.automatic.mails import decided, mail

KNOWN = 400
TOPICS = ("known", "usual", "common")


@pytest.fixture
def service_url(empty_url: str) -> str:
    """Both kinds of databases."""
    return empty_url


@pytest.fixture
def watched(sending: Service) -> Service:
    """A service whose certificate rests on 400 mails with novelty and score of all sizes, of three topics and in four regions."""
    even = tuple((np.arange(KNOWN) / KNOWN).round(4).tolist())
    mix = Mix(
        topics=tuple(TOPICS[number % 3] for number in range(KNOWN)),
        region_numbers=tuple(number % 4 for number in range(KNOWN)),
        order=TOPICS,
        regions=Regions.of(np.eye(4)),
    )
    return _refer(sending, Reference(scores=even, novelty=even, mix=mix))


@pytest.fixture
def caller(watched: Service) -> TestClient:
    """A caller of it; nothing works in the background."""
    return TestClient(create_app(watched), base_url="http://127.0.0.1")


@pytest.fixture
def understood(watched: Service) -> Understanding:
    """What the models make of the mail of these tests."""
    engine = watched.engines.current
    return engine.reader.understand(MailBody.model_validate(mail()).to_request().mail, engine.index)


def _refer(service: Service, reference: Reference) -> Service:
    """The same service with what its mail is compared with."""
    engine = service.engines.current
    service.engines._engine = replace(engine, bundle=replace(engine.bundle, reference=reference))
    return service


def _come_in(service: Service, understood: Understanding, novelties: list[float], first: int = 0, **changes: Any) -> None:
    """Mails of this novelty, each from somebody else; score, topic and region are as even as in the calibration but for `changes`."""
    reads = []
    for number, novelty in enumerate(novelties, start=first):
        request = MailBody.model_validate(mail(f"c{number}@example.com", id=f"mail-{number}")).to_request()
        usual: dict[str, Any] = {
            "topic": Ranking.of([TOPICS[number % 3]], [0.9]),
            "region": number % 4,
            "answer_probability": number * 0.618 % 1,
        }
        seen = replace(understood, novelty=replace(understood.novelty, score=novelty), **(usual | changes))
        reads.append(ReadMail(request=request, understanding=seen))
    with service.database.writing() as session:
        keep(reads, session, service.engines.current, service.clock())


def _even(count: int) -> list[float]:
    """Novelties of so many mails, as even as in the calibration."""
    return [number * 0.731 % 1 for number in range(count)]


def _fold(service: Service) -> tuple[str, ...]:
    return fold_in(service.database, service.engines.current.bundle, service.clock())


def _watch(service: Service) -> DriftWatch:
    with service.database.reading() as session:
        watch = drift_of(session, service.engines.current.bundle)
    assert watch is not None
    return watch


def _counted(service: Service) -> dict[str, int]:
    return {name: test.mails for name, test in _watch(service).tests.items()}


def test_mail_like_that_of_the_calibration_suspends_nothing(watched: Service, understood: Understanding) -> None:
    _come_in(watched, understood, _even(400))
    assert _fold(watched) == ()
    assert _counted(watched) == {"novelty": 400, "score": 400, "topic": 400, "region": 400}


@pytest.mark.parametrize(("signal", "change"), [("topic", {"topic": Ranking.of(["usual"], [0.9])}), ("region", {"region": 2})])
def test_mail_that_looks_known_and_gathers_in_one_place_suspends_everything(
    watched: Service, understood: Understanding, signal: str, change: dict[str, Any]
) -> None:
    _come_in(watched, understood, _even(300), **change)
    assert _fold(watched) == ("all",)
    assert _watch(watched).alarms == {signal}


def test_a_bundle_certified_before_topics_and_regions_were_watched_keeps_the_other_tests(
    watched: Service, understood: Understanding
) -> None:
    reference = watched.engines.current.bundle.reference
    assert reference is not None
    _refer(watched, replace(reference, mix=None))
    _come_in(watched, understood, _even(40))
    _fold(watched)
    assert _counted(watched) == {"novelty": 40, "score": 40}


def test_mail_seen_by_a_version_that_knew_no_regions_does_not_move_their_test(watched: Service, understood: Understanding) -> None:
    _come_in(watched, understood, _even(40), topic=Ranking(), region=None)
    _fold(watched)
    assert _counted(watched) == {"novelty": 40, "score": 40, "topic": 0, "region": 0}


def test_what_is_never_answered_automatically_is_seen_as_the_calibration_counts_it(watched: Service, understood: Understanding) -> None:
    novel = replace(understood, novelty=replace(understood.novelty, is_novel=True))
    _come_in(watched, novel, [0.5], answer_probability=0.99)
    with watched.database.writing() as session:
        assert [one.score for one in take_uncounted(session, watched.engines.current.bundle.id, 10)] == [0.0]


def test_foreign_mail_suspends_everything_with_an_event_and_a_person_arms_it_again(
    caller: TestClient, watched: Service, understood: Understanding
) -> None:
    _come_in(watched, understood, [0.999] * 300)
    assert _fold(watched) == ("all",)
    with watched.database.reading() as session:
        assert suspended_groups(session) == {"all"}
        event = next(event for event in list_events(session, 1000) if event.kind == "autoreply.suspended")
    assert (event.subject, event.data["reason"].startswith("drift: ")) == ("all", True)
    assert decided(caller, "new@example.com")["action"] == "suggest"
    told = caller.get("/v1/guarantee").json()
    assert (told["drift"]["novelty"]["alarmed_after"] < 300, told["drift"]["score"]["alarmed_after"]) == (True, None)
    assert caller.post("/v1/suspensions/all/rearm").status_code == 200
    told = caller.get("/v1/guarantee").json()
    assert (told["drift"]["novelty"]["round"], told["drift"]["novelty"]["mails"]) == (2, 0)
    assert (told["drift"]["score"]["round"], told["monitors"]["all"]["round"]) == (1, 1)
    assert decided(caller, "newer@example.com")["action"] == "auto_reply"


def test_what_a_person_accepted_is_known_from_then_on(watched: Service, understood: Understanding, caller: TestClient) -> None:
    _come_in(watched, understood, [0.999] * 300)
    _fold(watched)
    caller.post("/v1/suspensions/all/rearm")
    _come_in(watched, understood, [0.999 if number % 7 < 3 else novelty for number, novelty in enumerate(_even(300))], first=1000)
    assert _fold(watched) == ()


def test_audits_have_three_quarters_of_the_doubt_drift_a_fifth_and_proofs_the_rest(caller: TestClient) -> None:
    told, delta = caller.get("/v1/guarantee").json(), 0.05
    assert pytest.approx(1.0) == SHARE_OF_AUDITS + SHARE_OF_DRIFT + SHARE_OF_PROOFS
    assert told["monitors"]["all"]["limit"] == pytest.approx(zeta(3) / (0.75 * delta))
    assert told["proven"]["limit"] == pytest.approx(zeta(3) / (0.05 * delta))
    assert set(told["drift"]) == {"novelty", "score", "topic", "region"}
    for test in told["drift"].values():
        assert test["limit"] == pytest.approx(zeta(3) / (0.2 * delta / 4))


def test_a_mail_counts_once_however_often_it_is_decided_or_folded(caller: TestClient, watched: Service) -> None:
    for _ in range(2):
        decided(caller, message_id="<a@example.com>")
        decided(caller, "bob@example.com")
    assert (_fold(watched), _counted(watched)["novelty"]) == ((), 2)
    assert (_fold(watched), _counted(watched)["novelty"]) == ((), 2)
    decided(caller, message_id="<a@example.com>")
    _fold(watched)
    assert _counted(watched)["novelty"] == 2


def test_machine_mail_and_mail_without_words_are_not_counted(caller: TestClient, watched: Service) -> None:
    assert decided(caller, headers={"Auto-Submitted": "auto-replied"})["action"] == "park"
    decided(caller, subject="...", body="?!")
    _fold(watched)
    assert _counted(watched)["novelty"] == 0


def test_neither_a_replay_nor_a_question_counts(caller: TestClient, watched: Service) -> None:
    decision = decided(caller)
    assert caller.post(f"/v1/decisions/{decision['decision_id']}/replay").status_code == 200
    caller.post("/v1/suggest", json=mail("bob@example.com"))
    _fold(watched)
    assert _counted(watched)["novelty"] == 1


def test_a_bundle_without_a_certificate_keeps_no_sightings(caller: TestClient, watched: Service) -> None:
    engine = watched.engines.current
    watched.engines._engine = replace(engine, bundle=replace(engine.bundle, certificate=None))
    decided(caller)
    assert _fold(watched) == ()
    with watched.database.writing() as session:
        assert take_uncounted(session, engine.bundle.id, 10) == ()


def test_more_mails_than_fit_at_once_are_folded_in_order_and_a_crash_loses_none(watched: Service, understood: Understanding) -> None:
    _come_in(watched, understood, _even(AT_ONCE + 20))
    with pytest.raises(KeyboardInterrupt):
        _die_folding(watched)
    _fold(watched)
    assert _counted(watched)["score"] == AT_ONCE
    _fold(watched)
    assert _counted(watched)["score"] == AT_ONCE + 20


def _die_folding(service: Service) -> None:
    with service.database.writing() as session:
        first = take_uncounted(session, service.engines.current.bundle.id, AT_ONCE)
        assert [one.decision_id for one in first] == sorted(one.decision_id for one in first)
        raise KeyboardInterrupt


def test_a_suspension_by_a_person_keeps_the_evidence(watched: Service, understood: Understanding, caller: TestClient) -> None:
    _come_in(watched, understood, [0.5] * 20)
    _fold(watched)
    with watched.database.writing() as session:
        stop_group(session, "all", "strike", Stamp(by="test", at=watched.clock()))
    caller.post("/v1/suspensions/all/rearm")
    assert _counted(watched)["novelty"] == 20


def test_after_a_month_a_mail_is_forgotten(caller: TestClient, watched: Service, clock: Clock) -> None:
    decided(caller, message_id="<a@example.com>")
    _fold(watched)
    clock.move(days=SEEN_FOR.days + 1)
    expire(watched.database, clock())
    decided(caller, message_id="<a@example.com>")
    _fold(watched)
    assert _counted(watched)["novelty"] == 2
