"""Names of products and other things that are written with capitals, figures or quotation marks."""

import re

from model.statements.lexicon import Lexicon
from model.statements.statement import Kind, Value, ValueEnd
from model.statements.tokens import Tokens

QUOTED_WORDS = 6
QUOTE_REACH = 60
NAME_WORDS = 5
UNIT_MARKS = frozenset(("€", "$", "£", "%", "-", "am", "pm", "h"))
CAMEL = re.compile(r"[^\W\d_]*[a-zà-ÿ][A-Z]")


def read_quoted(tokens: Tokens, at: int) -> tuple[Value | None, int]:
    """The name in quotation marks that open at a token, and the token to go on with: behind the closing mark of a short name."""
    sentence = tokens.sentences[at]
    for end in range(at + 1, min(at + QUOTE_REACH, len(tokens.words))):
        if tokens.sentences[end] != sentence:
            break
        if tokens.words[end] == '"':
            inside = tokens.words[at + 1 : end]
            is_name = 0 < len(inside) <= QUOTED_WORDS and all(kind in ("word", "code") for kind in tokens.kinds[at + 1 : end])
            return (Value(Kind.PRODUCT, " ".join(inside)), end + 1) if is_name else (None, at + 1)
    return None, at + 1


def read_product(tokens: Tokens, at: int, words: Lexicon, *, capitals: bool) -> ValueEnd | None:
    """A name that begins at a word: "ThermoFix 300", "DHL"; with `capitals` also other words with one inside a sentence."""
    if not (_is_marked(tokens, at) or (capitals and _is_inside(tokens, at) and _may_name(tokens, at, words))):
        return None
    end = at + 1
    while (
        end < len(tokens.words)
        and end < at + NAME_WORDS
        and tokens.sentences[end] == tokens.sentences[at]
        and _continues(tokens, end, words, capitals)
    ):
        end += 1
    return Value(Kind.PRODUCT, " ".join(tokens.words[at:end])), end


def _is_marked(tokens: Tokens, at: int) -> bool:
    """True for a capital behind a small letter, or a lone word of capitals."""
    word = tokens.text[tokens.starts[at] : tokens.ends[at]]
    if CAMEL.match(word):
        return True
    return len(word) > 1 and word.isupper() and not _is_loud(tokens, at - 1) and not _is_loud(tokens, at + 1)


def _is_loud(tokens: Tokens, at: int) -> bool:
    if not 0 <= at < len(tokens.words):
        return False
    word = tokens.text[tokens.starts[at] : tokens.ends[at]]
    return tokens.kinds[at] == "word" and len(word) > 1 and word.isupper()


def _is_inside(tokens: Tokens, at: int) -> bool:
    """True for a word with a capital that does not begin a sentence, a quotation or what follows a colon."""
    if not at or tokens.sentences[at - 1] != tokens.sentences[at] or not tokens.is_capital(at):
        return False
    return tokens.kinds[at - 1] != "mark" or tokens.words[at - 1] in ",'-"


def _may_name(tokens: Tokens, at: int, words: Lexicon) -> bool:
    word = tokens.words[at]
    if len(word) < 2 or word in words.lists["polite"] or word in words.lists["honorifics"]:
        return False
    return not any(word in known for known in (words.months, words.weekdays, words.currency, words.units))


def _continues(tokens: Tokens, at: int, words: Lexicon, capitals: bool) -> bool:
    if tokens.kinds[at] == "number":
        return tokens.kinds[at - 1] == "word" and tokens.words[at].isdigit() and not _has_unit(tokens.word(at + 1), words)
    if tokens.kinds[at] != "word" or not tokens.is_capital(at):
        return False
    return _is_marked(tokens, at) or (capitals and _may_name(tokens, at, words))


def _has_unit(after: str, words: Lexicon) -> bool:
    """True when what follows figures makes them an amount, a date or an hour."""
    known = (words.units, words.currency, words.months, words.lists["clock"], UNIT_MARKS)
    return any(after in meanings for meanings in known)
