"""A text cut into words, figures, links and marks, in one pass, with the sentences they stand in."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from data.characters import normal_form

# One letter for one letter, so that places in the folded text are places in the text.
LETTERS = {
    code: base[0]
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
    if len(base := unicodedata.normalize("NFD", chr(code))) > 1 and base[0].isascii()
}
SIGNS = {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "’": "'", "‘": "'", "ʼ": "'", "´": "'", "–": "-", "—": "-", "−": "-", "‑": "-"}
QUOTES = dict.fromkeys("“”„«»‟❝❞", '"')
SPACES = dict.fromkeys("\u00a0\u202f\u2007\u2009\t", " ")
FOLDED = str.maketrans(LETTERS | {ord(sign): plain for sign, plain in (SIGNS | QUOTES | SPACES).items()})

DOMAINS = "com|org|net|info|biz|eu|de|at|ch|es|fr|be|pl|uk|us|ca|mx|ar|cl|io|app|dev|shop|store|online|help|example|test|it|nl|pt|cz|ie|cat"
TOKEN = re.compile(
    r"(?P<word>[^\W\d_]++(?:'(?:t|s|re|ve|ll|d|m)\b)?+(?![-_]?\d|/\d{4}|[@.][^\W_]|://))"
    r"|(?P<slot>\{\{[^{}]{0,100}\}\}|⟨[^⟨⟩]{0,60}⟩)"
    r"|(?P<mail>(?<![\w.+-])\w[\w.+-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
    rf"|(?P<link>(?<![\w.-])(?:https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}}'*_]|(?:[a-z0-9-]{{1,63}}\.){{1,5}}(?:{DOMAINS})\b(?![.-]\w)(?:/[^\s<>\"]*[^\s<>\".,;:!?)\]}}'*_])?))"
    r"|(?P<code>(?<!\d)[^\W\d_]++(?:[-_/]?[^\W_]++)*+)"
    r"|(?P<unit>[^\W\d_]++)"
    r"|(?P<date>\d{4}-\d\d-\d\d(?!\d)|(?:0?[1-9]|[12]\d|3[01])(?P<gap>[./-])(?:0?[1-9]|1[0-2])(?P=gap)(?:\d{4}|\d\d)(?!\d)"
    r"|(?:0?[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.(?!\d)|(?:0?[1-9]|[12]\d|3[01])/(?:0[1-9]|1[0-2])(?![\d/]))"
    r"|(?P<clock>(?:[01]?\d|2[0-4])(?::| ?h ?)[0-5]\d(?::[0-5]\d)?(?![\d:]))"
    r"|(?P<phone>(?!\d\d?[.:]\d\d ?-)(?:\+ ?\d|00[1-9]|\(\+?\d{1,4}\)|0[1-9])(?:[ ./()-]{0,2}\d){6,14}(?!\d)"
    r"|\d{2,5}(?P<space>-| {1,2})\d{2,4}(?:(?P=space)\d{2,4}){1,5}(?!\d))"
    r"|(?P<mixed>\d{1,20}[^\W\d_]{1,20}\d[\w-]{0,60})"
    r"|(?P<version>\d{1,9}(?:\.\d{1,9}){2,4})"
    r"|(?P<number>\d{1,3}(?:(?: {1,2}\d{3}){1,4}|(?:\.\d{3}){1,4})(?:,\d{1,2})?(?!\d)"
    r"|\d{1,3}(?:'\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)|\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,2})?(?!\d)"
    r"|\d++(?:[.,]\d{1,9}(?!\d)|,-)?)"
    r"|(?P<break>\n\s*+)"
    r"|(?P<mark>[^\w\s])"
)
WORD = re.compile(r" {0,2}([^\W\d_]{2,12})")
ENDS = frozenset(".!?…;")
ENDING = frozenset(("break", "mark"))
BULLETS = frozenset("-*•·")
SHORT_LINE = 45


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text: their kind, folded word, first and last place, and the number of their sentence.

    `ends` are one past the last character; `spans` are the first and one past the last token of each sentence. Breaks are no tokens.
    """

    text: str
    kinds: list[str]
    words: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]
    spans: list[tuple[int, int]]

    def word(self, at: int) -> str:
        """The folded word at a place, empty outside the text."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def touch(self, at: int) -> bool:
        """True when nothing stands between this token and the next one."""
        return at + 1 < len(self.starts) and self.ends[at] == self.starts[at + 1]

    def is_loud(self, first: int, last: int) -> bool:
        """True when the tokens `first` to `last` are several words of capitals."""
        return last - first > 2 and self.text[self.starts[first] : self.ends[last - 1]].isupper()

    def is_capital(self, at: int) -> bool:
        """True for a token that begins with a capital."""
        return self.text[self.starts[at]].isupper()


def fold(text: str) -> str:
    """Small letters without accents, plain dashes, quotes and spaces: as many characters as before."""
    if text.isascii():
        return text.lower()
    folded = text.translate(FOLDED)
    small = folded.lower()
    if len(small) != len(text):
        small = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in folded)
    return small


def composed(text: str) -> str:
    """The text in Unicode NFC, which all places refer to."""
    return text if text.isascii() or unicodedata.is_normalized("NFC", text) else normal_form("NFC", text)


def tokens(text: str, abbreviations: frozenset[str], months: Collection[str]) -> Tokens:
    """Cut a text in NFC; a point behind an abbreviation, or between a figure and a month, ends no sentence."""
    found = Tokens(text, [], [], [], [], [], [])
    number = first = 0
    for match in TOKEN.finditer(fold(text)):
        kind, (start, end) = match.lastgroup or "", match.span()
        if kind != "break":
            found.kinds.append("word" if kind == "unit" else kind)
            found.words.append(match[0])
            found.starts.append(start)
            found.ends.append(end)
            found.sentences.append(number)
        if kind in ENDING and len(found.words) > first and _ends(found, match, abbreviations, months):
            found.spans.append((first, len(found.words)))
            first, number = len(found.words), number + 1
    if len(found.words) > first:
        found.spans.append((first, len(found.words)))
    return found


def _ends(found: Tokens, match: re.Match[str], abbreviations: frozenset[str], months: Collection[str]) -> bool:
    """True for a break or a mark that ends a sentence."""
    if match.lastgroup == "break":
        return _breaks(found.text, match.start(), match.end())
    return match[0] in ENDS and _stops(found, match.start(), abbreviations, months)


def _stops(found: Tokens, start: int, abbreviations: frozenset[str], months: Collection[str]) -> bool:
    """True for a mark that ends a sentence: not inside a word, behind an abbreviation, or behind a figure that the sentence continues."""
    text = found.text
    after = text[start + 1 : start + 3]
    if after[:1].strip() and after[0] not in "\"'”“»)":
        return False
    if text[start] != "." or len(found.words) < 2 or found.ends[-2] != start:
        return True
    last, kind = found.words[-2], found.kinds[-2]
    if kind == "number":
        following = WORD.match(text, start + 1)
        return not after[1:].islower() and (following is None or fold(following[1]) not in months)
    is_letter = len(last) == 1 and kind == "word" and found.kinds[-3:-2] not in (["number"], ["clock"])
    is_number = last == "no" and after.strip().isdigit()
    return last not in abbreviations and not is_letter and not is_number


def _breaks(text: str, start: int, end: int) -> bool:
    """True for a line break that ends a sentence: an empty line, a list, or a short line before a capital."""
    if text.count("\n", start, end) > 1 or end == len(text):
        return True
    if text[end] in BULLETS or text[start - 1 : start] in tuple(".!?:;"):
        return True
    begun = text.rfind("\n", max(0, start - SHORT_LINE), start)
    is_short = begun >= 0 or start <= SHORT_LINE
    return is_short and (text[end].isupper() or text[end].isdigit())
