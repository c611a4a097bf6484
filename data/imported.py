"""Answers read from people's files, before they are in the base: what can be taken, and what cannot, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from data.answer import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What people decided about an answer in the base that it was exported from.

    `draft` waits there for approval; `blocks` are the phrase blocks that its texts name, by name and language; `together` and `apart`
    are ids of answers that somebody took for the same or kept apart.
    """

    draft: Answer | None = None
    blocks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    together: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedAnswer:
    """One answer of a file.

    `external_id` names it within its source for good: the same id read again is the same answer. `line` counts from 1 as an editor
    does. An empty `answer.id` gets a new one. `remarks` say what was changed on the way in, `decided` is there in our own exports.
    """

    external_id: str
    line: int
    answer: Answer
    uses: int = 0
    updated_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    source: str = "import"
    remarks: tuple[str, ...] = ()
    decided: Decided | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One entry of a file that is left out, and why. The reason says what to change."""

    line: int
    reason: str
    external_id: str | None = None
