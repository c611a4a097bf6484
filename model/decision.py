"""decide(): from what is understood to what is done, as a pure function that gives its reasons."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from data.mail import Mail
from data.taxonomy import Mode, Topic
from model.context import Context
from model.deciding.case import Case, Check
from model.deciding.checks import HOLDOUT, MODE, checks
from model.deciding.circumstances import Circumstances, Versions
from model.deciding.control import Control
from model.deciding.rules import Ruling, rule_on
from model.deciding.suggestions import Suggestion, suggestions
from model.policy import Policy
from model.risk.thresholds import Threshold
from model.understanding import Ranking, Understanding
from model.vetoes import PARKING, Veto, vetoes

__all__ = ["Action", "Check", "Circumstances", "Control", "Deadline", "Decision", "Guarantee", "Suggestion", "Versions", "decide"]

AUDIT = "audit"


class Action(StrEnum):
    """What happens to a mail."""

    AUTO_REPLY = "auto_reply"
    SUGGEST = "suggest"
    ROUTE = "route"
    PARK = "park"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When an answer is due, by the operator's own target (`sla`) or by law (`statutory`)."""

    due_at: datetime
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """What is proven of automatic replies like this one: P(wrong | score ≥ threshold) ≤ target_error, but for a doubt of delta.

    `errors` and `upper_bound` are of the `accepted` of `calibrated_on` mails that reach the threshold of the group.
    """

    target_error: float
    delta: float
    calibrated_on: int
    accepted: int
    errors: int
    upper_bound: float
    threshold: float
    scope: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with one mail, why, and everything that led there.

    topic, urgency: those that count; a rule wins over the models, whose own words stay in `understanding`.
    checks: what an automatic reply needs, in order. audit: this automatic reply was drawn to be judged by a person.
    holdout: it would have been answered automatically and was drawn to go to people, for comparison.
    """

    action: Action
    reasons: tuple[str, ...]
    vetoes: tuple[Veto, ...]
    topic: str | None
    urgency: str | None
    queue: str
    required_skills: tuple[str, ...]
    topic_threshold: float
    deadline: Deadline | None
    understanding: Understanding
    suggestions: tuple[Suggestion, ...]
    ruling: Ruling
    model_queue: str
    checks: tuple[Check, ...]
    guarantee: Guarantee | None
    audit: bool
    holdout: bool
    control: Control
    versions: Versions


def decide(mail: Mail, understanding: Understanding, context: Context, circumstances: Circumstances) -> Decision:
    """Decide about one mail. Pure: equal arguments give equal decisions.

    The first that applies gives the action: machine mail is parked; an empty, critical, foreign or uncertain mail, and one without a
    usable answer, goes to people; a mail that passes every check is answered automatically; anything else is suggested.
    """
    policy = circumstances.policy
    case = _case(mail, _without_lost_labels(understanding, policy), context, circumstances)
    known, topic, believed = case.known, case.topic, _believed(case)
    made = checks(case)
    failed = tuple(check.name for check in made if not check.passed)
    action, reasons = _action(case, failed)
    return Decision(
        action=action,
        reasons=tuple(dict.fromkeys((*reasons, *_remarks(case)))),
        vetoes=case.vetoes,
        topic=topic.label if topic else None,
        urgency=case.urgency,
        queue=case.ruling.queue or _queue(believed, policy),
        required_skills=_skills(believed, known),
        topic_threshold=policy.threshold(topic) if topic else policy.topic_threshold,
        deadline=_deadline(believed, case.urgency, circumstances),
        understanding=known,
        suggestions=case.suggestions,
        ruling=case.ruling,
        model_queue=_queue(_believed_by_model(known, policy), policy),
        checks=made,
        guarantee=_guarantee(case),
        audit=action is Action.AUTO_REPLY and case.drawn(AUDIT) < policy.automatic.audit_share,
        holdout=failed == (HOLDOUT,),
        control=circumstances.control,
        versions=circumstances.versions,
    )


def _case(mail: Mail, known: Understanding, context: Context, circumstances: Circumstances) -> Case:
    taxonomy = circumstances.policy.taxonomy
    ruling = rule_on(circumstances.policy.rules, mail, context.arrival.mailbox)
    label = ruling.topic or known.topic.label
    return Case(
        mail=mail,
        known=known,
        context=context,
        circumstances=circumstances,
        ruling=ruling,
        topic=taxonomy.topic(label) if label else None,
        urgency=ruling.urgency or known.urgency.label,
        suggestions=tuple(suggestions(known, context, circumstances)),
        vetoes=vetoes(mail),
    )


def _without_lost_labels(known: Understanding, policy: Policy) -> Understanding:
    """A label that the taxonomy no longer has is never returned: no topic, no second topic, no urgency."""
    topics, urgencies = frozenset(policy.taxonomy.labels), frozenset(policy.taxonomy.urgencies)
    second = known.second_request if known.second_request is not None and known.second_request.topic in topics else None
    urgency = replace(known.urgency, ranking=known.urgency.ranking.without(_labels(known.urgency.ranking) - urgencies))
    if urgency.label not in urgencies:
        urgency = replace(urgency, label=None, probability=0.0)
    topic = known.topic.without(_labels(known.topic) - topics)
    # The score speaks of the label that the model put first.
    score = known.answer_probability if topic.label == known.topic.label else None
    return replace(known, topic=topic, urgency=urgency, second_request=second, answer_probability=score)


def _labels(ranking: Ranking) -> frozenset[str]:
    return frozenset(entry.label for entry in ranking.entries)


def _believed(case: Case) -> Topic | None:
    """The topic that a rule gives, else the model's where that is probable enough."""
    return case.topic if case.ruling.topic else _believed_by_model(case.known, case.circumstances.policy)


def _believed_by_model(known: Understanding, policy: Policy) -> Topic | None:
    topic = policy.taxonomy.topic(known.topic.label) if known.topic.label else None
    return topic if topic is not None and known.topic.probability >= policy.threshold(topic) else None


def _queue(believed: Topic | None, policy: Policy) -> str:
    return policy.queue(believed) if believed else policy.taxonomy.default_queue


def _action(case: Case, failed: tuple[str, ...]) -> tuple[Action, tuple[str, ...]]:
    fired = tuple(f"machine_mail:{veto.rule}" for veto in case.vetoes if veto.fired and veto.rule in PARKING)
    if fired:
        return Action.PARK, fired
    obstacle = _obstacle(case)
    if obstacle:
        return Action.ROUTE, (obstacle, *_shadow(case, failed))
    if not failed:
        return Action.AUTO_REPLY, ("checks_passed",)
    return Action.SUGGEST, failed if _mode(case) is Mode.AUTO else ("automatic_replies_off",)


def _obstacle(case: Case) -> str:
    """Why people have to look without a suggestion, or an empty text."""
    if case.mail.is_empty:
        return "no_text"
    if case.urgency in case.circumstances.policy.route_urgencies:
        return f"urgency:{case.urgency}"
    if case.known.novelty.is_novel:
        return "novel"
    if _believed(case) is None:
        return "topic_uncertain"
    if _mode(case) in (Mode.OFF, Mode.SHADOW):
        return f"topic_mode:{_mode(case)}"
    return "" if case.suggestions else "no_answer"


def _mode(case: Case) -> Mode | None:
    return case.circumstances.policy.mode(case.topic) if case.topic else None


def _shadow(case: Case, failed: tuple[str, ...]) -> Iterator[str]:
    """What would have happened to a mail of a topic in shadow mode, were it switched to automatic."""
    if _mode(case) is Mode.SHADOW and set(failed) <= {MODE, HOLDOUT}:
        yield "shadow:holdout" if HOLDOUT in failed else "shadow:auto_reply"


def _remarks(case: Case) -> Iterator[str]:
    """What an agent should know about the mail and the first suggestion."""
    yield from (f"rule:{rule.name}" for rule in case.ruling.fired)
    if case.known.second_request is not None:
        yield f"second_request:{case.known.second_request.topic}"
    if case.context.thread.is_follow_up:
        yield "follow_up"
    if case.first is not None:
        yield from (f"slot_missing:{name}" for name in case.first.missing_slots)
        if case.first.language != case.known.language.code:
            yield f"answer_language:{case.first.language}"


def _guarantee(case: Case) -> Guarantee | None:
    certificate, outcome = case.circumstances.certificate, case.outcome
    if certificate is None or not isinstance(outcome, Threshold):
        return None
    return Guarantee(
        target_error=certificate.target.alpha,
        delta=certificate.target.delta,
        calibrated_on=certificate.calibrated_on,
        accepted=outcome.accepted,
        errors=outcome.errors,
        upper_bound=outcome.upper_bound,
        threshold=outcome.value,
        scope=certificate.scope.value,
        group=case.group or "",
    )


def _skills(topic: Topic | None, known: Understanding) -> tuple[str, ...]:
    language = (known.language.code,) if known.language.code != "und" else ()
    return tuple(dict.fromkeys((*(topic.skills if topic else ()), *language)))


def _deadline(topic: Topic | None, urgency: str | None, circumstances: Circumstances) -> Deadline | None:
    """The earlier of the operator's target and the legal deadline."""
    hours = circumstances.policy.sla_hours.get(urgency or "")
    candidates = [Deadline(due_at=circumstances.now + timedelta(hours=hours), kind="sla")] if hours else []
    if topic is not None and topic.statutory_deadline_days is not None:
        candidates.append(Deadline(due_at=circumstances.now + timedelta(days=topic.statutory_deadline_days), kind="statutory"))
    return min(candidates, key=lambda deadline: deadline.due_at, default=None)
