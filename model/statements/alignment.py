"""Which sentences of two texts say the same, whatever values they state."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from model.statements.statement import Sentence

LEAST_OVERLAP = 0.5
# Nearer than this no better sentence is looked for.
CERTAIN = 0.85
# A sentence that another one holds: so many of its words, and so many words at least.
HELD, LEAST_HELD = 0.8, 4
LEAST_SLIPPED = 0.8
SAME_WORD = 0.75
MOST_SENTENCES = 200
MOST_SLIPPED = 8
MOST_WORDS = 120


@dataclass(frozen=True, slots=True)
class Match:
    """Sentence `left` of one text and `right` of the other; `is_whole` unless one only holds the other among more."""

    left: int
    right: int
    is_whole: bool = True


def matches(left: Sequence[Sentence], right: Sequence[Sentence], stating: tuple[Sequence[int], Sequence[int]]) -> Iterator[Match]:
    """The sentences that match; only those are looked for of which one is among the numbers `stating` of its text.

    Two sentences match when each is the nearest to the other, when they differ by slips of the pen, or when one holds the other.
    """
    left, right = left[:MOST_SENTENCES], right[:MOST_SENTENCES]
    seen: tuple[set[int], set[int]] = (set(), set())
    shift = 0
    for one in stating[0]:
        other = _mutual(left, right, one, one + shift)
        if other is not None:
            shift = other - one
            seen[0].add(one)
            seen[1].add(other)
            yield Match(one, other)
    for other in stating[1]:
        twin = None if other in seen[1] else _mutual(right, left, other, other - shift)
        if twin is not None and twin not in seen[0]:
            seen[0].add(twin)
            seen[1].add(other)
            yield Match(twin, other)
    lost = [one for one in stating[0] if one not in seen[0]], [other for other in stating[1] if other not in seen[1]]
    yield from _with_slips(left, right, *lost)
    yield from _beside_twins(left, right, *lost)
    yield from (Match(one, other, is_whole=False) for one, other in _held(left, right, lost[0]))
    yield from (Match(one, other, is_whole=False) for other, one in _held(right, left, lost[1]))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Mean of the shares of common words among the fewer and among all; 0 for sentences that are hardly the same."""
    fewer = min(len(one), len(other))
    if not fewer:
        return float(len(one) == len(other))
    common = len(one & other)
    if common < fewer * LEAST_OVERLAP:
        return 0.0
    share = common / (len(one) + len(other) - common)
    return (common / fewer + share) / 2 if common > 2 or share >= LEAST_OVERLAP else 0.0


def is_slip(one: str, other: str) -> bool:
    """True for two words with the same first letter that differ in one letter more or less, another letter or their order."""
    if one[0] != other[0] or abs(len(one) - len(other)) > 1:
        return False
    return sorted(one) == sorted(other) or SequenceMatcher(None, one, other, autojunk=False).ratio() >= SAME_WORD


def has_slip(word: str, words: frozenset[str]) -> bool:
    """True when one of the words of a sentence, unless it is endless, is this one with a slip."""
    return len(words) <= MOST_WORDS and any(is_slip(word, other) for other in words)


def _mutual(mine: Sequence[Sentence], yours: Sequence[Sentence], one: int, expected: int) -> int | None:
    """The sentence that is nearest to sentence `one` and to which that is the nearest; first of all where it is expected."""
    if one >= len(mine):
        return None
    if 0 <= expected < len(yours) and likeness(mine[one].words, yours[expected].words) >= CERTAIN:
        return expected
    other = _nearest(mine[one], yours, one)
    return other if other is not None and _nearest(yours[other], mine, other) == one else None


def _nearest(sentence: Sentence, others: Sequence[Sentence], place: int) -> int | None:
    """The number of the sentence that shares most words, of equal ones that at the nearest place."""
    best, best_score = None, 0.0
    for number, other in enumerate(others):
        score = likeness(sentence.words, other.words)
        is_nearer = best is not None and abs(number - place) < abs(best - place)
        if score > best_score or (score == best_score > 0 and is_nearer):
            best, best_score = number, score
    return best


def _with_slips(left: Sequence[Sentence], right: Sequence[Sentence], ours: list[int], theirs: list[int]) -> Iterator[Match]:
    """Sentences whose words are the same but for slips of the pen; they are taken from the lists."""
    for one in ours[:MOST_SLIPPED]:
        words = left[one].words if one < len(left) else frozenset()
        near = (other for other in theirs[:MOST_SLIPPED] if other < len(right))
        twin = next((other for other in near if _slipped_share(words, right[other].words) >= LEAST_SLIPPED), None)
        if twin is not None:
            ours.remove(one)
            theirs.remove(twin)
            yield Match(one, twin)


def _beside_twins(left: Sequence[Sentence], right: Sequence[Sentence], ours: list[int], theirs: list[int]) -> Iterator[Match]:
    """Short sentences that share few words, but stand beside a sentence that both texts have; they are taken from the lists."""
    for one in ours[:MOST_SLIPPED]:
        twin = next((other for other in theirs[:MOST_SLIPPED] if _are_neighbours(left, right, one, other)), None)
        if twin is not None:
            ours.remove(one)
            theirs.remove(twin)
            yield Match(one, twin)


def _are_neighbours(left: Sequence[Sentence], right: Sequence[Sentence], one: int, other: int) -> bool:
    if one >= len(left) or other >= len(right):
        return False
    common, fewer = len(left[one].words & right[other].words), min(len(left[one].words), len(right[other].words))
    if not common or common < fewer * LEAST_OVERLAP:
        return False
    beside = [(one + step, other + step) for step in (-1, 1) if 0 <= one + step < len(left) and 0 <= other + step < len(right)]
    return any(likeness(left[first].words, right[second].words) >= CERTAIN for first, second in beside)


def _slipped_share(one: frozenset[str], other: frozenset[str]) -> float:
    fewer, more = sorted((one, other), key=len)
    twins = sum(word in more or has_slip(word, more) for word in fewer)
    return twins / max(1, len(more))


def _held(mine: Sequence[Sentence], yours: Sequence[Sentence], lost: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Lost sentences with the one that holds them."""
    for one in lost[:MOST_SLIPPED]:
        words = mine[one].words if one < len(mine) else frozenset()
        if len(words) >= LEAST_HELD and yours:
            other = max(range(len(yours)), key=lambda number: len(words & yours[number].words))
            if len(words & yours[other].words) >= HELD * len(words):
                yield one, other
