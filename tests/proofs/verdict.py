"""What a list of clusters and contradictions is worth, held against the truth of a heap.

Two rows belong together when they are of one family. A copy that lost the sentence in which a trap differs fits the original and the trap
alike: such pairs count neither way, but `strict` counts them as wrong too.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

PRECISION, RECALL, LISTED = 0.99, 0.97, 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The truth about the rows of a heap, by id."""

    family: Mapping[str, str]
    original: Mapping[str, str]
    stated: Mapping[str, Mapping[str, str]]
    edits: Mapping[str, tuple[str, ...]]
    traps: tuple[tuple[str, str], ...]  # family of the trap, family of its original

    @classmethod
    def read(cls, path: Path) -> "Truth":
        """From `truth.json`."""
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        rows: dict[str, dict[str, Any]] = value["rows"]
        return cls(
            family={row: about["family"] for row, about in rows.items()},
            original={row: about["original"] for row, about in rows.items()},
            stated={row: about["stated"] for row, about in rows.items()},
            edits={row: tuple(about["edits"]) for row, about in rows.items()},
            traps=tuple((trap["family"], trap["original"]) for trap in value["traps"]),
        )

    def conflict(self, left: str, right: str) -> bool:
        """Both come from one original and state different values."""
        if self.original[left] != self.original[right]:
            return False
        mine, theirs = self.stated[left], self.stated[right]
        return any(theirs.get(spot, value) != value for spot, value in mine.items())

    def is_open(self, left: str, right: str) -> bool:
        """Two families of one original, but nothing that is left of the texts says so."""
        same = self.original[left] == self.original[right] and self.family[left] != self.family[right]
        return same and not self.conflict(left, right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The figures; `by_edit` is the recall of the rows that each edit was done to."""

    clusters: int
    precision: float
    strict_precision: float
    recall: float
    traps: int
    traps_merged: int
    traps_with_fragments: int
    planted_listed: int
    listed: int
    listed_wrongly: int
    by_edit: Mapping[str, float]
    wrong: tuple[tuple[str, str], ...]
    missed: tuple[tuple[str, str], ...]

    @property
    def is_kept(self) -> bool:
        """What the project promises about the clusters and contradictions holds."""
        exact = self.precision >= PRECISION and self.recall >= RECALL and self.traps_merged == 0
        return exact and self.planted_listed >= LISTED * self.traps


def judge(truth: Truth, clusters: Iterable[Sequence[str]], contradictions: Sequence[tuple[str, str]]) -> Verdict:
    """Compare with the truth; rows in no cluster stand alone."""
    found = [tuple(members) for members in clusters]
    wrong, unclear = _wrong_pairs(truth, found)
    right = sum(_together(truth, members) for members in found)
    wanted = sum(size * (size - 1) // 2 for size in Counter(truth.family.values()).values())
    bad = _trap_families(truth, wrong)
    return Verdict(
        clusters=len(found),
        precision=right / max(1, right + len(wrong)),
        strict_precision=right / max(1, right + len(wrong) + len(unclear)),
        recall=right / max(1, wanted),
        traps=len(truth.traps),
        traps_merged=len(bad),
        traps_with_fragments=len(_trap_families(truth, unclear) - bad),
        planted_listed=len(_planted(truth, contradictions)),
        listed=len(contradictions),
        listed_wrongly=sum(not _has_ground(truth, *pair) for pair in contradictions),
        by_edit=_recall_by_edit(truth, found),
        wrong=tuple(wrong[:50]),
        missed=tuple(_missed(truth, found, 50)),
    )


def _wrong_pairs(truth: Truth, clusters: Sequence[Sequence[str]]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pairs of different families in one cluster: those that are wrong, and those that the texts leave open."""
    wrong: list[tuple[str, str]] = []
    unclear: list[tuple[str, str]] = []
    for members in clusters:
        if len({truth.family[member] for member in members}) == 1:
            continue
        for left, right in combinations(members, 2):
            if truth.family[left] != truth.family[right]:
                (unclear if truth.is_open(left, right) else wrong).append((left, right))
    return wrong, unclear


def _together(truth: Truth, members: Sequence[str]) -> int:
    return sum(size * (size - 1) // 2 for size in Counter(truth.family[member] for member in members).values())


def _trap_families(truth: Truth, pairs: Iterable[tuple[str, str]]) -> set[str]:
    traps = {family for family, _ in truth.traps}
    same = (pair for pair in pairs if truth.original[pair[0]] == truth.original[pair[1]])
    return {truth.family[row] for pair in same for row in pair} & traps


def _planted(truth: Truth, contradictions: Iterable[tuple[str, str]]) -> set[str]:
    """Traps that are listed against a row of their original. Whole clusters disagree, so any of their rows may be named."""
    wanted = dict(truth.traps)
    listed = set()
    for pair in contradictions:
        first, second = (truth.family[row] for row in pair)
        listed |= {trap for trap, other in ((first, second), (second, first)) if wanted.get(trap) == other}
    return listed


def _has_ground(truth: Truth, left: str, right: str) -> bool:
    """A trap against its original or another trap of it, in this language or another."""
    first, second = truth.family[left], truth.family[right]
    of_one_situation = truth.original[left][3:] == truth.original[right][3:]
    return of_one_situation and first != second and (first != truth.original[left] or second != truth.original[right])


def _recall_by_edit(truth: Truth, clusters: Sequence[Sequence[str]]) -> dict[str, float]:
    sizes = Counter(truth.family.values())
    mates: dict[str, int] = defaultdict(int)
    for members in clusters:
        inside = Counter(truth.family[member] for member in members)
        for member in members:
            mates[member] = inside[truth.family[member]] - 1
    found: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for row, edits in truth.edits.items():
        for edit in edits or ("none",):
            found[edit] += mates[row]
            wanted[edit] += sizes[truth.family[row]] - 1
    return {edit: found[edit] / max(1, wanted[edit]) for edit in sorted(wanted)}


def _missed(truth: Truth, clusters: Sequence[Sequence[str]], most: int) -> Iterator[tuple[str, str]]:
    """Some pairs of one family in different clusters: each lost row beside a row of the family's largest part."""
    part = {member: number for number, members in enumerate(clusters) for member in members}
    families: dict[str, list[str]] = defaultdict(list)
    for row, family in truth.family.items():
        families[family].append(row)
    for rows in families.values():
        parts = Counter(part.get(row, row) for row in rows)
        largest = max(parts, key=lambda one: (parts[one], str(one)))
        kept = next(row for row in rows if part.get(row, row) == largest)
        for row in rows:
            if part.get(row, row) != largest and most > 0:
                most -= 1
                yield kept, row
