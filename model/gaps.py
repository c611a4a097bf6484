"""What customers ask and the answer base does not answer: groups of mails, the most work first."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray

from data.language import UNDETERMINED
from model.encoder import Vectors
from model.prose.gap_texts import TextInLanguage, draft_of, rarities, typical_sentences
from model.prose.grouping import DEFAULT_LIKENESS, groups, likeness_above

WITHIN_TOPIC_SHARE = 0.95
WITHOUT_TOPIC_SHARE = 0.99
MIN_VOLUME = 2
MAX_GAPS = 50
EXAMPLES = 5
MINUTES_UNKNOWN = 1.0


class Why(StrEnum):
    """How a mail shows that an answer is missing."""

    NO_ANSWER = "no_answer"
    OTHER_TOPIC = "other_topic"
    WEAK_ANSWER = "weak_answer"
    NOVEL = "novel"
    REJECTED = "rejected"
    REWRITTEN = "rewritten"
    POOR_SEARCH = "poor_search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A mail, or a search, that ended without a good answer.

    vector: (d,) of norm 1. handling_minutes: what it took a person, None when nobody measured it. reply: what an agent wrote instead.
    """

    id: str
    text: str
    language: str
    topic: str | None
    vector: NDArray[np.float32]
    at: datetime
    why: Why = Why.NO_ANSWER
    handling_minutes: float | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A question without an answer.

    minutes: what its mails took together, the unmeasured ones at the mean of the measured; None when none was measured.
    typical: sentences of different mails, personal data masked. examples: ids of the mails nearest the middle.
    draft: an agent's reply, values of its case masked; a start for a person, never an answer. why: signs and how often.
    """

    id: str
    topic: str | None
    volume: int
    minutes: float | None
    languages: tuple[str, ...]
    typical: tuple[str, ...]
    examples: tuple[str, ...]
    draft: str | None
    why: tuple[tuple[Why, int], ...]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Least mean cosine of mails that ask for the same: a common topic is evidence too, so without one they must be closer."""

    within_topic: float = DEFAULT_LIKENESS
    without_topic: float = DEFAULT_LIKENESS

    @classmethod
    def of(cls, vectors: Vectors) -> "Likeness":
        """Read off mail of all kinds, shape (n, d), such as that which a bundle was trained on."""
        return cls(
            within_topic=likeness_above(vectors, WITHIN_TOPIC_SHARE),
            without_topic=likeness_above(vectors, WITHOUT_TOPIC_SHARE),
        )


def find_gaps(
    mails: Iterable[Unanswered],
    answered_topics: Collection[str],
    likeness: Likeness,
    *,
    min_volume: int = MIN_VOLUME,
    limit: int = MAX_GAPS,
) -> tuple[Gap, ...]:
    """The gaps, ranked by volume times handling time; the order of the mails does not matter.

    A topic for which there is no answer at all is one gap. In the others, mails are grouped by what they ask; those without a topic
    join the group that they resemble, or form groups of their own.

    Args:
        mails: what ended without a good answer.
        answered_topics: topics that have at least one answer.
        likeness: which vectors ask for the same.
        min_volume: smaller groups are left out.
        limit: most gaps.
    """
    ordered = sorted(mails, key=lambda mail: mail.id)
    found = [group for group in _grouped(ordered, answered_topics, likeness) if len(group) >= min_volume]
    known = [mail.handling_minutes for mail in ordered if mail.handling_minutes is not None]
    usual = median(known) if known else MINUTES_UNKNOWN
    ranked = sorted(found, key=lambda group: (-len(group) * _mean_minutes(group, usual), -len(group), group[0].id))[:limit]
    rarity = rarities([mail.text for mail in ordered])
    return tuple(_gap(group, rarity) for group in ranked)


def _grouped(mails: Sequence[Unanswered], answered: Collection[str], likeness: Likeness) -> list[list[Unanswered]]:
    found: list[list[Unanswered]] = []
    for topic in sorted({mail.topic for mail in mails if mail.topic is not None}):
        block = [mail for mail in mails if mail.topic == topic]
        found += _split(block, likeness.within_topic) if topic in answered else [block]
    lone = [mail for mail in mails if mail.topic is None]
    return found + _split(_left_over(lone, found, likeness.without_topic), likeness.without_topic)


def _split(mails: Sequence[Unanswered], likeness: float) -> list[list[Unanswered]]:
    return [[mails[row] for row in rows] for rows in groups(_vectors(mails), likeness)]


def _left_over(lone: Sequence[Unanswered], found: list[list[Unanswered]], likeness: float) -> list[Unanswered]:
    """Add mails without a topic to the groups that they resemble; gives back the others."""
    if not lone or not found:
        return list(lone)
    means = np.stack([_vectors(group).mean(axis=0) for group in found])
    cosines = _vectors(lone) @ means.T
    rest: list[Unanswered] = []
    for mail, row in zip(lone, cosines, strict=True):
        nearest = int(row.argmax())
        (found[nearest] if row[nearest] >= likeness else rest).append(mail)
    return rest


def _vectors(mails: Sequence[Unanswered]) -> Vectors:
    return np.stack([mail.vector for mail in mails]) if mails else np.zeros((0, 1), dtype=np.float32)


def _mean_minutes(group: Sequence[Unanswered], usual: float) -> float:
    measured = [mail.handling_minutes for mail in group if mail.handling_minutes is not None]
    return fmean(measured) if measured else usual


def _gap(group: Sequence[Unanswered], rarity: dict[str, float]) -> Gap:
    vectors = _vectors(group)
    nearest = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")
    central = [group[row] for row in nearest]
    topics = Counter(mail.topic for mail in group if mail.topic is not None)
    languages = Counter(mail.language for mail in group if mail.language != UNDETERMINED)
    measured = any(mail.handling_minutes is not None for mail in group)
    moments = [mail.at for mail in group]
    return Gap(
        id=f"gap_{hashlib.sha256(central[0].id.encode()).hexdigest()[:12]}",
        topic=topics.most_common(1)[0][0] if topics else None,
        volume=len(group),
        minutes=round(len(group) * _mean_minutes(group, 0.0), 1) if measured else None,
        languages=tuple(sorted(languages, key=lambda code: (-languages[code], code))),
        typical=typical_sentences([TextInLanguage(text=mail.text, language=mail.language) for mail in central], rarity),
        examples=tuple(mail.id for mail in central[:EXAMPLES]),
        draft=draft_of([TextInLanguage(text=mail.reply, language=mail.language) for mail in central if mail.reply]),
        why=tuple(Counter(mail.why for mail in central).most_common()),
        first_at=min(moments),
        last_at=max(moments),
    )
