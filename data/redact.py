"""Personal data and identifiers in a text, replaced by placeholder words.

One pass of one pattern, the most specific alternative first. Every alternative begins at the border of a word and repeats without
giving back (`++`), so the time grows with the length of the text alone.
"""

import re

MONTHS = (
    "jan|feb|febr|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
    "|janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre"
    "|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|wrzesnia|października|pazdziernika|listopada|grudnia"
    "|januar|jänner|februar|märz|maerz|juni|juli|oktober|dezember"
)
MONTH = f"(?:{MONTHS})"
SIGN = "[€$£]"
CURRENCY = r"(?:zł|zl|eur|euro|euros|usd|gbp|chf|pln|złotych|złote|zlotych|pesos|mxn|dollars?|pounds?|franken|francs?)"
NUMBER = r"\d{1,12}(?:[., '\u00a0\u202f]\d{3}){0,4}(?:[.,]\d{1,2}|,-)?"
PATTERN = re.compile(
    r"(?=[\w€$£]|[+(]{1,2}\d)(?:"
    r"(?P<url>(?<![\w@])(?:https?://|ftp://|www\.)[^\s<>\"]++)"
    r"|(?P<email>(?<!\w)\w[\w.+-]{0,63}+@[\w-]++(?:\.[\w-]++)*+)"
    r"|(?P<iban>(?<!\w)[a-z]{2}\d{2}[ -]?[a-z0-9]{4}(?:[ -]?(?=[a-z]{0,3}\d)[a-z0-9]{4}){1,6}(?:[ -]?(?=[a-z]{0,2}\d)[a-z0-9]{1,3})?(?!\w))"
    rf"|(?P<date>(?<![\w.-])(?:\d{{4}}[-./]\d{{1,2}}[-./]\d{{1,2}}|\d{{1,2}}[-./]\d{{1,2}}[-./](?:\d{{4}}|\d{{2}})|\d{{1,2}}[./]\d{{1,2}}\.?"
    rf"|\d{{1,2}}(?:\.|st|nd|rd|th|er|º)?(?: de| of)? {MONTH}\b\.?(?:,?(?: de| del| of)? \d{{4}})?"
    rf"|{MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|{MONTH}(?: de| of)? \d{{4}})(?![\w-])(?![./]\d))"
    r"|(?P<time>(?<![\w:.])\d{1,2}(?::\d{2}){1,2}(?: ?[ap]\.?m\b)?(?![\w:])"
    r"|(?<![\w:.])\d{1,2} ?h(?: ?\d{2})?(?!\w)|(?<![\w:.])\d{1,2} ?[ap]\.?m\b)"
    # A sign may follow a word, a number end before a comma: as placeholders these would stand apart, and masking again find more.
    rf"|(?P<amount>(?:{SIGN}|(?<![\w.,]){CURRENCY}) ?{NUMBER}(?!\w)|(?<![\w.,]){NUMBER} ?(?:{SIGN}|{CURRENCY}(?!\w)))"
    r"|(?P<digits>(?<!\w)[+(]{0,2}\d(?:[ ./()-]{0,3}\d){6,40}(?!\w))"
    r"|(?P<id>(?<!\w)\w(?:[-/._:]?\w)*+))",
    re.IGNORECASE,
)
CARD_DIGITS = range(13, 20)
MOST_HARMLESS_DIGITS = 2


def mask(text: str) -> str:
    """`text` with addresses, links, account and card numbers, phones, dates, times, amounts and identifiers as placeholders.

    An identifier is a word with more than two digits: the number of an order never survives, "2 chairs" does. Masking a masked
    text changes nothing.
    """
    return PATTERN.sub(_placeholder, text)


def _placeholder(match: re.Match[str]) -> str:
    kind, found = str(match.lastgroup), match[0]
    if kind == "digits":
        return _number_name(found)
    if kind != "id":
        return f"<{kind}>"
    digits = sum(character.isdigit() for character in found)
    return "<id>" if digits > MOST_HARMLESS_DIGITS else found


def _number_name(found: str) -> str:
    """Sixteen-odd digits that pass the card check are a card; digits in groups or with a prefix a phone; else an identifier."""
    digits = [int(character) for character in found if character.isdigit()]
    if len(digits) in CARD_DIGITS and _passes_luhn(digits):
        return "<card>"
    has_shape = found[0] in "+0(" or any(character in " ./()" for character in found)
    return "<phone>" if has_shape and len(digits) <= 15 else "<id>"


def _passes_luhn(digits: list[int]) -> bool:
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
