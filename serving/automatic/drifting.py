"""Whether the mail still is like the mail of the calibration: an alarm stops all automatic replies until a person has looked.

Whoever decides a mail leaves what the tests see of it in the same transaction; the worker folds it in, in order of the decisions and once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from model.bundle import Bundle
from model.deciding.control import ALL
from model.deciding.sampling import natural_key
from model.decision import Action, Decision
from model.risk import Certificate
from model.understanding import Understanding
from model.watching.betting import WatchError
from model.watching.drift import DriftWatch
from model.watching.reference import Reference
from model.watching.shares import SHARE_OF_DRIFT
from serving.automatic.control import stop_group
from serving.engine import Engine
from serving.mail_request import MailRequest
from serving.store.answers import Stamp
from serving.store.arrivals import hashed
from serving.store.control import lock_switch
from serving.store.database import Database
from serving.store.sightings import Sighting, has_uncounted, load_drift, save_drift, take_uncounted

AT_ONCE = 500
SEEN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedMail:
    """A mail that was decided: what the models made of it, what was decided, and under which id."""

    request: MailRequest
    understanding: Understanding
    decision: Decision
    decision_id: str


def sighting_of(decided: DecidedMail, engine: Engine) -> Sighting | None:
    """What the tests see of a mail; None of machine mail, of an empty one, and where nothing is promised."""
    is_mail = decided.decision.action is not Action.PARK and not decided.request.mail.is_empty
    if not is_mail or engine.bundle.certificate is None or engine.bundle.reference is None:
        return None
    return Sighting(
        bundle_id=engine.bundle.id,
        key=hashed("mail", natural_key(decided.request.mail, decided.request.context.arrival)),
        decision_id=decided.decision_id,
        novelty=decided.understanding.novelty.score,
        score=decided.understanding.automatic_probability,
        topic=decided.understanding.topic.label,
        region=decided.understanding.region,
    )


def drift_of(session: Session, bundle: Bundle) -> DriftWatch | None:
    """What is known about the mail since the calibration; a new watch when there is none yet, None where there is nothing to watch."""
    certificate, reference = bundle.certificate, bundle.reference
    if certificate is None or reference is None:
        return None
    state = load_drift(session, bundle.id)
    try:
        return DriftWatch.from_json(state) if state else _begun(certificate, reference)
    except WatchError:  # written by another version: its evidence cannot be continued, a new one is valid from here on
        return _begun(certificate, reference)


def fold_in(database: Database, bundle: Bundle, now: datetime) -> tuple[str, ...]:
    """Let the mails that wait enter the tests; the groups that this suspends."""
    with database.reading() as session:
        if bundle.certificate is None or not has_uncounted(session, bundle.id):
            return ()
    with database.writing() as session:
        lock_switch(session)
        return _folded(session, bundle, Stamp(by=None, at=now))


def arm_drift(session: Session, bundle: Bundle, now: datetime) -> None:
    """Begin a new round of each test whose alarm lasts: what came since counts as known mail. The switch must be locked."""
    watch = drift_of(session, bundle)
    if watch is None or not watch.alarms:
        return
    for name in watch.alarms:
        watch = watch.rearmed(name)
    save_drift(session, bundle.id, watch.to_json(), now)


def _folded(session: Session, bundle: Bundle, stamp: Stamp) -> tuple[str, ...]:
    before = drift_of(session, bundle)
    if before is None:
        return ()
    watch = before
    for one in take_uncounted(session, bundle.id, AT_ONCE):
        watch = watch.observe(_values(one), one.decision_id)
    save_drift(session, bundle.id, watch.to_json(), stamp.at)
    new = watch.alarms - before.alarms
    return (ALL,) if new and stop_group(session, ALL, _reason(watch, new), stamp) else ()


def _begun(certificate: Certificate, reference: Reference) -> DriftWatch:
    return DriftWatch.start(reference.signals, SHARE_OF_DRIFT * certificate.target.delta)


def _values(one: Sighting) -> dict[str, float | str | None]:
    """What has no topic or region was decided by a version that did not watch them: it moves neither test."""
    region = str(one.region) if one.region is not None else None
    named = {"topic": one.topic, "region": region}
    return {"novelty": one.novelty, "score": one.score} | {name: value for name, value in named.items() if value is not None}


def _reason(watch: DriftWatch, alarms: frozenset[str]) -> str:
    told = (f"{name} after {watch.tests[name].alarmed_after} mails" for name in sorted(alarms))
    return f"drift: the mail is not like that of the calibration any more: {', '.join(told)}"
