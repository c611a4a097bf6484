"""Decides mails of the past one after the other, as the pipeline would have, and keeps nothing but what came out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from data.mail import Mail
from model.deciding.control import Control
from model.decision import Action, Decision, decide
from model.policy import Policy
from model.understanding import Understanding
from serving.automatic.correspondents import correspondent_of
from serving.engine import Engine
from serving.logs import EVENTS
from serving.mail_request import MailRequest
from serving.what_if.budgets import Ledger
from serving.what_if.truth import Truth

TOGETHER = 64
PURGED = "purged"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a mail before, or under the policy that it is compared with."""

    action: str
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A mail of the archive at its moment, what is known to be right, and what was decided then where that is stored."""

    id: str
    at: datetime
    request: MailRequest
    truth: Truth = Truth()
    before: Done | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A mail that cannot be decided again: its text was purged, or it cannot be read."""

    id: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What would happen to a mail.

    stopped_by: the first check that it failed, else what sends it to people; empty for an automatic reply. is_right: of the reply that
    would be sent, None where nobody said. held_out: it qualifies, and was drawn to go to people.
    """

    id: str
    at: datetime
    topic: str | None
    action: Action
    queue: str
    stopped_by: str
    held_out: bool
    audit: bool
    is_right: bool | None
    before: Done | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is supposed of the service. `unlimited` has each mail meet full budgets."""

    kill_switch: bool = False
    suspended: frozenset[str] = frozenset()
    unlimited: bool = False


@dataclass(slots=True)
class Trial:
    """An engine that decides mails one after the other; its budgets are full at the first."""

    engine: Engine
    terms: Terms = Terms()
    ledger: Ledger = field(default_factory=Ledger)

    def decide(self, entry: Entry, understanding: Understanding) -> Decision:
        """Decide about the next mail, and spend its budget where it is answered; moments must come in order."""
        request, who = entry.request, correspondent_of(entry.request)
        left: dict[str, int] = {}
        if self.engine.bundle.certificate is not None:
            left = self.ledger.left(self.engine.policy.automatic.budget, who, entry.at)
        control = Control(kill_switch=self.terms.kill_switch, suspended=self.terms.suspended, budget_left=left)
        decision = decide(request.mail, understanding, request.context, self.engine.circumstances(entry.at, control))
        if decision.action is Action.AUTO_REPLY and not self.terms.unlimited:
            self.ledger.spend(who, entry.at)
        return decision


def under_policy(engine: Engine, policy: Policy) -> Engine:
    """The same engine under a policy that is in no database."""
    return replace(engine, policy=policy, policy_id=None, versions=replace(engine.versions, policy=policy.version))


def try_out(entries: Iterable[Entry | Missed], trial: Trial, current: Trial | None = None) -> Iterator[Tried | Missed]:
    """Decide all entries, which come in order of time.

    Args:
        entries: the archive; it is read as it is needed.
        trial: what is tried.
        current: what entries are compared with that do not know what was decided then.
    """
    source = iter(entries)
    while chunk := list(islice(source, TOGETHER)):
        readable = [entry for entry in chunk if isinstance(entry, Entry)]
        known = dict(zip((entry.id for entry in readable), _read(readable, trial.engine), strict=True))
        shared = current is not None and current.engine.reader is trial.engine.reader and current.engine.index is trial.engine.index
        then = known
        if current is not None and not shared:
            then = dict(zip(known, _read(readable, current.engine), strict=True))
        for entry in chunk:
            yield _tried(entry, known.get(entry.id), trial, (current, then.get(entry.id)))


def _tried(
    entry: Entry | Missed, known: Understanding | None, trial: Trial, compared: tuple[Trial | None, Understanding | None]
) -> Tried | Missed:
    if isinstance(entry, Missed):
        return entry
    if known is None:
        return Missed(id=entry.id, reason=UNREADABLE, detail="the models cannot read it")
    decision, before = trial.decide(entry, known), entry.before
    current, then = compared
    if before is None and current is not None and then is not None:
        old = current.decide(entry, then)
        before = Done(action=old.action.value, queue=old.queue)
    return Tried(
        id=entry.id,
        at=entry.at,
        topic=decision.topic,
        action=decision.action,
        queue=decision.queue,
        stopped_by=_stopped_by(decision),
        held_out=decision.holdout,
        audit=decision.audit,
        is_right=_is_right(decision, entry.truth, trial.engine),
        before=before,
    )


def _stopped_by(decision: Decision) -> str:
    if decision.action is Action.AUTO_REPLY:
        return ""
    failed = next((check.name for check in decision.checks if not check.passed), None)
    return failed or decision.reasons[0].partition(":")[0]


def _is_right(decision: Decision, truth: Truth, engine: Engine) -> bool | None:
    if decision.action is not Action.AUTO_REPLY or engine.index is None:
        return None
    return truth.is_right(engine.index.answers[decision.suggestions[0].answer_id], engine.index)


def _read(entries: Sequence[Entry], engine: Engine) -> list[Understanding | None]:
    """Together; when that fails, one by one, so that a mail that cannot be read is missed alone."""
    mails = [entry.request.mail for entry in entries]
    try:
        return list(engine.reader.understand_many(mails, engine.index))
    except Exception:  # logged and counted as missed: whatever a model raises on one mail must not end hours of work
        EVENTS.warning("reading a part of an archive together failed; reading one by one", extra={"items": len(mails)}, exc_info=True)
    return [_read_alone(mail, engine) for mail in mails]


def _read_alone(mail: Mail, engine: Engine) -> Understanding | None:
    try:
        return engine.reader.understand(mail, engine.index)
    except Exception:
        EVENTS.error("a mail of an archive could not be read", exc_info=True)
        return None
