"""What belongs to one customer's case: names of people, numbers of orders, tickets, invoices and parcels, and the signature."""

import re
from itertools import pairwise

from data.phrases import folded
from model.nearness.courtesy import CLOSING
from model.statements.lexicon import Lexicon
from model.statements.tokens import Tokens

CUE_REACH = 6
PHONE_REACH = 4
DATE_REACH = 4
NAME_WORDS = 3
GREETING_TOKENS = 10
GREETING_ENDS = frozenset(",:!;-")
LONG_NUMBER = 7
CUED_DIGITS = 4
CODE_DIGITS = 5
LONG_CODE = 10
SIGNATURE_REACH = 400
SIGNATURE_LINES = 8
SIGNATURE_WORDS = 20
SHORT_WORD = 3
DATED = frozenset(("of", "from", "dated", "on", "vom", "von", "am", "del", "de", "du", "le", "el", "z", "dnia", "placed", "-"))
LINKS = frozenset(':#(-."º°/')
NUMBER_ENDINGS = ("nummer", "nr")
# Numbers of things that are the same for all customers.
SHARED_NUMBERS = ("telefonnummer", "rufnummer", "hausnummer", "artikelnummer", "modellnummer", "servicenummer", "faxnummer", "typennummer")
MARKS = frozenset(
    ("number", "no", "nr", "num", "id", "code", "numero", "nro", "n", "codigo", "nummer", "numer", "numerem", "numerze", "numeru", "kod")
)
WORD = re.compile(r"\w+")
# What may stand before a closing formula.
LEAD = re.compile(r"^(?:(?:avec|mit|with|con|z|reciba|reciban|nos|mes|and|und|y|et|i) ){1,2}")
PIECE = re.compile(r"\n\s*|(?<=[.!?]) +")


def is_case_number(tokens: Tokens, at: int, words: Lexicon) -> bool:
    """True for figures or a code behind "order", "ticket no.", "#", or that no price, count or product looks like."""
    text = tokens.words[at]
    digits = sum(character.isdigit() for character in text)
    is_code = tokens.kinds[at] in ("code", "mixed")
    if is_code and (digits >= CODE_DIGITS or (digits >= SHORT_WORD and len(text) >= LONG_CODE)):
        return True
    marks, is_cued = _cue(tokens, at, words)
    if tokens.kinds[at] == "number" and not is_cued and text.isdigit() and digits >= LONG_NUMBER:
        return not _has_phone_cue(tokens, at, words)
    return digits > 0 and ((is_cued and (marks > 0 or is_code or digits >= CUED_DIGITS)) or tokens.word(at - 1) == "#")


def is_case_date(tokens: Tokens, at: int, words: Lexicon) -> bool:
    """True for the date of a message or an order: "your e-mail of 3 May"."""
    for place in range(at - 1, max(-1, at - 1 - DATE_REACH), -1):
        word = tokens.words[place]
        if word in words.lists["messages"] or word in words.lists["case_nouns"]:
            return True
        if word not in DATED and word not in words.lists["number_marks"]:
            return False
    return False


def is_phone(tokens: Tokens, at: int, words: Lexicon) -> bool:
    """True for digits in a row that stand behind "call", "phone" and the like."""
    return tokens.words[at].isdigit() and len(tokens.words[at]) >= LONG_NUMBER and _has_phone_cue(tokens, at, words)


def names_in_greeting(tokens: Tokens, at: int, words: Lexicon) -> tuple[list[int], int] | None:
    """Tokens of the names in a greeting that begins a sentence, and the token behind it; None when it is none."""
    if at and tokens.sentences[at - 1] == tokens.sentences[at]:
        return None
    end = _greeting_end(tokens, at)
    names: list[int] = []
    for place in range(at, min(end or at + GREETING_TOKENS, len(tokens.words))):
        word = tokens.words[place]
        if tokens.kinds[place] != "word" or any(
            word in words.lists[name] for name in ("greetings", "greeting_words", "honorifics", "polite")
        ):
            continue
        if end == 0 and not tokens.is_capital(place):
            return names, place
        names += [place] if tokens.is_capital(place) else []
    return names, end or min(at + GREETING_TOKENS, len(tokens.words))


def _greeting_end(tokens: Tokens, at: int) -> int:
    """The token behind the comma, colon or dash that ends a greeting, 0 when there is none."""
    for place in range(at, min(at + GREETING_TOKENS, len(tokens.words))):
        if tokens.sentences[place] != tokens.sentences[at]:
            return place
        if tokens.words[place] in GREETING_ENDS:
            return place + 1
    return 0


def names_after(tokens: Tokens, at: int) -> list[int]:
    """Tokens of the capitalised words that follow "Mr", "Frau", "Sra."."""
    first = at + 1 + (tokens.word(at + 1) == ".")
    names: list[int] = []
    for place in range(first, min(first + NAME_WORDS, len(tokens.words))):
        if tokens.kinds[place] != "word" or not tokens.is_capital(place) or tokens.sentences[place] != tokens.sentences[at]:
            break
        names.append(place)
    return names


def signature_start(text: str) -> tuple[int, int]:
    """Where the line begins and ends whose closing formula only short lines follow; the length of the text twice if there is none."""
    reach = max(0, len(text) - SIGNATURE_REACH)
    starts = [match.end() for match in PIECE.finditer(text, reach)]
    for start, end in pairwise([*starts, len(text)]):
        if _closes(text[start:end]) and _is_signature(text[end:]):
            return start, end
    return len(text), len(text)


def _closes(piece: str) -> bool:
    """True for a closing formula, or two, with nothing but names behind."""
    line = folded(piece)
    match = CLOSING.match(line) or CLOSING.match(line := LEAD.sub("", line))
    if match is None:
        return False
    rest = line[match.end() :]
    second = CLOSING.match(LEAD.sub("", rest.lstrip(" ,.")))
    behind = len(WORD.findall(rest)) if second is None else 0
    words = WORD.findall(piece)[-behind:] if behind else []
    return behind <= NAME_WORDS + 1 and all(not word[0].islower() or len(word) <= SHORT_WORD for word in words)


def _is_signature(rest: str) -> bool:
    lines = [line for line in rest.split("\n") if line.strip()]
    return len(lines) <= SIGNATURE_LINES and all(len(line.split()) <= SIGNATURE_WORDS for line in lines)


def _cue(tokens: Tokens, at: int, words: Lexicon) -> tuple[int, bool]:
    """How many words like "number" and marks like ":" stand before a token, and whether a word for a case stands before those."""
    marks = 0
    for place in range(at - 1, max(-1, at - 1 - CUE_REACH), -1):
        word = tokens.words[place]
        if tokens.sentences[place] != tokens.sentences[at] and not (word in ".:" and marks == 0):
            return marks, False
        if word in words.lists["case_nouns"] or (word.endswith(NUMBER_ENDINGS) and len(word) > 6 and word not in SHARED_NUMBERS):
            return marks + word.endswith(NUMBER_ENDINGS), True
        if word not in LINKS and word not in words.lists["number_marks"]:
            return marks, False
        marks += word in LINKS or word in MARKS
    return marks, False


def _has_phone_cue(tokens: Tokens, at: int, words: Lexicon) -> bool:
    near = tokens.words[max(0, at - PHONE_REACH) : at]
    return any(word in words.lists["phone_cues"] for word in near)
