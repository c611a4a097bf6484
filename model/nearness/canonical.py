"""The canonical text of an answer: what is left when politeness, spelling of the same letters and one customer's case are taken off."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from data.markup import visible_text
from data.phrases import ACCENTS, CONTACT, LEGAL_STEMS, LOOKALIKES
from data.template import BLOCK, SLOT
from model.entry import Entry
from model.nearness.courtesy import is_courtesy, is_farewell, is_greeting, is_thanks
from model.statements.values import Kind, Stated, stated_values

READ_LIMIT = 64 * 1024
TITLES_KEPT = 1 << 16
GREETING_REACH = 70
GREETINGS = 4
GREETING_WORDS = 9
FAREWELLS = 12
SIGNATURE_WORDS = 5
NAME_WORDS = 4
BARE_GREETING_WORDS = 2

GREETING_END = re.compile(r"[,!:\n;–—]|\.\s*\n")
SENTENCE_END = re.compile(r"(?<=[.!?;:…])\s+|\s*\n\s*|\s+[-•*]\s+")
HTML = re.compile(r"</?(?:p|br|div|span|ul|ol|li|b|i|em|strong|table|a)\b[^<>]{0,400}>", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
# "Router X20 v2" is the second text about the X20.
VERSION = re.compile(r"v ?\d{1,2}")
SIGNATURE_MARKS = frozenset(["--", "—", "––", "-- "])


@dataclass(frozen=True, slots=True)
class Canonical:
    """`text`: one folded sentence a line, words only; `stated`: the values in the part of the body that it was made of."""

    text: str
    stated: Stated


def canonical(entry: Entry) -> Canonical:
    """Canonical text of one language variant. Never empty when the body holds a letter or digit.

    Names and case numbers are left out as `model.statements.values.without_case_values` finds them.
    """
    stated = read_values(entry)
    sentences = [fold(sentence) for sentence in SENTENCE_END.split(_without_cases(stated))]
    kept = [line for line in (_words(sentence) for sentence in sentences if not is_courtesy(sentence)) if line]
    text = "\n".join(kept or [line for line in map(_words, sentences) if line])
    return Canonical(text=text or _words(fold(entry.body[:READ_LIMIT])), stated=stated)


def read_values(entry: Entry) -> Stated:
    """What the answer itself states, without its greeting, signature and slots."""
    body = entry.body[:READ_LIMIT]
    text = visible_text(body) if HTML.search(body) else unescape(body)
    return stated_values(BLOCK.sub(" ", SLOT.sub(" ", core_text(text))), entry.language)


@lru_cache(maxsize=TITLES_KEPT)
def title_products(title: str, language: str) -> tuple[str, ...]:
    """The products with a figure in their name that a title tells, sorted."""
    if not any(map(str.isdigit, title)):
        return ()
    names = {found.value.text for found in stated_values(title, language) if found.value.kind is Kind.PRODUCT}
    return tuple(sorted(name for name in names if any(map(str.isdigit, name)) and not VERSION.fullmatch(name)))


def own_text(stated: Stated, standard: Collection[str]) -> str:
    """The text without the sentences whose canonical form is among the standard ones; all else stays as it is written.

    What is told apart here may be no sentence: "open until godz. 18" states an hour only in one piece.
    """
    text = stated.text
    ends = [*SENTENCE_END.finditer(text)]
    starts = [0, *(end.end() for end in ends), len(text)]
    stops = [*(end.start() for end in ends), len(text)]
    pieces = zip(starts, stops, starts[1:], strict=False)
    return "".join(text[start:following] for start, stop, following in pieces if _words(fold(text[start:stop])) not in standard)


def _without_cases(stated: Stated) -> str:
    parts, end = [], 0
    for case in stated.cases:
        parts.append(stated.text[end : case.start])
        end = case.end
    return " ".join([*parts, stated.text[end:]])


def fold(text: str) -> str:
    """NFKC, small letters without accents, single spaces: spelling differences that never make another answer."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if not text.isascii():
        text = ACCENTS.sub("", unicodedata.normalize("NFKD", text).translate(LOOKALIKES))
    return " ".join(text.split())


def core_text(body: str) -> str:
    """The body from after its greeting to before its closing formula, signature and thanks; the body itself if nothing is left."""
    body = body[:READ_LIMIT].strip()
    core = _without_farewell(_without_greeting(body)).strip()
    return core if WORD.search(core) else body


def _without_greeting(text: str) -> str:
    is_bare = False
    for _ in range(GREETINGS):
        end = GREETING_END.search(text, 0, GREETING_REACH)
        if end is None:
            break
        start = text[: end.start()]
        words = start.split()
        if len(words) > GREETING_WORDS or not (is_greeting(fold(start)) or (is_bare and _is_name(words))):
            break
        # "Hola, Ana:" has its name apart; behind "Dear Ana," or a line end comes the answer.
        is_bare = len(words) <= BARE_GREETING_WORDS and end[0] == ","
        text = text[end.end() :].lstrip(" \n\t,!:;–—-")
    return _without_thanks(text)


def _is_name(words: Sequence[str]) -> bool:
    return 0 < len(words) <= NAME_WORDS and all(word[0].isupper() for word in words)


def _without_thanks(text: str) -> str:
    for _ in range(GREETINGS):
        end = SENTENCE_END.search(text)
        if end is None or not is_thanks(fold(text[: end.start()])):
            break
        text = text[end.end() :]
    return text


def _without_farewell(text: str) -> str:
    """Cut at the first closing formula below which stand only names, courtesies and disclaimers."""
    marks = list(SENTENCE_END.finditer(text))
    starts, ends = [0, *(mark.end() for mark in marks)], [*(mark.start() for mark in marks), len(text)]
    cut = len(text)
    for start, end in list(zip(starts, ends, strict=True))[: -FAREWELLS - 1 : -1]:
        sentence = text[start:end].strip()
        folded = fold(sentence)
        if start == 0:
            break
        if sentence in SIGNATURE_MARKS or is_farewell(folded):
            cut = start
        elif not _may_follow_farewell(folded):
            break
    return text[:cut]


def _may_follow_farewell(sentence: str) -> bool:
    """True for a name, a department, a courtesy, a contact or a piece of a disclaimer."""
    short = len(sentence.split()) <= SIGNATURE_WORDS
    return short or is_courtesy(sentence) or CONTACT.search(sentence) is not None or any(stem.search(sentence) for stem in LEGAL_STEMS)


def _words(sentence: str) -> str:
    return " ".join(WORD.findall(sentence))
