"""Approved answers: language variants, slots, attachments, life cycle."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

SLOT = re.compile(r"\{\{ ?([a-z][a-z0-9_]{0,39}) ?\}\}")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An answer in one language. `questions` are example questions, further keys for the search."""

    language: str
    title: str
    body: str
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
    """One approved reply in one or several languages."""

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
    aliases: tuple[str, ...] = ()

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the slots of all variants, in order of first use."""
        found = (name for variant in self.variants for name in SLOT.findall(variant.body))
        return tuple(dict.fromkeys(found))

    @property
    def content_hash(self) -> str:
        """sha256 of everything a customer would receive."""
        content = {"variants": [asdict(v) for v in self.variants], "attachments": [a.sha256 for a in self.attachments]}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def variant(self, language: str) -> Variant | None:
        """The variant in this language, or None."""
        return next((variant for variant in self.variants if variant.language == language), None)

    def is_usable(self, today: date) -> bool:
        """Active, and today lies between its dates."""
        begun = self.valid_from is None or self.valid_from <= today
        return self.state is State.ACTIVE and begun and (self.valid_until is None or today <= self.valid_until)

    def to_json(self) -> dict[str, Any]:
        """One line of the answers export: plain JSON types, with the derived slots and content hash."""
        value = asdict(self)
        for key in ("valid_from", "valid_until"):
            value[key] = value[key].isoformat() if value[key] else None
        return value | {"slots": list(self.slots), "content_hash": self.content_hash}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Answer":
        """Read one line of the answers export; unknown keys are an error.

        Raises:
            AnswerError: a key is unknown or missing, or a value is not of its kind.
        """
        known = dict(value)
        known.pop("slots", None)
        known.pop("content_hash", None)
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
    return Variant(**{**value, "questions": tuple(value.get("questions", ()))})


def _attachment(path: Path) -> AnswerAttachment:
    content = path.read_bytes()
    mime = "application/pdf" if path.suffix == ".pdf" else "application/octet-stream"
    return AnswerAttachment(name=path.name, mime=mime, size=len(content), sha256=hashlib.sha256(content).hexdigest())
