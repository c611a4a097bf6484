"""Approved answers: language variants, slots, attachments, life cycle."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from data.template import slot_names

# Keys of an export that no answer is made from.
DERIVED = frozenset(["slots", "content_hash", "kept"])


class AnswerError(ValueError):
    """An answer cannot be read; the message names the file, the answer and the fault."""


class State(StrEnum):
    """Life cycle of an answer; only an active one is suggested."""

    DRAFT = "draft"
    APPROVED = "approved"
    ACTIVE = "active"
    EXPIRED = "expired"
    ARCHIVED = "archived"


class Visibility(StrEnum):
    """Who may read an answer."""

    INTERNAL = "internal"
    PUBLIC = "public"


class DataClass(StrEnum):
    """What an answer gives away: nothing, something about an account, something about a person."""

    PUBLIC = "public"
    ACCOUNT = "account"
    PERSONAL = "personal"


class Translation(StrEnum):
    """Whether a variant still says what the original says; saving another original makes the others outdated."""

    ORIGINAL = "original"
    CURRENT = "current"
    OUTDATED = "outdated"


class BodyFormat(StrEnum):
    """How a body is written: plain text, or HTML of a few harmless elements."""

    TEXT = "text"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An answer in one language. `questions` are example questions, further keys for the search."""

    language: str
    title: str
    body: str
    format: BodyFormat = BodyFormat.TEXT
    translation: Translation = Translation.CURRENT
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAttachment:
    """A file that is sent with an answer, named by its content."""

    name: str
    mime: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One approved reply in one or several languages.

    `merged_into` names the answer that replaced this one as its near-duplicate: it is never given any more, but its texts still lead
    there. `aliases` are the ids that were merged into this one.
    """

    id: str
    version: int = 1
    topic: str | None = None
    variants: tuple[Variant, ...]
    attachments: tuple[AnswerAttachment, ...] = ()
    state: State = State.ACTIVE
    visibility: Visibility = Visibility.PUBLIC
    data_class: DataClass = DataClass.PUBLIC
    valid_from: date | None = None
    valid_until: date | None = None
    owner: str | None = None
    merged_into: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the slots of all variants, in order of first use."""
        found = (name for variant in self.variants for name in slot_names(variant.body))
        return tuple(dict.fromkeys(found))

    @property
    def content_hash(self) -> str:
        """sha256 of everything a customer would receive."""
        sent = [{"language": v.language, "title": v.title, "body": v.body, "format": v.format} for v in self.variants]
        content = {"variants": sent, "attachments": [a.sha256 for a in self.attachments]}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def variant(self, language: str) -> Variant | None:
        """The variant in this language, or None."""
        return next((variant for variant in self.variants if variant.language == language), None)

    def is_usable(self, today: date) -> bool:
        """Active, not merged into another, and today lies between its dates."""
        begun = self.valid_from is None or self.valid_from <= today
        in_time = begun and (self.valid_until is None or today <= self.valid_until)
        return self.state is State.ACTIVE and self.merged_into is None and in_time

    def to_json(self) -> dict[str, Any]:
        """One line of the answers export: plain JSON types, with the derived slots and content hash."""
        value = asdict(self)
        for key in ("valid_from", "valid_until"):
            value[key] = value[key].isoformat() if value[key] else None
        return value | {"slots": list(self.slots), "content_hash": self.content_hash}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Answer":
        """Read one line of the answers export; unknown keys are an error. What only the base knows (`kept`) is passed over.

        Raises:
            AnswerError: a key is unknown or missing, or a value is not of its kind.
        """
        known = {key: item for key, item in value.items() if key not in DERIVED}
        try:
            known["variants"] = tuple(_variant(item) for item in known["variants"])
            known["attachments"] = tuple(AnswerAttachment(**item) for item in known.get("attachments", ()))
            known["aliases"] = tuple(known.get("aliases", ()))
            for key, kind in (("state", State), ("visibility", Visibility), ("data_class", DataClass)):
                if key in known:
                    known[key] = kind(known[key])
            for key in ("valid_from", "valid_until"):
                if isinstance(known.get(key), str):
                    known[key] = date.fromisoformat(known[key])
            return cls(**known)
        except (KeyError, TypeError, ValueError) as error:
            raise AnswerError(f"answer {value.get('id', '(without id)')}: {error}") from error


def load_answers(path: Path) -> tuple[Answer, ...]:
    """Read answers from a folder of TOML files (one an answer) or from a JSON-lines export.

    Raises:
        AnswerError: nothing there, an answer that cannot be read, or an id used twice.
    """
    answers = tuple(_from_folder(path) if path.is_dir() else _from_export(path))
    if not answers:
        raise AnswerError(f"{path}: no answers found")
    seen: set[str] = set()
    for answer in answers:
        if answer.id in seen:
            raise AnswerError(f"{path}: answer {answer.id} appears twice")
        seen.add(answer.id)
    return answers


def _from_folder(folder: Path) -> Iterable[Answer]:
    for path in sorted(folder.glob("*.toml")):
        try:
            value = tomllib.loads(path.read_text(encoding="utf-8"))
            value["variants"] = [{"language": code, **variant} for code, variant in value["variants"].items()]
            value["attachments"] = [asdict(_attachment(folder / "files" / name)) for name in value.pop("files", ())]
            yield Answer.from_json({"id": path.stem, **value})
        except (OSError, KeyError, UnicodeDecodeError, tomllib.TOMLDecodeError, AnswerError) as error:
            raise AnswerError(f"{path}: {error}") from error


def _from_export(path: Path) -> Iterable[Answer]:
    try:
        # Not splitlines(): it also splits at U+2028 and its like, which JSON strings may hold as they are.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AnswerError(f"{path}: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield Answer.from_json(json.loads(line))
        except (json.JSONDecodeError, AnswerError) as error:
            raise AnswerError(f"{path}, line {number}: {error}") from error


def _variant(value: Mapping[str, Any]) -> Variant:
    kinds: Mapping[str, Callable[[Any], Any]] = {"questions": tuple, "format": BodyFormat, "translation": Translation}
    return Variant(**{key: kinds[key](item) if key in kinds else item for key, item in value.items()})


def _attachment(path: Path) -> AnswerAttachment:
    content = path.read_bytes()
    mime = "application/pdf" if path.suffix == ".pdf" else "application/octet-stream"
    return AnswerAttachment(name=path.name, mime=mime, size=len(content), sha256=hashlib.sha256(content).hexdigest())
