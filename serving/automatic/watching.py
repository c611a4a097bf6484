"""Verdicts on audited replies enter the monitors in the order in which the replies went out; an alarm stops the group at once.

A verdict that came early waits for those on earlier replies: of two that are drawn, the one that looks bad is judged first. Nobody waits
for ever: after `PATIENCE` an audit that nobody judged is passed over, and counts when its verdict comes. Complaints, and verdicts on
replies that nobody had drawn, are proofs: they are watched by themselves, in whatever order they come.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from model.bundle import Bundle
from model.risk import Certificate, Threshold
from model.watching.betting import WatchError
from model.watching.monitor import ALL, Watch
from model.watching.proven import Proven
from model.watching.shares import SHARE_OF_AUDITS, SHARE_OF_PROOFS
from serving.automatic.control import stop_group
from serving.automatic.drifting import arm_drift
from serving.store.answers import Stamp
from serving.store.outcomes import Outcome, count_proven, outcomes_of
from serving.store.replies import Reply, count_audits, uncounted_audits
from serving.store.watched import load_monitors, load_round, save_monitors, save_round

PATIENCE = timedelta(days=3)


def name_of(certificate: Certificate) -> str:
    """Names a certificate by its content."""
    return hashlib.sha256(json.dumps(certificate.to_json(), sort_keys=True).encode()).hexdigest()


def watch_of(session: Session, certificate: Certificate) -> Watch:
    """What is known about the promise of a certificate; a new watch when nobody has watched it, or in another way."""
    states = load_monitors(session, name_of(certificate))
    try:
        return Watch.from_json(states) if states else _begun(certificate)
    except WatchError:  # a monitor of another version: its evidence cannot be continued, a new one is valid from here on
        return _begun(certificate)


def count_verdicts(session: Session, certificate: Certificate | None, stamp: Stamp) -> tuple[str, ...]:
    """Let the verdicts that are due enter the monitors of the certificate that serves; the groups that this suspends.

    Replies that went out under another certificate say nothing about this one. The switch must be locked.
    """
    waiting = uncounted_audits(session)
    said = outcomes_of(session, [reply.decision_id for reply in waiting])
    due = _due(waiting, said, stamp.at)
    if not due:
        return ()
    count_audits(session, [reply.decision_id for reply in due])
    if certificate is None:
        return ()
    name, watch = name_of(certificate), watch_of(session, certificate)
    for reply in due:
        if reply.certificate == name:
            watch = watch.observe(reply.groups[-1], Outcome.JUDGED_WRONG in said[reply.decision_id], reply.released_at)
    save_monitors(session, name, watch.to_json(), stamp.at)
    alarmed = (group for group in sorted(watch.suspended) if stop_group(session, group, _reason(watch, group), stamp))
    return tuple(alarmed)


def proven_of(session: Session, certificate: Certificate) -> Proven:
    """How many replies under a certificate are proven wrong, by an audit or without one."""
    name, target = name_of(certificate), certificate.target
    number, since = load_round(session, name)
    sent, wrong = count_proven(session, name, since)
    return Proven(alpha=target.alpha, delta=SHARE_OF_PROOFS * target.delta, round=number, since=since, sent=sent, wrong=wrong)


def count_proofs(session: Session, certificate: Certificate | None, stamp: Stamp) -> tuple[str, ...]:
    """Look at all proofs of wrong replies; everything is suspended when they are too many. The switch must be locked."""
    if certificate is None:
        return ()
    proven = proven_of(session, certificate)
    reason = f"proven: {proven.wrong} of {proven.sent} replies are known to be wrong, more than a promise of {proven.alpha:g} allows"
    return (ALL,) if proven.is_alarmed and stop_group(session, ALL, reason, stamp) else ()


def arm_monitors(session: Session, bundle: Bundle, group: str, now: datetime) -> None:
    """Begin a new round of what has stopped a group that a person arms again; its next false alarm is less likely than the one before.

    Evidence that stopped nothing stays: a group that a person stopped goes on where it was. The switch must be locked.
    """
    if bundle.certificate is None:
        return
    watch = watch_of(session, bundle.certificate)
    if group in watch.suspended:
        save_monitors(session, name_of(bundle.certificate), watch.rearmed(group, now).to_json(), now)
    if group == ALL:
        _arm_proofs(session, bundle.certificate, now)
        arm_drift(session, bundle, now)


def _arm_proofs(session: Session, certificate: Certificate, now: datetime) -> None:
    proven = proven_of(session, certificate)
    if proven.is_alarmed:
        save_round(session, name_of(certificate), proven.rearmed(now).round, now)


def _begun(certificate: Certificate) -> Watch:
    groups = [name for name, outcome in certificate.groups.items() if isinstance(outcome, Threshold) and name != ALL]
    return Watch.start(certificate.target.alpha, SHARE_OF_AUDITS * certificate.target.delta, groups)


def _due(waiting: tuple[Reply, ...], said: Mapping[str, Mapping[Outcome, datetime]], now: datetime) -> list[Reply]:
    """In the order of their release: the judged ones, up to the first that still has time to be judged."""
    due: list[Reply] = []
    for reply in waiting:
        if _is_judged(said.get(reply.decision_id, {})):
            due.append(reply)
        elif reply.released_at is not None and reply.released_at + PATIENCE > now:
            break
    return due


def _is_judged(said: Mapping[Outcome, Any]) -> bool:
    return Outcome.JUDGED_RIGHT in said or Outcome.JUDGED_WRONG in said


def _reason(watch: Watch, group: str) -> str:
    monitor = watch.monitors[group]
    return f"{monitor.wrong} of {monitor.judged} audited replies were wrong, more than a promise of {monitor.alpha:g} allows"
