"""The distinct texts of a base: answers that are equal but for politeness and case values are looked at once."""

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from model.entry import Entry
from model.nearness.boilerplate import Boilerplate
from model.nearness.canonical import canonical, fold, own_text, read_values, title_products
from model.nearness.crew import Crew
from model.nearness.sketch import Column, Sketches, Values
from model.statements.values import Kind, Mention, Stated, stated_values

Vectors = NDArray[np.float32]
Placed = tuple[int, int, bool]
Reading = tuple[str, bytes, tuple[Placed, ...], tuple[str, ...]]

TITLE_LIMIT = 400
# Entries that a process reads in one go.
PART = 500
# About 8 KB each.
STATED_KEPT = 200_000
NO_GRAMS = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class Text:
    """One distinct text. `entry` is the one it was first seen in, `signature` stands for the values that it states, in their order;
    `values` are each of them as two hashes, with the word before and with the word behind it, and whether its absence counts too, as
    that of a negation does (both hashes of such a one are with both words);
    `is_plain` is false when a standard sentence of the base stands in it with other words; `products` are those that the title names.
    """

    entry: Entry
    canonical: str
    signature: bytes
    values: tuple[Placed, ...] = ()
    products: tuple[str, ...] = ()
    is_plain: bool = True

    @property
    def key(self) -> tuple[str, str, bytes]:
        """Two entries with the same key say the same."""
        return (self.entry.language, self.canonical, self.signature)

    def without(self, boilerplate: Boilerplate) -> "Text":
        """The same text without the standard sentences of its base."""
        text, is_plain = boilerplate.without(self.canonical)
        return self if is_plain and text == self.canonical else replace(self, canonical=text, is_plain=is_plain)


@dataclass(slots=True)
class Texts:
    """The texts by row, with their sketches and vectors: many columns at first, rows added one by one afterwards."""

    texts: list[Text] = field(default_factory=list)
    grams: Column = field(default_factory=lambda: Sketches.of(()).grams)
    vectors: Vectors | None = None
    boilerplate: Boilerplate = field(default_factory=Boilerplate)
    _added: list[tuple[Values, Vectors | None]] = field(default_factory=list)
    _stated: dict[int, Stated] = field(default_factory=dict)
    _own: dict[int, Stated] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts)

    def push(self, text: Text, grams: Values, vector: Vectors | None) -> int:
        """Add one text; its row."""
        self.texts.append(text)
        self._added.append((grams, vector))
        return len(self.texts) - 1

    def pop(self) -> None:
        """Take the last text off again."""
        self.texts.pop()
        self._added.pop()
        self._stated.pop(len(self.texts), None)
        self._own.pop(len(self.texts), None)

    def grams_of(self, rows: NDArray[np.int32]) -> Column:
        """The sorted 5-grams of some texts, in that order."""
        found = [self.grams.row(row) if row < len(self.grams) else self._added[row - len(self.grams)][0] for row in rows.tolist()]
        sizes = np.array([len(grams) for grams in found], dtype=np.int64)
        return Column(values=np.concatenate([NO_GRAMS, *found]), offsets=np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]))

    def vectors_of(self, rows: NDArray[np.int32]) -> Vectors | None:
        """The vectors of some texts, zeros for one that came without; None when nobody has any."""
        if not self._added:
            return None if self.vectors is None else self.vectors[rows]
        found = [self.vector_of(row) for row in rows.tolist()]
        width = next((len(vector) for vector in found if vector is not None), 0)
        return np.stack([np.zeros(width, np.float32) if vector is None else vector for vector in found]) if width else None

    def vector_of(self, row: int) -> Vectors | None:
        """The vector of one text, if it came with one."""
        if row >= len(self.grams):
            return self._added[row - len(self.grams)][1]
        return None if self.vectors is None else self.vectors[row]

    def stated(self, row: int) -> Stated:
        """The rule values of a text; the last ones asked for are kept."""
        if row not in self._stated:
            if len(self._stated) >= STATED_KEPT:
                self._stated.clear()
            self._stated[row] = read_values(self.texts[row].entry)
        return self._stated[row]

    def own_stated(self, row: int) -> Stated:
        """The rule values of a text outside its standard sentences."""
        if row not in self._own:
            if len(self._own) >= STATED_KEPT:
                self._own.clear()
            language = self.texts[row].entry.language
            self._own[row] = stated_values(own_text(self.stated(row), self.boilerplate.sentences), language)
        return self._own[row]

    def title_words(self, row: int) -> frozenset[str]:
        """The folded words of a title."""
        return frozenset(fold(self.texts[row].entry.title).split())


def read_text(entry: Entry) -> Text:
    """Canonical text and values of one entry."""
    return Text(entry, *_reading(entry))


def read_texts(entries: Sequence[Entry], crew: Crew) -> Iterator[Text]:
    """The texts of many entries, in their order."""
    parts = [entries[start : start + PART] for start in range(0, len(entries), PART)]
    # Copies state the same in the same words: one object for all of them.
    placed: dict[Placed, Placed] = {}
    for part, found in zip(parts, crew.begin(readings, parts), strict=True):
        for entry, (canonical_text, signature, values, products) in zip(part, found, strict=True):
            yield Text(entry, canonical_text, signature, tuple(placed.setdefault(one, one) for one in values), products)


def readings(entries: Sequence[Entry]) -> list[Reading]:
    """What a process reads of entries."""
    return [_reading(entry) for entry in entries]


def _reading(entry: Entry) -> Reading:
    found = canonical(entry)
    products = title_products(entry.title[:TITLE_LIMIT], entry.language)
    written = "\n".join([*(f"{item.value.kind} {item.value.text}" for item in found.stated), *products])
    signature = hashlib.blake2b(written.encode(), digest_size=8).digest()
    return found.text, signature, tuple(_placed(item) for item in found.stated), products


def _placed(mention: Mention) -> Placed:
    value = mention.value
    is_loud = value.kind is Kind.NEGATION or not any(map(str.isdigit, value.text.strip("0")))
    before, after = f"< {' '.join(mention.before[-1:])}", f"> {' '.join(mention.after[:1])}"
    # "You do not" stands in many sentences: a negation that is missing from one of them must not be covered by that of another.
    sides = (before + after, before + after) if is_loud else (before, after)
    # Not hash(): that of a string is another one in every process.
    one, other = (zlib.crc32(f"{value.kind} {value.text} {side}".encode()) for side in sides)
    return one, other, is_loud


def surely_agree(left: Text, right: Text) -> bool:
    """True when one text states nothing that the other does not state at the same place as often, and the other adds no negation."""
    if left.signature == right.signature:
        return True
    ours, theirs = (Counter(key for place in text.values for key in place[:2]) for text in (left, right))
    left_alone = [is_loud for before, after, is_loud in left.values if ours[before] > theirs[before] and ours[after] > theirs[after]]
    right_alone = [is_loud for before, after, is_loud in right.values if theirs[before] > ours[before] and theirs[after] > ours[after]]
    return (not left_alone and not any(right_alone)) or (not right_alone and not any(left_alone))
