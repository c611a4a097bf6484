"""Near-duplicates and contradictions of the stored base: looked for in one go, kept until somebody looks again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.answer import State
from model.contradictions import Contradiction, find_contradictions
from model.duplicates import find_duplicates
from model.encoder import Encoder, encode_in_chunks
from model.entry import Duplicates, Entry, Pair, Tick, silent
from model.search.keys import body_text
from serving.answers.remembering import RememberingEncoder
from serving.store.answers import StoredAnswer, all_answers
from serving.store.base_version import base_version
from serving.store.database import Database
from serving.store.verdicts import load_constraints

LOOKED_AT = frozenset([State.DRAFT, State.APPROVED, State.ACTIVE])
IN_SERVICE = frozenset([State.APPROVED, State.ACTIVE])


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a search found in the base at a version."""

    base_version: int
    answers: int
    duplicates: Duplicates
    contradictions: tuple[Contradiction, ...]

    def to_json(self) -> dict[str, Any]:
        """For programs, and to keep."""
        found = self.duplicates
        return {
            "base_version": self.base_version,
            "answers": self.answers,
            "clusters": [{"canonical": cluster.canonical, "members": list(cluster.members)} for cluster in found.clusters],
            "unsure": [pair_to_json(pair) for pair in found.unsure],
            "variants": [pair_to_json(pair) for pair in found.variants],
            "contradictions": [contradiction_to_json(one) for one in self.contradictions],
        }


def look_for_duplicates(database: Database, encoder: Encoder, tick: Tick = silent) -> Findings:
    """Cluster all drafts and served answers, and list those that contradict each other. What was merged already is left out."""
    with database.reading() as session:
        version = base_version(session)
        entries = list(entries_of(all_answers(session)))
        decided = load_constraints(session)
    vectors = encode_in_chunks(RememberingEncoder(encoder, database), [entry.body for entry in entries])
    stacked = np.vstack(list(vectors)) if entries else None
    found = find_duplicates(entries, stacked, decided, tick)
    return Findings(
        base_version=version,
        answers=len({entry.id for entry in entries}),
        duplicates=found,
        contradictions=find_contradictions(entries, stacked, (*found.apart, *found.unsure), found.clusters),
    )


def entries_of(answers: Iterable[StoredAnswer]) -> Iterator[Entry]:
    """The texts that the search for near-duplicates reads: each language of each answer that is not merged, expired or put away."""
    for stored in answers:
        answer = stored.answer
        if answer.merged_into is not None or answer.state not in LOOKED_AT:
            continue
        for variant in answer.variants:
            yield Entry(
                id=answer.id,
                language=variant.language,
                topic=answer.topic,
                title=variant.title,
                body=body_text(variant),
                approved=answer.state in IN_SERVICE,
                uses=stored.uses,
                updated=stored.updated_at,
            )


def pair_to_json(pair: Pair) -> dict[str, Any]:
    """Two answers and how near they are."""
    return {
        "answers": [pair.left, pair.right],
        "containment": round(pair.containment, 4),
        "jaccard": round(pair.jaccard, 4),
        "cosine": round(pair.cosine, 4),
        "differing": [[value.text if value else None for value in difference] for difference in pair.differing],
        "terms": [list(terms) for terms in pair.terms],
    }


def contradiction_to_json(found: Contradiction) -> dict[str, Any]:
    """Two answers to the same question that state different things."""
    return {"answers": list(found.answers), "sentences": list(found.sentences), "values": [list(values) for values in found.values]}
