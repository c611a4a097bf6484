"""The words that make values, per language, read from `model/statements/lexicons/*.toml`."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from model.statements.tokens import fold

LANGUAGES = ("en", "es", "fr", "pl", "de")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
MAPPINGS = ("numbers", "units", "months", "weekdays", "currency", "cents", "opposites", "compounds", "compound_numbers")
# What may stand at the beginning of a value, or is one by itself.
OPENING_MAPPINGS = ("numbers", "weekdays", "currency", "opposites")
OPENING_LISTS = ("negation", "negation_openers", "free", "fee", "one", "half", "clock_before", "street_before", "honorifics", "greetings")
MISSPELT_MAPPINGS = ("units", "weekdays", "numbers")
MISSPELT = ("negation", "concord", "half", "free", "free_after_no", "fee")
# A dropped or doubled letter is recognised in words of this length, two letters in the wrong order in shorter ones too.
LEAST_MISSPELT = 5
LEAST_SWAPPED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Folded words of one language and what they mean; `openers` are the words at which a value may begin."""

    numbers: Mapping[str, int]
    units: Mapping[str, str]
    periods: Mapping[str, str]
    months: Mapping[str, int]
    weekdays: Mapping[str, str]
    currency: Mapping[str, str]
    cents: Mapping[str, str]
    opposites: Mapping[str, str]
    lists: Mapping[str, frozenset[str]]
    lone_months: frozenset[str]
    openers: frozenset[str]


@lru_cache(maxsize=64)
def lexicon(language: str) -> Lexicon:
    """The words of a language (`de`, `de-AT`); for one that is not known, those of all languages together."""
    code = language[:2].lower()
    if code in LANGUAGES:
        return _built(_table(code))
    merged: dict[str, Any] = {}
    for table in map(_table, reversed(LANGUAGES)):
        for name, value in table.items():
            merged[name] = (
                f"{merged.get(name, '')} {value}" if isinstance(value, str) else {**merged.get(name, {}), **_united(merged, name, value)}
            )
    return _built(merged)


def _table(code: str) -> dict[str, Any]:
    source = files("model.statements") / "lexicons" / f"{code}.toml"
    table: dict[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
    return table


def _united(merged: Mapping[str, Any], name: str, value: Mapping[str, str]) -> dict[str, str]:
    return {key: f"{merged.get(name, {}).get(key, '')} {words}" for key, words in value.items()}


def _built(table: Mapping[str, Any]) -> Lexicon:
    maps = {name: _meanings(table.get(name, {})) for name in MAPPINGS}
    lists = {name: frozenset(_folded(words)) for name, words in table.items() if isinstance(words, str)}
    taken = {word for name in MAPPINGS for word in maps[name]} | frozenset[str]().union(*lists.values())
    for name in MISSPELT:
        lists[name] |= {slip for word in lists[name] for slip in _slips(word)} - taken
    pairs = [pair.split("_", 1) for pair in lists["not_negated"]]
    lists["not_negated"] |= {f"{first}_{slip}" for first, second in pairs for slip in _slips(second)}
    for name in MISSPELT_MAPPINGS:
        maps[name] = {slip: meaning for word, meaning in maps[name].items() for slip in _slips(word) if slip not in taken} | maps[name]
    units = maps["units"]
    numbers = {word: int(value) for word, value in maps["numbers"].items()}
    periods = dict(_compounds(table, numbers, maps))
    endings = ["", *_folded(table.get("compound_endings", ""))]
    units |= {stem + ending: unit for stem, unit in maps["compounds"].items() for ending in endings}
    months = {word: int(value) for word, value in maps["months"].items()}
    lone = {word for word in months if len(word) >= LEAST_MISSPELT - 1} - lists["ambiguous_months"]
    opening = [maps[name].keys() for name in OPENING_MAPPINGS] + [lists[name] for name in OPENING_LISTS]
    return Lexicon(
        numbers=numbers,
        units=units,
        periods=periods,
        months=months,
        weekdays=maps["weekdays"],
        currency=maps["currency"],
        cents=maps["cents"],
        opposites=maps["opposites"],
        lists=lists,
        lone_months=frozenset(lone),
        openers=frozenset(months.keys() | periods.keys()).union(*opening),
    )


def _meanings(table: Mapping[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in table.items() for word in _folded(words)}


def _folded(words: str) -> Iterator[str]:
    """Each word folded, a German one also with its umlauts written out."""
    for word in words.split():
        yield fold(word)
        if word != word.translate(UMLAUTS):
            yield fold(word.translate(UMLAUTS))


def _compounds(table: Mapping[str, Any], numbers: Mapping[str, int], maps: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """German "vierzehntägig", Polish "dwuletnia": number, unit and ending in one word."""
    firsts: Iterable[tuple[str, str | int]] = maps["compound_numbers"].items() or numbers.items()
    endings = ["", *_folded(table.get("compound_endings", ""))]
    for first, amount in firsts if maps["compounds"] else ():
        for stem, unit in maps["compounds"].items():
            yield from ((first + stem + ending, f"{amount} {unit}") for ending in endings)


def _slips(word: str) -> Iterator[str]:
    """The word with two letters swapped, one dropped or one doubled; the first letter is hardly ever wrong."""
    if len(word) < LEAST_SWAPPED:
        return
    for at in range(1, len(word)):
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if len(word) >= LEAST_MISSPELT:
            yield word[:at] + word[at + 1 :]
            yield word[:at] + word[at] + word[at:]
