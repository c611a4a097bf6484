"""What people said about decisions: feedback on suggestions, corrections of labels, and both as labelled rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from serving.store.answer_writes import count_use
from serving.store.ids import is_id, new_id
from serving.store.tables import CorrectionRow, DecisionRow, FeedbackRow, SuggestionRow

ROWS_AT_ONCE = 500
TAKEN = frozenset(["used", "edited"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What became of a suggestion: used, edited, rejected or ignored, and what would have been right."""

    outcome: str
    final_text: str | None = None
    correct_answer_id: str | None = None
    topic: str | None = None
    urgency: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Labels that a person gave; None means "not said"."""

    topic: str | None = None
    urgency: str | None = None
    correct_answer_id: str | None = None
    in_scope: bool | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Feedback or a correction, at its moment. `answer_id` is the suggestion that feedback was about."""

    at: datetime
    said: Feedback | Correction
    answer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A decision whose text is still there, with all that was said about it, oldest first."""

    decision_id: str
    decided_at: datetime
    mail: dict[str, Any]
    decision: dict[str, Any]
    judgements: tuple[Judgement, ...]


def save_feedback(session: Session, suggestion_id: str, feedback: Feedback, api_key_id: str | None, now: datetime) -> str | None:
    """Store feedback, and count the use of the answer; its id, or None when there is no such suggestion."""
    suggestion = session.get(SuggestionRow, suggestion_id) if is_id(suggestion_id, "sug") else None
    if suggestion is None:
        return None
    row = FeedbackRow(
        id=new_id("fbk", now),
        suggestion_id=suggestion.id,
        decision_id=suggestion.decision_id,
        outcome=feedback.outcome,
        final_text=feedback.final_text,
        correct_answer_id=feedback.correct_answer_id,
        topic=feedback.topic,
        urgency=feedback.urgency,
        agent=feedback.agent,
        created_at=now,
        api_key_id=api_key_id,
    )
    session.add(row)
    session.flush()
    if feedback.outcome in TAKEN:
        count_use(session, suggestion.answer_id)
    return row.id


def save_correction(session: Session, decision_id: str, correction: Correction, api_key_id: str | None, now: datetime) -> str | None:
    """Store a correction; its id, or None when there is no such decision."""
    if not is_id(decision_id, "dec") or session.get(DecisionRow, decision_id) is None:
        return None
    row = CorrectionRow(
        id=new_id("cor", now),
        decision_id=decision_id,
        topic=correction.topic,
        urgency=correction.urgency,
        correct_answer_id=correction.correct_answer_id,
        in_scope=correction.in_scope,
        agent=correction.agent,
        created_at=now,
        api_key_id=api_key_id,
    )
    session.add(row)
    session.flush()
    return row.id


def judged_decisions(session: Session, since: datetime | None = None) -> Iterator[Judged]:
    """Decisions that people judged (after `since`) and whose text was not purged, oldest first."""
    ids = _judged_ids(session, since)
    for start in range(0, len(ids), ROWS_AT_ONCE):
        yield from _judged(session, ids[start : start + ROWS_AT_ONCE])


def recent_decisions(session: Session, since: datetime, limit: int) -> Iterator[Judged]:
    """The newest decisions since a moment, judged or not, whose text was not purged; oldest first."""
    recent = select(DecisionRow.id).where(DecisionRow.decided_at >= since, DecisionRow.text_purged_at.is_(None))
    ids = sorted(session.scalars(recent.order_by(DecisionRow.id.desc()).limit(limit)))
    for start in range(0, len(ids), ROWS_AT_ONCE):
        yield from _judged(session, ids[start : start + ROWS_AT_ONCE])


def _judged_ids(session: Session, since: datetime | None) -> list[str]:
    feedback, corrections = select(FeedbackRow.decision_id), select(CorrectionRow.decision_id)
    if since is not None:
        feedback = feedback.where(FeedbackRow.created_at >= since)
        corrections = corrections.where(CorrectionRow.created_at >= since)
    return sorted(session.scalars(union(feedback, corrections)))


def _judged(session: Session, ids: list[str]) -> Iterator[Judged]:
    said: dict[str, list[Judgement]] = {decision_id: [] for decision_id in ids}
    answers = select(FeedbackRow, SuggestionRow.answer_id).join(SuggestionRow, SuggestionRow.id == FeedbackRow.suggestion_id)
    for row, answer_id in session.execute(answers.where(FeedbackRow.decision_id.in_(ids))):
        said[row.decision_id].append(Judgement(at=row.created_at, said=_feedback(row), answer_id=answer_id))
    for correction in session.scalars(select(CorrectionRow).where(CorrectionRow.decision_id.in_(ids))):
        said[correction.decision_id].append(Judgement(at=correction.created_at, said=_correction(correction)))
    rows = session.scalars(select(DecisionRow).where(DecisionRow.id.in_(ids)).order_by(DecisionRow.id))
    for decision in rows:
        if decision.mail is not None:
            yield Judged(
                decision_id=decision.id,
                decided_at=decision.decided_at,
                mail=decision.mail,
                decision=decision.decision,
                judgements=tuple(sorted(said[decision.id], key=lambda judgement: judgement.at)),
            )
    session.expunge_all()


def _feedback(row: FeedbackRow) -> Feedback:
    return Feedback(
        outcome=row.outcome,
        final_text=row.final_text,
        correct_answer_id=row.correct_answer_id,
        topic=row.topic,
        urgency=row.urgency,
        agent=row.agent,
    )


def _correction(row: CorrectionRow) -> Correction:
    return Correction(
        topic=row.topic,
        urgency=row.urgency,
        correct_answer_id=row.correct_answer_id,
        in_scope=row.in_scope,
        agent=row.agent,
    )
