"""Dates, weekdays and times of day in a text."""

import re
from dataclasses import dataclass

from model.statements.lexicon import Lexicon
from model.statements.statement import Kind, Value, ValueEnd
from model.statements.tokens import Tokens

PARTS = re.compile(r"\d+")
SHORT = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.(?:[1-9]|1[0-2])")
ORDINALS = frozenset(("st", "nd", "rd", "th", "er", "º", "°", "ª"))
LINKS = frozenset(("de", "del", "of", "the"))
LONG_YEAR, THIS_CENTURY = 100, 2000
YEARS = range(1990, 2100)
NOON = 12
HOUR = re.compile(r"([01]?\d|2[0-4])(?:(?:[:.]| ?h ?)([0-5]\d))?(?::\d\d)?")
# Behind these an hour is a length of time.
WITHIN = frozenset(("en", "in", "sous", "dans", "pendant", "within", "durante", "dentro", "innerhalb", "binnen"))
# From here on "a 18 horas" is a time of day, below it "de 2 a 3 horas" is a length.
LEAST_CLOCK_HOUR = 10
SHORT_DAY = 3
MIDNIGHT = 24


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour and its minutes; `is_clock` when they are written so that nothing else can be meant."""

    hour: int
    minute: int | None
    is_clock: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """What makes a figure an hour, up to the token `end`."""

    afternoon: bool
    end: int


def read_date(tokens: Tokens, at: int, words: Lexicon) -> ValueEnd | None:
    """A date that begins with a figure: "12.03.2026", "12 March", "1er mars 2026", "12 de marzo"."""
    day = tokens.words[at]
    if tokens.kinds[at] == "date":
        return Value(Kind.DATE, _iso(day)), at + 1
    if "dotted_dates" in words.lists and SHORT.fullmatch(day) and tokens.touch(at) and tokens.word(at + 1) == ".":
        return Value(Kind.DATE, _iso(day)), at + 2
    if not (day.isdigit() and len(day) <= 2 and 1 <= int(day) <= 31):
        return None
    end = at + 1
    while tokens.word(end) in ORDINALS or tokens.word(end) in LINKS or (tokens.word(end) == "." and end == at + 1):
        end += 1
    month = words.months.get(tokens.word(end))
    return None if month is None else _with_year(tokens, f"{month:02d}-{int(day):02d}", end + 1)


def read_month(tokens: Tokens, at: int, words: Lexicon) -> ValueEnd | None:
    """A date that begins with a month: "March 12, 2026", "marzo de 2026", "June"."""
    month = words.months[tokens.words[at]]
    day, after = tokens.word(at + 1), tokens.word(at + 2)
    if day.isdigit() and len(day) <= 2 and 1 <= int(day) <= 31 and after not in words.units and after != "%":
        end = at + 2 + (after in ORDINALS)
        return _with_year(tokens, f"{month:02d}-{int(day):02d}", end)
    dated = _with_year(tokens, f"{month:02d}", at + 1)
    is_lone = tokens.words[at] in words.lone_months or tokens.word(at - 1) in words.lists["month_leads"]
    return dated if is_lone or dated[1] > at + 1 else None


def read_weekday(tokens: Tokens, at: int, words: Lexicon) -> ValueEnd | None:
    """A day of the week or a range of them: "lunes a viernes", "Mon-Fri", "Sa 9-12"; a short form only where nothing else can be meant."""
    first = words.weekdays[tokens.words[at]]
    end = at + 1 + (tokens.word(at + 1) == "." and tokens.touch(at))
    joins, last = tokens.word(end), words.weekdays.get(tokens.word(end + 1))
    if last and (joins == "-" or joins in words.lists["joiners"]):
        return Value(Kind.TIME, f"{first}-{last}"), end + 2 + (len(tokens.words[end + 1]) <= SHORT_DAY and tokens.word(end + 2) == ".")
    is_plain = len(tokens.words[at]) > SHORT_DAY or (
        tokens.is_capital(at) and (end > at + 1 or joins[:1].isdigit() or joins in ("+", ":", "&"))
    )
    return (Value(Kind.TIME, first), end) if is_plain else None


def read_time(tokens: Tokens, at: int, words: Lexicon) -> ValueEnd | None:
    """A time of day or a span: "9-18 Uhr", "9am-6pm", "de 9 h a 18 h", "9:00 do 17:00", "godz. 9"."""
    first = _hour(tokens, at)
    if first is None:
        return None
    mark = _mark(tokens, at, first, words)
    end = at + 1 if mark is None else mark.end
    second = _second_hour(tokens, end, words)
    last = None if second is None else _mark(tokens, second, _hour(tokens, second) or first, words)
    if second is not None and last is None and mark is not None and mark.end == at + 1 and tokens.word(second + 1) not in words.units:
        last = Mark(False, second + 1)
    if second is None or last is None:
        return None if mark is None else (Value(Kind.TIME, _clock(first, mark.afternoon)), end)
    late = _hour(tokens, second) or first
    if mark is None and first.minute is None and not (first.hour < late.hour or last.afternoon):
        return None
    afternoon = mark.afternoon if mark else last.afternoon and first.hour < late.hour and first.hour != NOON
    return Value(Kind.TIME, f"{_clock(first, afternoon)}-{_clock(late, last.afternoon)}"), last.end


def _hour(tokens: Tokens, at: int) -> Hour | None:
    """The hour that a token may name."""
    kind = tokens.kinds[at] if at < len(tokens.kinds) else ""
    match = HOUR.fullmatch(tokens.words[at]) if kind in ("clock", "number") else None
    return None if match is None else Hour(int(match[1]), int(match[2]) if match[2] else None, kind == "clock")


def _second_hour(tokens: Tokens, end: int, words: Lexicon) -> int | None:
    """The token that may name the hour at which a span ends."""
    joins = tokens.word(end)
    if joins != "-" and joins not in words.lists["joiners"] and joins not in words.lists["and"]:
        return None
    at = end + 1
    while tokens.word(at) in words.lists["joiners"] or tokens.word(at) in words.lists["clock_before"]:
        at += 1
    return at if _hour(tokens, at) else None


def _mark(tokens: Tokens, at: int, hour: Hour, words: Lexicon) -> Mark | None:
    """What makes a figure an hour, or None: a colon, "Uhr", "h", "am", "pm" behind it or "godz." before it."""
    word, before = tokens.word(at + 1), tokens.word(at - 1)
    half = word if word in ("am", "pm") else "".join(tokens.words[at + 1 : at + 4]) if tokens.word(at + 2) == "." else ""
    if half in ("am", "pm", "a.m", "p.m"):
        dots = 3 + (tokens.touch(at + 3) and tokens.word(at + 4) == ".") if "." in half else 1
        return Mark(half[0] == "p", at + 1 + dots)
    if hour.is_clock or (word in words.lists["clock"] and word not in words.units):
        return Mark(False, at + 1 + (word in words.lists["clock"] or word == "h"))
    if word == "h" and before not in WITHIN and (hour.hour < MIDNIGHT or before == "-" or before in words.lists["joiners"]):
        return Mark(False, at + 2)
    if words.units.get(word) == "hour":
        return Mark(False, at + 2) if before == "las" or (before == "a" and hour.hour >= LEAST_CLOCK_HOUR) else None
    is_cued = before in words.lists["clock_before"] or (before == "." and tokens.word(at - 2) in words.lists["clock_before"])
    return Mark(False, at + 1) if is_cued and word not in words.units else None


def _clock(hour: Hour, afternoon: bool) -> str:
    return f"{hour.hour + NOON * (afternoon and hour.hour < NOON):02d}:{hour.minute or 0:02d}"


def _with_year(tokens: Tokens, day: str, end: int) -> ValueEnd:
    """The day with the year behind it, if there is one."""
    at = end + (tokens.word(end) in (",", "."))
    at += tokens.word(at) in LINKS
    year = tokens.word(at)
    if len(year) == 4 and year.isdigit() and int(year) in YEARS:
        return Value(Kind.DATE, f"{year}-{day}"), at + 1
    return Value(Kind.DATE, day), end


def _iso(text: str) -> str:
    """Year, month, day for figures; the day comes before the month unless the year stands first."""
    parts = [int(part) for part in PARTS.findall(text)]
    if parts[0] > 31:
        return f"{parts[0]}-{parts[1]:02d}-{parts[2]:02d}"
    day = f"{parts[1]:02d}-{parts[0]:02d}"
    if len(parts) == 2:
        return day
    return f"{parts[2] + THIS_CENTURY if parts[2] < LONG_YEAR else parts[2]}-{day}"
