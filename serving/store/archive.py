"""Reads many stored decisions in the order in which they were made, with what people said about them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.store.judgements import Correction, Feedback, Judgement
from serving.store.tables import CorrectionRow, DecisionRow, FeedbackRow, SuggestionRow


def decided_between(session: Session, start: datetime, end: datetime) -> tuple[str, ...]:
    """Ids of all decisions from `start` until before `end`, oldest first; those of one batch and moment in the order of the batch."""
    columns = (DecisionRow.decided_at, DecisionRow.batch_id, DecisionRow.ordinal, DecisionRow.id)
    rows = session.execute(select(*columns).where(DecisionRow.decided_at >= start, DecisionRow.decided_at < end)).all()
    # Sorted here: the databases disagree about where nothing stands.
    return tuple(row.id for row in sorted(rows, key=lambda row: (row.decided_at, row.batch_id or "", row.ordinal or 0, row.id)))


def judgements_of(session: Session, ids: Sequence[str]) -> dict[str, tuple[Judgement, ...]]:
    """Feedback and corrections for some decisions, oldest first; nothing for those that nobody judged."""
    said: dict[str, list[Judgement]] = {}
    answers = select(FeedbackRow, SuggestionRow.answer_id).join(SuggestionRow, SuggestionRow.id == FeedbackRow.suggestion_id)
    for row, answer_id in session.execute(answers.where(FeedbackRow.decision_id.in_(ids))):
        feedback = Feedback(outcome=row.outcome, correct_answer_id=row.correct_answer_id, topic=row.topic, urgency=row.urgency)
        said.setdefault(row.decision_id, []).append(Judgement(at=row.created_at, said=feedback, answer_id=answer_id))
    for one in session.scalars(select(CorrectionRow).where(CorrectionRow.decision_id.in_(ids))):
        correction = Correction(
            topic=one.topic, urgency=one.urgency, correct_answer_id=one.correct_answer_id, in_scope=one.in_scope, agent=one.agent
        )
        said.setdefault(one.decision_id, []).append(Judgement(at=one.created_at, said=correction))
    return {decision_id: tuple(sorted(found, key=lambda judgement: judgement.at)) for decision_id, found in said.items()}
