"""Phone numbers, links, e-mail addresses and postal addresses in a text."""

import re

from model.statements.lexicon import Lexicon
from model.statements.statement import Kind, Value, ValueEnd
from model.statements.tokens import Tokens

LEAST_PHONE_DIGITS, MOST_PHONE_DIGITS = 7, 15
STREET_WORDS = 4
STREET_ENDINGS = ("strasse", "straße", "str", "weg", "platz", "allee", "gasse", "ufer", "damm")
LEAST_STREET = 6
# Polish and Portuguese codes are unlike any other figures; five digits are a code only where an address can be.
POSTCODE = re.compile(r"\d\d-\d{3}")
FIVE = re.compile(r"\d{5}")


def read_phone(tokens: Tokens, at: int) -> Value | None:
    """A phone number as its digits, `+` and country in front if it is given."""
    text = tokens.words[at]
    digits = "".join(character for character in text if character.isdigit())
    if not LEAST_PHONE_DIGITS <= len(digits) <= MOST_PHONE_DIGITS:
        return None
    if text.startswith(("+", "(+")):
        digits = f"+{digits}"
    elif digits.startswith("00"):
        digits = f"+{digits[2:]}"
    # "+49 (0)30": the zero is for callers at home.
    if digits.startswith("+") and "(0)" in text:
        country = "".join(character for character in text[: text.index("(0)")] if character.isdigit())
        digits = digits.replace(f"{country}0", country, 1)
    return Value(Kind.PHONE, digits)


def read_link(tokens: Tokens, at: int) -> Value:
    """A link without scheme, `www.` and what closes the sentence; two spellings of one page are one."""
    text = tokens.words[at].split("://", 1)[-1].removeprefix("www.")
    return Value(Kind.URL, text.split("#", 1)[0].rstrip(".,;:!?)]}'*_").rstrip("/"))


def read_street(tokens: Tokens, at: int, words: Lexicon) -> ValueEnd | None:
    """A street and its number that begin at the word for street: "Calle Mayor 12", "ul. Długa 5/7"."""
    name: list[str] = []
    end = at + 1
    while end < len(tokens.words) and len(name) <= STREET_WORDS and tokens.kinds[end] in ("word", "mark"):
        if tokens.kinds[end] == "word":
            name.append(tokens.words[end])
        elif tokens.words[end] not in ".,/'-º°":
            return None
        end += 1
    has_number = end < len(tokens.words) and tokens.words[end].isdigit() and tokens.sentences[end] == tokens.sentences[at]
    if not name or not has_number or not any(tokens.is_capital(place) for place in range(at + 1, end)):
        return None
    kept = [word for word in name if word not in words.lists["number_marks"]]
    return Value(Kind.ADDRESS, " ".join([*kept, _house(tokens, end)])), _behind_house(tokens, end)


def read_house(tokens: Tokens, at: int, words: Lexicon) -> ValueEnd | None:
    """A house number and the street behind it: "12 High Street", "12 bis, rue de la Paix"."""
    if not tokens.words[at].isdigit():
        return None
    end = at + 1 + (tokens.word(at + 1) in ("bis", "ter"))
    end += tokens.word(end) == ","
    if tokens.word(end) in words.lists["street_before"]:
        return _named_street(tokens, at, end + 1)
    for last in range(end, min(end + STREET_WORDS, len(tokens.words))):
        if tokens.kinds[last] != "word" or not tokens.is_capital(last):
            return None
        if last > end and tokens.words[last] in words.lists["street_after"]:
            return Value(Kind.ADDRESS, " ".join([*tokens.words[end:last], tokens.words[at]])), last + 1
    return None


def _named_street(tokens: Tokens, at: int, first: int) -> ValueEnd | None:
    """The name behind the word for street: small particles, then words with capitals."""
    name: list[str] = []
    end, is_named = first, False
    while end < len(tokens.words) and end < first + 2 * STREET_WORDS and (tokens.kinds[end] == "word" or tokens.words[end] in ("'", "-")):
        if tokens.kinds[end] == "word":
            if is_named and not tokens.is_capital(end):
                break
            is_named = tokens.is_capital(end)
            name.append(tokens.words[end])
        end += 1
    return (Value(Kind.ADDRESS, " ".join([*name, tokens.words[at]])), end) if is_named else None


def read_german_street(tokens: Tokens, at: int) -> ValueEnd | None:
    """A street whose name ends in the word for street: "Hauptstraße 12", "Lange Str. 5"."""
    word = tokens.words[at]
    end = at + 1 + (tokens.word(at + 1) == ".")
    if not word.endswith(STREET_ENDINGS) or not tokens.is_capital(at) or not tokens.word(end).isdigit():
        return None
    stem = word
    for ending in ("strasse", "straße"):
        stem = stem.removesuffix(ending) + "str" if stem.endswith(ending) else stem
    first = f"{tokens.words[at - 1]} " if stem == "str" and at else ""
    return (
        (Value(Kind.ADDRESS, f"{first}{stem} {_house(tokens, end)}"), _behind_house(tokens, end))
        if len(first + stem) >= LEAST_STREET
        else None
    )


def read_postcode(tokens: Tokens, at: int) -> ValueEnd | None:
    """A postcode with the town behind it: "28013 Madrid", "00-123 Warszawa"."""
    if tokens.word(at + 1) == "-" and tokens.touch(at) and tokens.touch(at + 1):
        code, end = f"{tokens.words[at]}-{tokens.word(at + 2)}", at + 3
        return (Value(Kind.ADDRESS, code), end) if POSTCODE.fullmatch(code) else None
    is_place = tokens.word(at - 1) in (",", "-", "in", "a", "en", "w", "") or tokens.sentences[at] != tokens.sentences[at - 1]
    if (
        is_place
        and FIVE.fullmatch(tokens.words[at])
        and at + 1 < len(tokens.words)
        and tokens.kinds[at + 1] == "word"
        and tokens.is_capital(at + 1)
    ):
        return Value(Kind.ADDRESS, tokens.words[at]), at + 1
    return None


def _house(tokens: Tokens, at: int) -> str:
    """The number of a house with its letter or flat: `12a`, `5/7`."""
    return "".join(tokens.words[at : _behind_house(tokens, at)])


def _behind_house(tokens: Tokens, at: int) -> int:
    if not tokens.touch(at):
        return at + 1
    if tokens.kinds[at + 1] == "word" and len(tokens.words[at + 1]) == 1:
        return at + 2
    return at + 3 if tokens.words[at + 1] in "/-" and tokens.word(at + 2).isdigit() and tokens.touch(at + 1) else at + 1
