"""Sentence banks: what a contact centre answers in each language, and the phrases that agents put around it.

A bank `texts/<language>.txt` holds themes (`## returns`) of situations: a line `key: title`, one core sentence a line, then customer
questions (`? …`). A rule that a sentence states may stand in braces with other values that it could have: `within {30 days|14 days}`.
The same key means the same situation in every language. `texts/<language>.toml` holds greetings, signatures, standard sentences.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("de", "en", "es", "fr", "pl")
SPOT = re.compile(r"\{([^{}]+)\}")
HEAD = re.compile(r"([a-z0-9-]+): (.+)")
# Around the value that a sentence states, so that no edit touches it; never written to a file.
VALUE_BEGINS, VALUE_ENDS = "\ue000", "\ue001"

Choice = tuple[int, int, int]  # sentence, spot in it, which of its values


class BankError(ValueError):
    """A sentence bank is malformed; the message names the file and the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One thing that customers ask: its answer in core sentences (values in braces), and how they ask it."""

    key: str
    theme: str
    title: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """What agents of one language write around an answer."""

    negators: tuple[str, ...]
    months: tuple[str, ...]
    number_words: tuple[str, ...]
    dear: tuple[str, str]
    men: tuple[str, ...]
    women: tuple[str, ...]
    male: tuple[str, ...]
    female: tuple[str, ...]
    surnames: tuple[str, ...]
    greetings: tuple[str, ...]
    closings: tuple[str, ...]
    signatures: tuple[str, ...]
    disclaimers: tuple[str, ...]
    leadins: tuple[str, ...]
    standard: tuple[tuple[str, str], ...]
    synonyms: tuple[tuple[str, str], ...]
    title_marks: tuple[str, ...]
    vague_titles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Another value that a situation's rule could have, and what kind of value it is."""

    choice: Choice
    kind: str
    was: str
    now: str


def situations(language: str) -> tuple[Situation, ...]:
    """The bank of one language, in the order of its file."""
    return _situations(TEXTS / f"{language}.txt")


@cache
def phrases(language: str) -> Phrases:
    """The phrases of one language."""
    read: dict[str, Any] = tomllib.loads(_read(TEXTS / f"{language}.toml"))
    return Phrases(**{name: _tuples(value) for name, value in read.items()})


def stated(sentence: str, number: int, choice: Choice | None = None) -> str:
    """A core sentence with its first values, or with the one chosen; values stand between marks."""
    spots = iter(range(sentence.count("{")))

    def value(found: re.Match[str]) -> str:
        spot = next(spots)
        picked = choice[2] if choice is not None and choice[:2] == (number, spot) else 0
        return f"{VALUE_BEGINS}{found[1].split('|')[picked]}{VALUE_ENDS}"

    return SPOT.sub(value, sentence)


def values_of(situation: Situation, choice: Choice | None = None) -> dict[str, str]:
    """What each spot says, by `sentence.spot`."""
    said = {}
    for number, sentence in enumerate(situation.sentences):
        for spot, found in enumerate(SPOT.findall(sentence)):
            picked = choice[2] if choice is not None and choice[:2] == (number, spot) else 0
            said[f"{number}.{spot}"] = found.split("|")[picked]
    return said


def changes(situation: Situation, language: str) -> tuple[Change, ...]:
    """Every change of a single number, period, date, amount, hour, address or negation; mere words are none."""
    return tuple(_changes(situation, phrases(language)))


def _changes(situation: Situation, words: Phrases) -> Iterator[Change]:
    for number, sentence in enumerate(situation.sentences):
        for spot, found in enumerate(SPOT.findall(sentence)):
            was, *others = found.split("|")
            for picked, now in enumerate(others, start=1):
                kind = kind_of(was, now, words)
                if kind:
                    yield Change(choice=(number, spot, picked), kind=kind, was=was, now=now)


KINDS: Mapping[str, re.Pattern[str]] = {
    "address": re.compile(r"\.example"),
    "phone": re.compile(r"^\+?[\d ]{7,}$"),
    "amount": re.compile(r"€|\beuros?\b|\beur\b|\bcents?\b|zł|cent[ói]|céntimos|centimes"),
    "percent": re.compile(r"%"),
    "hour": re.compile(r"\b[ap]m\b|\buhr\b|\d[:.]\d\d\b|\d ?h\b|noon|midnight|godz|de la (?:mañana|tarde|noche)|mediodía"),
    "period": re.compile(
        r"day|week|month|year|hour|minute|second|tag|woche|monat|jahr|stunde|sekunde|día|seman|mes|año|hora|segundo|jour|semaine|mois|an\b|ans\b"
        r"|heure|dni|dzień|dzie|tydz|tygod|miesi|rok|lat|godzin|minut|sekund"
    ),
}


def kind_of(was: str, now: str, words: Phrases) -> str:
    """The kind of value in which two wordings differ; empty when they do not differ in a rule value."""
    negated = [bool(set(re.findall(r"\w+", text.lower())) & set(words.negators)) for text in (was, now)]
    if any(negated):
        return "negation" if negated[0] != negated[1] else ""
    if any(_mentions(was, words.months)) and any(_mentions(now, words.months)):
        return "date"
    if not all(re.search(r"\d", text) or any(_mentions(text, words.number_words)) for text in (was, now)):
        is_address = all(".example" in text for text in (was, now))
        return "address" if is_address else ""
    return next((kind for kind, pattern in KINDS.items() if pattern.search(was.lower())), "number")


def _mentions(text: str, listed: tuple[str, ...]) -> Iterator[bool]:
    found = set(re.findall(r"\w+", text.lower()))
    return (word in found for word in listed)


@cache
def _situations(path: Path) -> tuple[Situation, ...]:
    theme, found = "", []
    for block in re.split(r"\n{2,}", _read(path).strip()):
        head, *lines = block.split("\n")
        if head.startswith("## "):
            theme = head[3:]
            continue
        found.append(_situation(path, theme, head, lines))
    if len({situation.key for situation in found}) < len(found):
        raise BankError(f"{path}: a key is used twice")
    return tuple(found)


def _situation(path: Path, theme: str, head: str, lines: list[str]) -> Situation:
    match = HEAD.fullmatch(head)
    questions = tuple(line[2:] for line in lines if line.startswith("? "))
    sentences = tuple(line for line in lines if not line.startswith("? "))
    if match is None or not theme or len(sentences) < 2 or len(questions) < 2:
        raise BankError(f"{path}: {head!r} needs a theme, `key: title`, two sentences and two questions")
    return Situation(key=match[1], theme=theme, title=match[2], sentences=sentences, questions=questions)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _tuples(value: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(item) if isinstance(item, list) else item for item in value)
