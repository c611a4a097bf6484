"""Free search in the answer base, for agents and for customers: the same index, two scopes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.answer import Answer, Visibility
from data.language import UNDETERMINED
from data.redact import mask
from model.search.hits import Hit, SearchFilters
from serving.bundles import Engine
from serving.store.database import Database
from serving.store.searches import Search, SearchScope, save_search

LONGEST_QUERY = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody searches for. Without a `language` that of the question is taken; `scope` PUBLIC sees public answers alone."""

    text: str
    scope: SearchScope = SearchScope.INTERNAL
    language: str | None = None
    topic: str | None = None
    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The hits, best first, the answers that they name, and the language that was searched for."""

    language: str | None
    hits: tuple[Hit, ...]
    answers: tuple[Answer, ...]

    @property
    def is_good(self) -> bool:
        """Whether at least one hit is likely an answer, and not only the nearest there is."""
        return any(hit.is_good for hit in self.hits)


def search(question: Question, engine: Engine, now: datetime) -> SearchResult:
    """Search the base as it serves now. The topic model's opinion of the question counts as a prior."""
    if engine.index is None:
        return SearchResult(language=question.language, hits=(), answers=())
    asked = engine.reader.read_question(question.text)
    guessed = None if asked.language.code == UNDETERMINED else asked.language.code
    filters = SearchFilters(
        today=now.date(),
        language=question.language or guessed,
        topic=question.topic,
        visibility=Visibility.PUBLIC if question.scope is SearchScope.PUBLIC else None,
    )
    hits = engine.index.search(question.text, asked.vector, filters, asked.topics, question.limit)
    return SearchResult(language=filters.language, hits=hits, answers=tuple(engine.index.answers[hit.answer_id] for hit in hits))


def remember(question: Question, result: SearchResult, database: Database, now: datetime) -> None:
    """Keep a search that found nothing good, without personal data: many of a kind are a gap in the base."""
    if result.is_good:
        return
    best = result.hits[0].score if result.hits else None
    made = Search(
        at=now,
        scope=question.scope,
        language=result.language,
        query=mask(question.text),
        hits=len(result.hits),
        best_score=best,
        good=False,
    )
    with database.writing() as session:
        save_search(session, made)


def result_to_json(result: SearchResult) -> dict[str, Any]:
    """The result as JSON; texts in the language of each hit."""
    return {
        "language": result.language,
        "good_result": result.is_good,
        "data": [_hit_to_json(hit, answer) for hit, answer in zip(result.hits, result.answers, strict=True)],
    }


def _hit_to_json(hit: Hit, answer: Answer) -> dict[str, Any]:
    variant = answer.variant(hit.language) or answer.variants[0]
    attachments: Sequence[dict[str, Any]] = [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in answer.attachments]
    return {
        "answer_id": hit.answer_id,
        "answer_version": hit.answer_version,
        "topic": answer.topic,
        "language": variant.language,
        "title": variant.title,
        "text": variant.body,
        "format": variant.format,
        "slots": list(answer.slots),
        "attachments": attachments,
        "visibility": answer.visibility,
        "found_by": hit.key,
        "score": hit.score,
        "similarity": hit.similarity,
        "lexical": hit.lexical,
        "is_good": hit.is_good,
    }
