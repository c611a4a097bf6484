"""decide(): from what is understood to what is done, as a pure function that gives its reasons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from data.answer import Answer, AnswerAttachment
from data.mail import Mail
from data.taxonomy import Mode, Topic
from model.context import Context
from model.policy import Policy
from model.slots import fill
from model.understanding import Match, Ranking, Understanding
from model.vetoes import PARKING, Veto, vetoes


class Action(StrEnum):
    """What happens to a mail."""

    AUTO_REPLY = "auto_reply"
    SUGGEST = "suggest"
    ROUTE = "route"
    PARK = "park"


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What made a decision, so that it can be made again."""

    model: str
    policy: str
    answers: str
    index: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """All that a decision rests on besides the mail: the rules, the answers that exist, their versions, the moment."""

    policy: Policy
    answers: Mapping[str, Answer]
    versions: Versions
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An answer as an agent gets it: in one language, with its slots filled as far as facts are known."""

    answer_id: str
    answer_version: int
    language: str
    title: str
    text: str
    probability: float
    score: float
    similarity: float
    missing_slots: tuple[str, ...] = ()
    attachments: tuple[AnswerAttachment, ...] = ()
    already_shown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When an answer is due, by the operator's own target (`sla`) or by law (`statutory`)."""

    due_at: datetime
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with one mail, why, and everything that led there."""

    action: Action
    reasons: tuple[str, ...]
    vetoes: tuple[Veto, ...]
    queue: str
    required_skills: tuple[str, ...]
    topic_threshold: float
    deadline: Deadline | None
    understanding: Understanding
    suggestions: tuple[Suggestion, ...]
    versions: Versions


def decide(mail: Mail, understanding: Understanding, context: Context, circumstances: Circumstances) -> Decision:
    """Decide about one mail. Pure: equal arguments give equal decisions.

    The first matching rule gives the action: machine mail is parked; an empty, critical, foreign or uncertain mail, and one without a
    usable answer, goes to people; anything else is suggested. Nothing is sent by itself without a certificate.
    """
    policy = circumstances.policy
    known = _without_lost_labels(understanding, policy)
    topic = policy.taxonomy.topic(known.topic.label) if known.topic.label else None
    checks = vetoes(mail)
    suggestions = tuple(_suggestions(known, context, circumstances))
    action, reasons = _action(mail, known, policy, checks, suggestions)
    believed = topic if topic is not None and known.topic.probability >= policy.threshold(topic) else None
    return Decision(
        action=action,
        reasons=(*reasons, *_remarks(known, context, suggestions)),
        vetoes=checks,
        queue=policy.queue(believed) if believed else policy.taxonomy.default_queue,
        required_skills=_skills(believed, known),
        topic_threshold=policy.threshold(topic) if topic else policy.topic_threshold,
        deadline=_deadline(believed, known, circumstances),
        understanding=known,
        suggestions=suggestions,
        versions=circumstances.versions,
    )


def _without_lost_labels(known: Understanding, policy: Policy) -> Understanding:
    """A label that the taxonomy no longer has is never returned: no topic, no second topic, no urgency."""
    topics, urgencies = frozenset(policy.taxonomy.labels), frozenset(policy.taxonomy.urgencies)
    second = known.second_request if known.second_request is not None and known.second_request.topic in topics else None
    urgency = replace(known.urgency, ranking=known.urgency.ranking.without(_labels(known.urgency.ranking) - urgencies))
    if urgency.label not in urgencies:
        urgency = replace(urgency, label=None, probability=0.0)
    topic = known.topic.without(_labels(known.topic) - topics)
    return replace(known, topic=topic, urgency=urgency, second_request=second)


def _labels(ranking: Ranking) -> frozenset[str]:
    return frozenset(entry.label for entry in ranking.entries)


def _action(
    mail: Mail, known: Understanding, policy: Policy, checks: tuple[Veto, ...], suggestions: tuple[Suggestion, ...]
) -> tuple[Action, tuple[str, ...]]:
    fired = tuple(f"machine_mail:{check.rule}" for check in checks if check.fired and check.rule in PARKING)
    if fired:
        return Action.PARK, fired
    obstacle = _obstacle(mail, known, policy, suggestions)
    if obstacle:
        return Action.ROUTE, (obstacle,)
    return Action.SUGGEST, ("automatic_replies_off",)


def _obstacle(mail: Mail, known: Understanding, policy: Policy, suggestions: tuple[Suggestion, ...]) -> str:
    """Why people have to look without a suggestion, or an empty text."""
    topic = policy.taxonomy.topic(known.topic.label) if known.topic.label else None
    if mail.is_empty:
        return "no_text"
    if known.urgency.label in policy.route_urgencies:
        return f"urgency:{known.urgency.label}"
    if known.novelty.is_novel:
        return "novel"
    if topic is None or known.topic.probability < policy.threshold(topic):
        return "topic_uncertain"
    if policy.mode(topic) in (Mode.OFF, Mode.SHADOW):
        return f"topic_mode:{policy.mode(topic)}"
    return "" if suggestions else "no_answer"


def _remarks(known: Understanding, context: Context, suggestions: tuple[Suggestion, ...]) -> Iterator[str]:
    """What an agent should know about the mail and the first suggestion."""
    if known.second_request is not None:
        yield f"second_request:{known.second_request.topic}"
    if context.thread.is_follow_up:
        yield "follow_up"
    if suggestions:
        first = suggestions[0]
        yield from (f"slot_missing:{name}" for name in first.missing_slots)
        if first.language != known.language.code:
            yield f"answer_language:{first.language}"


def _suggestions(known: Understanding, context: Context, circumstances: Circumstances) -> Iterator[Suggestion]:
    """Usable answers, best first; those that the customer has already seen on the web come last."""
    values = {slot.name: slot.text for slot in known.slots} | dict(context.slots)
    shown = set(context.self_service.answers_shown)
    policy = circumstances.policy
    usable = [
        match
        for match in known.matches
        if match.probability >= policy.answer_threshold
        and (answer := circumstances.answers.get(match.answer_id)) is not None
        and answer.variants
        and answer.is_usable(circumstances.now.date())
    ]
    usable.sort(key=lambda match: match.answer_id in shown)
    for match in usable[: policy.max_suggestions]:
        yield _suggestion(match, circumstances.answers[match.answer_id], values, already_shown=match.answer_id in shown)


def _suggestion(match: Match, answer: Answer, values: Mapping[str, str], *, already_shown: bool) -> Suggestion:
    variant = answer.variant(match.language) or answer.variants[0]
    filled = fill(variant.body, values)
    return Suggestion(
        answer_id=answer.id,
        answer_version=answer.version,
        language=variant.language,
        title=variant.title,
        text=filled.text,
        probability=match.probability,
        score=match.score,
        similarity=match.similarity,
        missing_slots=filled.missing,
        attachments=answer.attachments,
        already_shown=already_shown,
    )


def _skills(topic: Topic | None, known: Understanding) -> tuple[str, ...]:
    language = (known.language.code,) if known.language.code != "und" else ()
    return tuple(dict.fromkeys((*(topic.skills if topic else ()), *language)))


def _deadline(topic: Topic | None, known: Understanding, circumstances: Circumstances) -> Deadline | None:
    """The earlier of the operator's target and the legal deadline."""
    hours = circumstances.policy.sla_hours.get(known.urgency.label or "")
    candidates = [Deadline(due_at=circumstances.now + timedelta(hours=hours), kind="sla")] if hours else []
    if topic is not None and topic.statutory_deadline_days is not None:
        candidates.append(Deadline(due_at=circumstances.now + timedelta(days=topic.statutory_deadline_days), kind="statutory"))
    return min(candidates, key=lambda deadline: deadline.due_at, default=None)
