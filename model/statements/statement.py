"""What a text states: its values, the sentences they stand in, and what belongs to one case alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import overload


class Kind(StrEnum):
    """What sort of thing a value is; values are only ever compared with values of their kind."""

    PERIOD = "period"
    PRICE = "price"
    PERCENT = "percent"
    DATE = "date"
    TIME = "time"
    PHONE = "phone"
    URL = "url"
    EMAIL = "email"
    NUMBER = "number"
    PRODUCT = "product"
    NEGATION = "negation"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Value:
    """One value; `text` is the same for all spellings and languages ("thirty days" and "30 Tage" are both `30 day`)."""

    kind: Kind
    text: str


# A value that begins at some token, and the token behind its last one.
ValueEnd = tuple[Value, int]


@dataclass(frozen=True, slots=True)
class Mention:
    """A value at its place: characters `start` to `end` of the text, in the sentence of that number.

    `before` and `after` are the (up to three) words around it in its sentence.
    """

    value: Value
    start: int
    end: int
    sentence: int
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters `start` to `end` of the text, and the folded words there that are no values."""

    start: int
    end: int
    words: frozenset[str]


class CaseKind(StrEnum):
    """What belongs to one customer's case: a person's name, the number of an order, ticket, invoice, parcel, the date of a message."""

    NAME = "name"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class CaseValue:
    """Something of one case at its place in the text."""

    kind: CaseKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated(Sequence[Mention]):
    """All that a text (in NFC) states, prepared for comparisons: a sequence of the values found, in the order of the text.

    `values` are the values, `key` the values with the words next to them: equal keys, equal statements.
    """

    text: str
    mentions: tuple[Mention, ...]
    sentences: tuple[Sentence, ...]
    cases: tuple[CaseValue, ...]
    language: str
    values: frozenset[Value]
    key: tuple[tuple[Value, tuple[str, ...], tuple[str, ...]], ...]

    @classmethod
    def of(
        cls, text: str, language: str, mentions: Sequence[Mention], sentences: Sequence[Sentence], cases: Sequence[CaseValue]
    ) -> "Stated":
        """Prepare what was found in a text."""
        return cls(
            text=text,
            mentions=tuple(mentions),
            sentences=tuple(sentences),
            cases=tuple(cases),
            language=language,
            values=frozenset(item.value for item in mentions),
            key=tuple((item.value, item.before[-1:], item.after[:1]) for item in mentions),
        )

    @property
    def without_cases(self) -> str:
        """The text with a placeholder for everything of one case: `⟨name⟩`, `⟨number⟩`, `⟨date⟩`."""
        parts, end = [], 0
        for case in self.cases:
            parts += [self.text[end : case.start], f"⟨{case.kind}⟩"]
            end = case.end
        return "".join([*parts, self.text[end:]])

    def __len__(self) -> int:
        return len(self.mentions)

    def __iter__(self) -> Iterator[Mention]:
        return iter(self.mentions)

    @overload
    def __getitem__(self, index: int) -> Mention: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Mention]: ...
    def __getitem__(self, index: int | slice) -> Mention | Sequence[Mention]:
        return self.mentions[index]
