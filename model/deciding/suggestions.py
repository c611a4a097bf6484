"""Answers as an agent or a customer gets them: usable today, in one language, with their slots filled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from data.answer import Answer, AnswerAttachment
from model.context import Context
from model.deciding.circumstances import Circumstances
from model.slots import fill
from model.understanding import Match, Understanding


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


def suggestions(known: Understanding, context: Context, circumstances: Circumstances) -> Iterator[Suggestion]:
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
