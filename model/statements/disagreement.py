"""On which values two texts disagree.

A value that the other text lacks is no disagreement: a sentence may be dropped, a part quoted. A value in whose place the other text has
another one of its kind is. So sentences are matched by the words around the values, and only values of matched sentences are compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from operator import eq

from model.statements.alignment import Match, has_slip, likeness, matches
from model.statements.statement import Found, Kind, Sentence, Stated, Value
from model.statements.tokens import fold

# A negation is told by its absence, so its sentence must be the same one beyond doubt.
LEAST_NEGATED = 0.4
LEAST_CONTEXT = 0.5
SAME_CONTEXT = 0.6
LEAST_SLIP = 4
# "ce" and "c'", "le" and "l'" are the same word.
SHORT_WORD = 2
MOST_VALUES = 60
MOST_KNOWN = 600
MONTH_LENGTH = 2
SAME_NAME = 0.75
PHONE_DIGITS = 7
AMOUNTS = frozenset((Kind.PERIOD, Kind.PRICE, Kind.PERCENT, Kind.NUMBER))
# What a translation leaves as it is.
UNIVERSAL = frozenset((Kind.PERIOD, Kind.PRICE, Kind.PERCENT, Kind.DATE, Kind.TIME))
OPPOSITES = {"before": "after", "after": "before", "minimum": "maximum", "maximum": "minimum", "open": "closed", "closed": "open"}
DIMENSIONS = {"gb": "mb", "kb": "mb", "tb": "mb", "g": "kg", "t": "kg", "cm": "m", "mm": "m", "km": "m", "ml": "l", "kw": "w"}
FREE, FEE, NOT, NONE, BEFORE = "0", "fee", "not", "none", "before"
NEGATIONS = frozenset((NOT, NONE))


@dataclass(frozen=True, slots=True)
class Difference:
    """Two values of one kind in sentences that say the same otherwise; None for a negation that one of them lacks.

    `sentences` are the numbers of the two sentences.
    """

    left: Value | None
    right: Value | None
    sentences: tuple[int, int]


def differing_values(left: Stated, right: Stated) -> tuple[tuple[Value | None, Value | None], ...]:
    """The values on which two texts disagree, each pair once, in the order of the left text."""
    return tuple(dict.fromkeys((found.left, found.right) for found in differences(left, right)))


def differences(left: Stated, right: Stated) -> tuple[Difference, ...]:
    """The disagreements of two texts with the sentences they stand in.

    Texts in two languages share no words: their periods, prices, percentages, dates and times are compared as a whole, and disagree only
    where both have one that the other lacks.
    """
    if left.key == right.key and left.language == right.language:
        return ()
    if left.language[:2] != right.language[:2]:
        return tuple(_translated(left, right))
    texts = _Text.of(left), _Text.of(right)
    matched = matches(left.sentences, right.sentences, (list(texts[0].by_sentence), list(texts[1].by_sentence)))
    return tuple(dict.fromkeys(found for match in matched for found in _compared(*texts, match)))


@dataclass(frozen=True, slots=True)
class _Text:
    """A text with its values by sentence; of an endless sentence only the first ones."""

    stated: Stated
    by_sentence: dict[int, list[Found]]

    @classmethod
    def of(cls, stated: Stated) -> "_Text":
        by_sentence: dict[int, list[Found]] = {}
        for found in stated.found:
            values = by_sentence.setdefault(found.sentence, [])
            if len(values) < MOST_VALUES:
                values.append(found)
        return cls(stated, by_sentence)


def _translated(left: Stated, right: Stated) -> Iterator[Difference]:
    ours = [found for found in left if found.value.kind in UNIVERSAL and found.value.text not in (FREE, FEE)]
    theirs = [found for found in right if found.value.kind in UNIVERSAL and found.value.text not in (FREE, FEE)]
    for one, other in _leftovers(ours[:MOST_VALUES], theirs[:MOST_VALUES]):
        for mine, yours in zip(one, other, strict=False):
            yield Difference(mine.value, yours.value, (mine.sentence, yours.sentence))


def _compared(first_text: _Text, second_text: _Text, match: Match) -> Iterator[Difference]:
    pair = (match.left, match.right)
    left, right = first_text.stated, second_text.stated
    mine, yours = first_text.by_sentence.get(match.left, []), second_text.by_sentence.get(match.right, [])
    for one, other in _leftovers(
        [found for found in mine if found.value.text != NOT], [found for found in yours if found.value.text != NOT]
    ):
        if len(one) != len(other):
            one = [found for found in one if found.value not in right.values]
            other = [found for found in other if found.value not in left.values]
        for first, second in _paired(one, other):
            if first.value.kind is not Kind.NEGATION or _is_same_place(first, second):
                yield Difference(first.value, second.value, pair)
    sentences = left.sentences[match.left], right.sentences[match.right]
    if match.is_whole and likeness(sentences[0].words, sentences[1].words) >= LEAST_NEGATED:
        yield from (Difference(found.value, None, pair) for found in _unmatched_negations((left, right), mine, yours, sentences[1]))
        yield from (Difference(None, found.value, pair) for found in _unmatched_negations((right, left), yours, mine, sentences[0]))


def _unmatched_negations(texts: tuple[Stated, Stated], mine: Sequence[Found], theirs: Sequence[Found], other: Sentence) -> list[Found]:
    """Negations that the other sentence lacks though it has the words around them; `texts` are this one and the other."""
    negations, surplus = _surplus(mine, theirs)
    has_price = any(found.value.kind is Kind.PRICE for found in theirs)
    free = [found for found in mine if found.value.text == FREE and not has_price and _is_enclosed(texts[0], found)]
    if surplus <= 0 and not free:
        return []
    misspelt = [found for found in negations if _is_misspelt(texts[0], found, other)]
    known = [found for found in texts[1].found[:MOST_KNOWN] if found.value.text in NEGATIONS and found not in theirs]
    lacking = [found for found in negations if found not in misspelt and _has_context(found, other)]
    lacking = [found for found in lacking if not any(_has_same_context(found, twin) for twin in known)]
    lacking = lacking[: max(0, surplus - len(misspelt))]
    return lacking + [found for found in free if _has_context(found, other) and not _is_misspelt(texts[0], found, other)]


def _surplus(mine: Sequence[Found], theirs: Sequence[Found]) -> tuple[list[Found], int]:
    """The negations of a sentence, and how many more they are than the other's.

    "No … nada" is one negation: words like "nada" only count where neither sentence has a plain one, or to make up for it.
    """
    plain = [[found for found in side if found.value.text == NOT] for side in (mine, theirs)]
    doubled = [[found for found in side if found.value.text == NONE] for side in (mine, theirs)]
    if plain[0] or plain[1]:
        return plain[0], len(plain[0]) - len(plain[1]) - max(0, len(doubled[1]) - len(doubled[0]))
    is_before = any(found.value.text == BEFORE for found in mine)
    return doubled[0], 0 if is_before else len(doubled[0]) - len(doubled[1])


def _is_enclosed(stated: Stated, found: Found) -> bool:
    """True for "no charge", and for "free" with words on both sides: what stands last may have been cut off."""
    return (bool(found.before) and bool(found.after)) or " " in stated.text[found.start : found.end]


def _has_same_context(one: Found, other: Found) -> bool:
    around, about = {*one.before, *one.after}, {*other.before, *other.after}
    return len(around & about) > SAME_CONTEXT * min(len(around), len(about))


def _has_context(found: Found, other: Sentence) -> bool:
    """True when the other sentence has half of the words around a value, and some of them on each side."""
    sides = [side for side in (found.before, found.after) if any(len(word) > SHORT_WORD for word in side)]
    known = [[_has_word(other.words, word) for word in side] for side in sides]
    return bool(known) and all(any(side) for side in known) and sum(map(sum, known)) >= LEAST_CONTEXT * sum(map(len, known))


def _is_misspelt(stated: Stated, found: Found, other: Sentence) -> bool:
    """True when a word that only the other sentence has looks like this one."""
    word = fold(stated.text[found.start : found.end]).split(" ")[0]
    own = stated.sentences[found.sentence].words
    return len(word) >= LEAST_SLIP and has_slip(word, other.words - own)


def _has_word(words: frozenset[str], word: str) -> bool:
    return word in words or (len(word) >= LEAST_SLIP and has_slip(word, words))


def _leftovers(mine: Sequence[Found], yours: Sequence[Found]) -> Iterator[tuple[list[Found], list[Found]]]:
    """Per family the values that the other side lacks, where both sides have some; numbers without a unit come last, with all amounts."""
    groups: dict[str, tuple[list[Found], list[Found]]] = {}
    for side, found in [(0, found) for found in mine] + [(1, found) for found in yours]:
        groups.setdefault(_family(found.value), ([], []))[side].append(found)
    rest: tuple[list[Found], list[Found]] = ([], [])
    for family, (one, other) in groups.items():
        one, other = _without_equals(one, other)
        if one and other:
            yield one, other
        elif family in AMOUNTS:
            rest[0].extend(one)
            rest[1].extend(other)
    one, other = _without_equals(*rest)
    if one and other and (all(_is_bare(found) for found in one) or all(_is_bare(found) for found in other)):
        yield one, other


def _without_equals(mine: Sequence[Found], yours: Sequence[Found]) -> tuple[list[Found], list[Found]]:
    """Both lists without the values that the other one has too."""
    rest, other = list(mine), list(yours)
    for is_equal in (eq, agree):
        left, rest = rest, []
        for found in left:
            equal = next((place for place, twin in enumerate(other) if is_equal(found.value, twin.value)), None)
            if equal is None:
                rest.append(found)
            else:
                del other[equal]
    return rest, other


def _paired(mine: Sequence[Found], yours: Sequence[Found]) -> Iterator[tuple[Found, Found]]:
    """Values that stand in each other's place: in order, or when one side has more of them by the words around them."""
    if len(mine) == len(yours):
        yield from zip(mine, yours, strict=True)
        return
    if len(mine) > len(yours):
        yield from ((first, second) for second, first in _paired(yours, mine))
        return
    left = list(yours)
    for found in mine:
        around = {*found.before, *found.after}
        twin = max(left, key=lambda other: len(around & {*other.before, *other.after}))
        left.remove(twin)
        yield found, twin


def _is_same_place(one: Found, other: Found) -> bool:
    """True for opposites before the same word: "before" and "after" stand in most sentences by chance."""
    return one.after[:1] == other.after[:1] and bool(one.after or one.before[-1:] == other.before[-1:])


def _is_bare(found: Found) -> bool:
    return found.value.kind is Kind.NUMBER


def _family(value: Value) -> str:
    """Values of one family can stand in each other's place."""
    kind, text = value.kind, value.text
    if kind is Kind.NUMBER and " " in text:
        unit = text.rsplit(" ", 1)[1]
        return f"{kind} {DIMENSIONS.get(unit, unit)}"
    if kind in (Kind.TIME, Kind.ADDRESS):
        return f"{kind} {text[0].isdigit()}"
    if kind is Kind.NEGATION:
        return min(text, OPPOSITES.get(text, text))
    return kind


def agree(left: Value, right: Value) -> bool:
    """True for two values of which one only says more, or that a slip of the pen tells apart."""
    one, other = left.text, right.text
    kinds = {left.kind, right.kind}
    if len(kinds) > 1:
        figures = [set(text.split(" ")[0].split("-")) for text in (one, other)]
        return kinds <= AMOUNTS and (figures[0] <= figures[1] or figures[1] <= figures[0])
    match left.kind:
        case Kind.DATE:
            less, more = sorted((one, other), key=len)
            return more.startswith(f"{less}-") or (len(less) > MONTH_LENGTH and more.endswith(f"-{less}"))
        case Kind.PHONE:
            tails = sorted((one.removeprefix("+").lstrip("0"), other.removeprefix("+").lstrip("0")), key=len)
            return len(tails[0]) >= PHONE_DIGITS and tails[1].endswith(tails[0])
        case Kind.PRICE:
            return _is_paid(one) == _is_paid(other) and (FEE in (one, other) or not _is_paid(one))
        case Kind.URL:
            return one.startswith(f"{other}/") or other.startswith(f"{one}/")
        case Kind.PRODUCT | Kind.ADDRESS:
            return _same_name(one, other)
        case _:
            return False


def _is_paid(price: str) -> bool:
    return price.split(" ")[0] not in ("0", "0.00")


def _same_name(one: str, other: str) -> bool:
    """Equal figures, and the letters nearly equal; or all words of one in the other."""
    fewer, more = sorted((set(one.split()), set(other.split())), key=len)
    if fewer <= more:
        return True
    figures = ["".join(letter for letter in name if letter.isdigit()) for name in (one, other)]
    letters = ["".join(letter for letter in name if letter.isalpha()) for name in (one, other)]
    return figures[0] == figures[1] and (letters[0] == letters[1] or SequenceMatcher(None, letters[0], letters[1]).ratio() >= SAME_NAME)
