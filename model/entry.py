"""What the search for near-duplicates reads and what it returns."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from model.statements.values import Value

Key = tuple[str, str]
Difference = tuple[Value | None, Value | None]
Tick = Callable[[str, int, int], None]


class Zone(StrEnum):
    """What a pair, or a new answer, calls for: nothing, a person's decision, or one answer less."""

    NEW = "new"
    ASK = "ask"
    ATTACH = "attach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One language variant of an answer; `id` is the id of the answer, which all its variants share."""

    id: str
    language: str
    topic: str | None = None
    title: str = ""
    body: str
    approved: bool = False
    uses: int = 0
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two answers and how near they are; `left < right`.

    `containment` is the share of the shorter text that the longer one holds, `length_ratio` shorter by longer, `cosine` 0 without
    vectors. `differing` are the values that forbid to merge them; `terms` the words that one has in place of the other's.
    """

    left: str
    right: str
    containment: float = 0.0
    jaccard: float = 0.0
    cosine: float = 0.0
    length_ratio: float = 0.0
    zone: Zone = Zone.NEW
    differing: tuple[Difference, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> Key:
        """The two ids, sorted."""
        return (self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """What people decided: pairs of ids (sorted) that are one answer, and pairs that never are."""

    together: frozenset[Key] = frozenset()
    apart: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Answers that say the same; `members` are sorted and hold the canonical one too."""

    canonical: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """The outcome of a search. Of two clusters only the nearest pair is listed.

    `unsure` are pairs for a person to decide, `apart` pairs that are near but state different things, `variants` translations and
    paraphrases.
    """

    clusters: tuple[Cluster, ...]
    unsure: tuple[Pair, ...] = ()
    apart: tuple[Pair, ...] = ()
    variants: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with a new answer; `similar` is sorted, the nearest first."""

    zone: Zone
    similar: tuple[Pair, ...] = ()


def pair_key(left: str, right: str) -> Key:
    """The two ids in the order in which pairs are kept."""
    return (left, right) if left <= right else (right, left)


def silent(_stage: str, _done: int, _total: int) -> None:
    """A tick that nobody sees."""
