"""Whether customers' questions find their answer, in the heap as it is and in the cleaned one."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from data.answer import Answer, Variant
from model.encoder import Encoder
from model.retriever import AnswerIndex
from model.search.hits import SearchFilters
from tests.proofs.vectors import vectors_of
from tests.proofs.verdict import Truth

TODAY = date(2026, 11, 21)
LIMIT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionShares:
    """Share of the questions with an answer of their family among the first three entries, and how many families those entries show.

    `first`: the first entry is of the family. `any_value`: the first entry may be a trap of it, which the question cannot tell apart.
    `any_language`: a translation counts too.
    """

    recall: float
    first: float
    any_value: float
    any_language: float
    families_shown: float


def read_answers(base: Path, truth: Truth) -> tuple[Answer, ...]:
    """Every row of `base.csv` as an active answer."""
    with base.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Answer(
                id=row["id"],
                topic=row["topic"] or None,
                variants=(Variant(language=row["language"] or truth.original[row["id"]][:2], title=row["title"], body=row["body"]),),
            )
            for row in csv.DictReader(stream)
        )


def merged(answers: Sequence[Answer], clusters: Sequence[tuple[str, Sequence[str]]]) -> tuple[Answer, ...]:
    """The base after every cluster was merged into its canonical answer."""
    target = {member: canonical for canonical, members in clusters for member in members if member != canonical}
    return tuple(replace(answer, merged_into=target.get(answer.id)) for answer in answers)


def questions_found(answers: Sequence[Answer], questions: Path, truth: Truth, encoder: Encoder) -> QuestionShares:
    """Ask every held-back question; nothing is known about its topic."""
    asked = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    index = AnswerIndex.build(answers, encoder, "proof")
    vectors = vectors_of(encoder, [question["text"] for question in asked])
    hits = [
        [
            truth.family[hit.answer_id]
            for hit in index.search(question["text"], vector, SearchFilters(today=TODAY, language=question["language"]), {}, LIMIT)
        ]
        for question, vector in zip(asked, vectors, strict=True)
    ]
    return _summed(hits, [question["family"] for question in asked])


def found_lines(before: QuestionShares, after: QuestionShares) -> list[tuple[str, str, str]]:
    """Lines of the table: what, before, after."""
    names: Mapping[str, str] = {
        "recall": f"recall@{LIMIT}",
        "first": "recall@1",
        "any_value": "recall@1, other values count",
        "any_language": f"recall@{LIMIT}, translations count",
        "families_shown": f"different answers among {LIMIT}",
    }
    return [(title, f"{getattr(before, name):.3f}", f"{getattr(after, name):.3f}") for name, title in names.items()]


def _summed(hits: Sequence[Sequence[str]], families: Sequence[str]) -> QuestionShares:
    def share(right: Sequence[bool]) -> float:
        return sum(right) / max(1, len(right))

    both = list(zip(hits, families, strict=True))
    return QuestionShares(
        recall=share([family in found for found, family in both]),
        first=share([family in found[:1] for found, family in both]),
        any_value=share([family == found[0].partition("~")[0] for found, family in both if found]),
        any_language=share([family[3:] in {one.partition("~")[0][3:] for one in found} for found, family in both]),
        families_shown=sum(len(set(found)) for found in hits) / max(1, len(hits)),
    )
