"""Amounts in a text: figures and number words, and with what follows them periods, prices, percentages and measures."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from model.statements.lexicon import Lexicon
from model.statements.statement import Kind, Value, ValueEnd
from model.statements.tokens import Tokens

SYMBOLS = {"€": "eur", "$": "usd", "£": "gbp"}
SIZES = ("kg", "g", "mg", "km", "m", "cm", "mm", "l", "ml", "inch", "zoll", "px", "dpi", "bar", "db")
ELECTRIC = ("gb", "mb", "kb", "tb", "w", "kw", "kwh", "v", "a", "mah", "hz", "ghz", "mhz", "c", "f")
MEASURES = {unit: unit for unit in (*SIZES, *ELECTRIC)}
# French bytes are octets.
MEASURES |= {"go": "gb", "mo": "mb", "ko": "kb", "to": "tb", "ltr": "l"}
DAYS_A_WEEK, HOURS_A_DAY, MINUTES_AN_HOUR, MONTHS_A_YEAR = 7, 24, 60, 12
LARGEST_FIGURES = 15
FILLERS = 2


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, or a range of two; `end` is the token behind it, `spelled` is true for number words."""

    low: Decimal
    high: Decimal | None
    end: int
    spelled: bool = False

    def text(self, places: int | None = None) -> str:
        """`30`, `2.5`, `3-5`; with a fixed number of decimal places if wanted."""
        both = [self.low] if self.high is None else [self.low, self.high]
        return "-".join(figure(number, places) for number in both)


def figure(number: Decimal, places: int | None = None) -> str:
    """A number without needless zeros, or with a fixed number of places."""
    text = f"{number:.{places}f}" if places is not None else f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text and places is None else text


def read_amount(tokens: Tokens, at: int, words: Lexicon) -> Amount | None:
    """The number that begins at a token, with the second one of a range ("3-5", "two or three", "between 24 and 48")."""
    first = _one_number(tokens, at, words)
    if first is None:
        return None
    low, end = first
    spelled = tokens.kinds[at] != "number"
    bracket = _in_brackets(tokens, end, low)
    joins = tokens.word(end)
    is_range = joins == "-" or joins in words.lists["joiners"] or joins in words.lists["or"]
    is_range = is_range or (joins in words.lists["and"] and tokens.word(at - 1) in words.lists["between"])
    second = _one_number(tokens, end + 1, words) if is_range else None
    if second is None or (second[0] <= low and joins != "-"):
        return Amount(low, None, bracket, spelled)
    return Amount(low, second[0], second[1], spelled)


def read_quantity(tokens: Tokens, amount: Amount, words: Lexicon) -> ValueEnd | None:
    """The period, price, percentage or measure that an amount begins, and the token behind it."""
    end = amount.end
    word = tokens.word(end)
    if word == "%" or word in words.lists["percent"]:
        return Value(Kind.PERCENT, amount.text()), end + 1
    if word in {"por", "pour", "per"} and tokens.word(end + 1) in {"ciento", "cien", "cent"}:
        return Value(Kind.PERCENT, amount.text()), end + 2
    currency = SYMBOLS.get(word) or words.currency.get(word)
    if currency is not None:
        return Value(Kind.PRICE, f"{amount.text(2)} {currency}"), end + 1
    if word in words.cents:
        hundredth = Amount(amount.low / 100, amount.high and amount.high / 100, end)
        return Value(Kind.PRICE, f"{hundredth.text(2)} {words.cents[word]}"), end + 1
    return read_period(tokens, amount, words) or _measure(tokens, amount)


def read_period(tokens: Tokens, amount: Amount, words: Lexicon) -> ValueEnd | None:
    """A length of time: "30 days", "14-day", "3 jours ouvrables", "2 full weeks"."""
    at, is_working = amount.end, False
    if tokens.word(at) == "-":
        at += 1
    for _ in range(FILLERS):
        is_working = is_working or tokens.word(at) in words.lists["working"]
        if tokens.word(at) in words.lists["working"] or tokens.word(at) in words.lists["calendar"]:
            at += 1
    unit = "hour" if tokens.word(at) == "h" else words.units.get(tokens.word(at))
    if unit is None:
        return None
    if tokens.word(at + 1) in words.lists["working"]:
        is_working, at = True, at + 1
    elif tokens.word(at + 1) in words.lists["calendar"]:
        at += 1
    return Value(Kind.PERIOD, period(amount, f"working {unit}" if is_working and "working" not in unit else unit)), at + 1


def period(amount: Amount, unit: str) -> str:
    """An amount of time in one unit for all spellings: weeks as days, 24 hours as a day, 12 months as a year."""
    numbers = [amount.low] if amount.high is None else [amount.low, amount.high]
    if unit == "week":
        numbers, unit = [number * DAYS_A_WEEK for number in numbers], "day"
    for small, factor, large in (("minute", MINUTES_AN_HOUR, "hour"), ("hour", HOURS_A_DAY, "day"), ("month", MONTHS_A_YEAR, "year")):
        if unit == small and all(number and number % factor == 0 for number in numbers):
            numbers, unit = [number / factor for number in numbers], large
    return f"{'-'.join(figure(number) for number in numbers)} {unit}"


def read_price(tokens: Tokens, at: int, words: Lexicon) -> ValueEnd | None:
    """A price whose currency stands before the figures: "€5", "EUR 1,299.00"."""
    currency = SYMBOLS.get(tokens.word(at)) or words.currency.get(tokens.word(at))
    if currency is None or at + 1 >= len(tokens.kinds) or tokens.kinds[at + 1] != "number":
        return None
    amount = read_amount(tokens, at + 1, words)
    if amount is None:
        return None
    end = amount.end + (SYMBOLS.get(tokens.word(amount.end)) == currency)
    return Value(Kind.PRICE, f"{amount.text(2)} {currency}"), end


def decimal(text: str) -> Decimal | None:
    """The number that figures with points, commas, spaces and apostrophes in them mean; three figures behind one are thousands."""
    digits = sum(character.isdigit() for character in text)
    if digits > LARGEST_FIGURES:
        return None
    text = text.rstrip("-.,").replace(" ", "").replace("'", "")
    marks = [character for character in text if character in ".,"]
    if marks:
        last = max(text.rfind("."), text.rfind(","))
        is_thousands = len(text) - last - 1 == 3 and len(set(marks)) == 1 and not text.startswith("0")
        whole, fraction = (text, "") if is_thousands else (text[:last], text[last + 1 :])
        text = whole.replace(".", "").replace(",", "") + (f".{fraction}" if fraction else "")
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _one_number(tokens: Tokens, at: int, words: Lexicon) -> tuple[Decimal, int] | None:
    if at >= len(tokens.kinds):
        return None
    if tokens.kinds[at] == "number":
        number = decimal(tokens.words[at])
        return None if number is None else (number, at + 1)
    return _number_word(tokens, at, words)


def _number_word(tokens: Tokens, at: int, words: Lexicon) -> tuple[Decimal, int] | None:
    """Number words: "thirty", "forty-eight", "treinta y uno", "quatre-vingt-dix"."""
    total = words.numbers.get(tokens.word(at))
    if total is None:
        return None
    end = at + 1
    while (following := _next_number_word(tokens, end, words)) is not None:
        value, after = following
        if value in (20, 100) and total < value and (value == 100 or total == 4):
            total *= value
        elif total >= 20 and total % 10 == 0 and (value < 10 or (total in (60, 80) and value < 20)):
            total += value
        else:
            break
        end = after
    return Decimal(total), end


def _next_number_word(tokens: Tokens, at: int, words: Lexicon) -> tuple[int, int] | None:
    """The number word that continues another, directly or behind a hyphen, "y", "et", "and"."""
    word = tokens.word(at)
    if word == "-" or word in {"y", "et", "and"}:
        at += 1
    value = words.numbers.get(tokens.word(at))
    return None if value is None else (value, at + 1)


def _in_brackets(tokens: Tokens, end: int, number: Decimal) -> int:
    """The token behind a number that is repeated in brackets: "thirty (30) days"."""
    if tokens.word(end) == "(" and tokens.word(end + 2) == ")" and decimal(tokens.word(end + 1)) == number:
        return end + 3
    return end


def _measure(tokens: Tokens, amount: Amount) -> ValueEnd | None:
    at = amount.end + (tokens.word(amount.end) == "°")
    unit = MEASURES.get(tokens.word(at))
    return None if unit is None else (Value(Kind.NUMBER, f"{amount.text()} {unit}"), at + 1)
