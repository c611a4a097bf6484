"""Gaps of the running base: from stored decisions, what agents made of them, and searches, to what nobody has an answer for.

A decision always lists some answer, so its mere presence says nothing. A mail counts as unanswered when none of the suggestions that
could still be given answers its topic, when the mail looked like nothing known, when an agent rejected what was offered or wrote
something else, or when the offer was weaker than nearly all that agents used. It no longer counts once the base of today offers an
answer of its topic that was not offered then.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.answer import Answer
from data.language import UNDETERMINED
from model.decision import Action
from model.encoder import Encoder
from model.gaps import Gap, Likeness, Unanswered, Why, find_gaps
from model.passages import Passages, mail_vector
from serving.bundles import Engine
from serving.mail_request import mail_from_json
from serving.store.judgements import Correction, Feedback, Judged, recent_decisions
from serving.store.searches import Search, poor_searches

MAX_DECISIONS = 20_000
MAX_SEARCHES = 5_000
USED, EDITED, REJECTED = "used", "edited", "rejected"
# Share of words that an edit leaves: below it the suggestion was no more than a start.
LEAST_KEPT = 0.5
MOST_COMPARED = 600
# A suggestion less probable than 95 of 100 that were used is a weak one; fewer uses than 50 do not tell.
WEAK_SHARE = 0.05
LEAST_USES = 50
SURE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class GapSearch:
    """What to look at: decisions since a moment, and the minutes that people needed, by decision id, where somebody measures them."""

    since: datetime
    now: datetime
    minutes: Mapping[str, float] = field(default_factory=dict)
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A decision without a good answer, before it is encoded."""

    judged: Judged
    topic: str | None
    why: Why
    reply: str | None


def answer_gaps(session: Session, engine: Engine, wanted: GapSearch) -> tuple[Gap, ...]:
    """The gaps of the answers that the engine serves, the most work first. Encodes the unanswered mails."""
    usable = _usable(engine, wanted.now)
    decisions = list(recent_decisions(session, wanted.since, MAX_DECISIONS))
    candidates = list(unanswered(decisions, usable))
    mails = [*_encoded(candidates, engine, wanted), *_searched(poor_searches(session, wanted.since, MAX_SEARCHES), engine.encoder)]
    topics = frozenset(answer.topic for answer in usable.values() if answer.topic is not None)
    return find_gaps(mails, topics, Likeness.of(engine.bundle.parts.known.vectors), limit=wanted.limit)


def unanswered(decisions: Sequence[Judged], usable: Mapping[str, Answer]) -> Iterator[Candidate]:
    """Those of the decisions that ended without a good answer.

    Args:
        decisions: with what people said about them.
        usable: the answers that can be given today, by id.
    """
    weak = _weak_probability(decisions)
    for judged in decisions:
        topic = _topic(judged)
        why = _why(judged, topic, usable, weak)
        if why is not None:
            yield Candidate(judged=judged, topic=topic, why=why, reply=_reply(judged))


def gap_to_json(gap: Gap) -> dict[str, Any]:
    """One gap as the API and `--json` give it."""
    return {
        "id": gap.id,
        "topic": gap.topic,
        "volume": gap.volume,
        "minutes": gap.minutes,
        "languages": list(gap.languages),
        "typical": list(gap.typical),
        "examples": list(gap.examples),
        "draft": gap.draft,
        "why": {why.value: count for why, count in gap.why},
        "first_at": gap.first_at.isoformat(),
        "last_at": gap.last_at.isoformat(),
    }


def _usable(engine: Engine, now: datetime) -> dict[str, Answer]:
    """What can be given today, also under the ids of the answers that were merged into it."""
    answers = engine.index.answers.values() if engine.index else ()
    return {known: answer for answer in answers if answer.is_usable(now.date()) for known in (*answer.aliases, answer.id)}


def _topic(judged: Judged) -> str | None:
    """What people said the mail is about; else what the model said, where it was sure enough to act on it."""
    for judgement in reversed(judged.judgements):
        if judgement.said.topic is not None:
            return judgement.said.topic
    topic = judged.decision["topic"]
    return topic["label"] if topic["label"] and topic["probability"] >= topic["threshold"] else None


def _why(judged: Judged, topic: str | None, usable: Mapping[str, Answer], weak: float) -> Why | None:
    """How this mail shows that an answer is missing, or None: people's word first, then the machine's."""
    decision = judged.decision
    if decision["action"] == Action.PARK or "no_text" in decision["reasons"] or _is_settled(judged, usable):
        return None
    if (said := _said(judged)) is not None:
        return said
    offered = [suggestion for suggestion in decision["suggestions"] if suggestion["answer_id"] in usable]
    if not offered:
        return Why.NO_ANSWER
    topics = {usable[suggestion["answer_id"]].topic for suggestion in offered}
    if topic is not None and topics.isdisjoint((topic, None)):
        return Why.OTHER_TOPIC
    if "novel" in decision["reasons"]:
        return Why.NOVEL
    return Why.WEAK_ANSWER if offered[0]["probability"] < weak else None


def _is_settled(judged: Judged, usable: Collection[str]) -> bool:
    """True when people said that there is nothing to answer, named the right answer, or used a suggestion nearly as it was."""
    for judgement in judged.judgements:
        said = judgement.said
        if said.correct_answer_id in usable or (isinstance(said, Correction) and said.in_scope is False):
            return True
        if isinstance(said, Feedback) and judgement.answer_id in usable and _is_kept(judged, said, judgement.answer_id):
            return True
    return False


def _is_kept(judged: Judged, said: Feedback, answer_id: str | None) -> bool:
    """True when a suggestion went out as it was or little changed."""
    return said.outcome == USED or (said.outcome == EDITED and not _is_rewritten(judged, said, answer_id))


def _said(judged: Judged) -> Why | None:
    """What agents did with the suggestions, the latest first."""
    for judgement in reversed(judged.judgements):
        if isinstance(judgement.said, Feedback):
            if judgement.said.outcome == REJECTED:
                return Why.REJECTED
            if judgement.said.outcome == EDITED and _is_rewritten(judged, judgement.said, judgement.answer_id):
                return Why.REWRITTEN
    return None


def _is_rewritten(judged: Judged, said: Feedback, answer_id: str | None) -> bool:
    """True when less than half of the words were kept; an edit without its text counts as a small one."""
    suggested = next((item["text"] for item in judged.decision["suggestions"] if item["answer_id"] == answer_id and "text" in item), None)
    if said.final_text is None or suggested is None:
        return False
    one, other = suggested.split()[:MOST_COMPARED], said.final_text.split()[:MOST_COMPARED]
    return SequenceMatcher(None, one, other, autojunk=False).ratio() < LEAST_KEPT


def _reply(judged: Judged) -> str | None:
    """What an agent wrote in the end."""
    texts = [judgement.said.final_text for judgement in judged.judgements if isinstance(judgement.said, Feedback)]
    return next((text for text in reversed(texts) if text), None)


def _weak_probability(decisions: Sequence[Judged]) -> float:
    """The probability below which a first suggestion is weak, read off those that agents used; 0 while too few were."""
    used = [
        suggestion["probability"]
        for judged in decisions
        for judgement in judged.judgements
        if isinstance(judgement.said, Feedback) and judgement.said.outcome == USED
        for suggestion in judged.decision["suggestions"][:1]
        if suggestion["answer_id"] == judgement.answer_id
    ]
    return float(np.quantile(used, WEAK_SHARE)) if len(used) >= LEAST_USES else 0.0


def _encoded(candidates: Sequence[Candidate], engine: Engine, wanted: GapSearch) -> Iterator[Unanswered]:
    """The candidates with their vectors, without those that the base answers by now."""
    for candidate in candidates:
        judged = candidate.judged
        mail = mail_from_json(judged.mail)
        vector = mail_vector(engine.encoder.encode(Passages.of(mail.content).texts))
        if not _answered_since(candidate, vector, engine, wanted.now):
            yield Unanswered(
                id=judged.decision_id,
                text=f"{mail.subject}\n\n{mail.text}".strip(),
                language=judged.decision["language"]["code"],
                topic=candidate.topic,
                vector=vector,
                at=judged.decided_at,
                why=candidate.why,
                handling_minutes=wanted.minutes.get(judged.decision_id),
                reply=candidate.reply,
            )


def _answered_since(candidate: Candidate, vector: NDArray[np.float32], engine: Engine, now: datetime) -> bool:
    """True when the base of today offers an answer, or a version of one, that was not offered then and is of the mail's topic."""
    if engine.index is None:
        return False
    decision = candidate.judged.decision
    then = {(suggestion["answer_id"], suggestion["answer_version"]) for suggestion in decision["suggestions"]}
    topic = candidate.topic
    prior = {entry["label"]: entry["probability"] for entry in decision["topic"]["ranking"]}
    if topic not in (None, decision["topic"]["label"]):  # people know better than the model
        prior = {topic: 1.0}
    nearest = engine.index.nearest(vector[None, :])[0]
    matches = engine.index.match(nearest, prior, decision["language"]["code"], engine.bundle.parts.ranking)
    for match in matches[: engine.policy.max_suggestions]:
        answer = engine.index.answers[match.answer_id]
        least = SURE if None in (topic, answer.topic) else engine.policy.answer_threshold
        fits = topic is None or answer.topic in (topic, None)
        if (answer.id, answer.version) not in then and fits and match.probability >= least and answer.is_usable(now.date()):
            return True
    return False


def _searched(searches: Sequence[Search], encoder: Encoder) -> Iterator[Unanswered]:
    for search in searches:
        yield Unanswered(
            id=search.id,
            text=search.query,
            language=search.language or UNDETERMINED,
            topic=None,
            vector=encoder.encode([search.query])[0],
            at=search.at,
            why=Why.POOR_SEARCH,
        )
