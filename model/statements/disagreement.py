"""On which values two texts disagree.

A value that the other text lacks is no disagreement: a sentence may be dropped, a part quoted. A value in whose place the other text has
another one of its kind is. So sentences are matched by the words around the values, and only values of matched sentences are compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from operator import eq

from model.statements.alignment import Match, has_slip, likeness, matches
from model.statements.statement import Kind, Mention, Sentence, Stated, Value
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
    by_sentence: dict[int, list[Mention]]

    @classmethod
    def of(cls, stated: Stated) -> "_Text":
        by_sentence: dict[int, list[Mention]] = {}
        for mention in stated.mentions:
            values = by_sentence.setdefault(mention.sentence, [])
            if len(values) < MOST_VALUES:
                values.append(mention)
        return cls(stated, by_sentence)


def _translated(left: Stated, right: Stated) -> Iterator[Difference]:
    ours = [mention for mention in left if mention.value.kind in UNIVERSAL and mention.value.text not in (FREE, FEE)]
    theirs = [mention for mention in right if mention.value.kind in UNIVERSAL and mention.value.text not in (FREE, FEE)]
    for one, other in _leftovers(ours[:MOST_VALUES], theirs[:MOST_VALUES]):
        for mine, yours in zip(one, other, strict=False):
            yield Difference(mine.value, yours.value, (mine.sentence, yours.sentence))


def _compared(first_text: _Text, second_text: _Text, match: Match) -> Iterator[Difference]:
    pair = (match.left, match.right)
    left, right = first_text.stated, second_text.stated
    mine, yours = first_text.by_sentence.get(match.left, []), second_text.by_sentence.get(match.right, [])
    for one, other in _leftovers(
        [mention for mention in mine if mention.value.text != NOT], [mention for mention in yours if mention.value.text != NOT]
    ):
        if len(one) != len(other):
            one = [mention for mention in one if mention.value not in right.values]
            other = [mention for mention in other if mention.value not in left.values]
        for first, second in _paired(one, other):
            if first.value.kind is not Kind.NEGATION or _is_same_place(first, second):
                yield Difference(first.value, second.value, pair)
    sentences = left.sentences[match.left], right.sentences[match.right]
    if match.is_whole and likeness(sentences[0].words, sentences[1].words) >= LEAST_NEGATED:
        yield from (Difference(mention.value, None, pair) for mention in _unmatched_negations((left, right), mine, yours, sentences[1]))
        yield from (Difference(None, mention.value, pair) for mention in _unmatched_negations((right, left), yours, mine, sentences[0]))


def _unmatched_negations(
    texts: tuple[Stated, Stated], mine: Sequence[Mention], theirs: Sequence[Mention], other: Sentence
) -> list[Mention]:
    """Negations that the other sentence lacks though it has the words around them; `texts` are this one and the other."""
    negations, surplus = _surplus(mine, theirs)
    has_price = any(mention.value.kind is Kind.PRICE for mention in theirs)
    free = [mention for mention in mine if mention.value.text == FREE and not has_price and _is_enclosed(texts[0], mention)]
    if surplus <= 0 and not free:
        return []
    misspelt = [mention for mention in negations if _is_misspelt(texts[0], mention, other)]
    known = [mention for mention in texts[1].mentions[:MOST_KNOWN] if mention.value.text in NEGATIONS and mention not in theirs]
    lacking = [mention for mention in negations if mention not in misspelt and _has_context(mention, other)]
    lacking = [mention for mention in lacking if not any(_has_same_context(mention, twin) for twin in known)]
    lacking = lacking[: max(0, surplus - len(misspelt))]
    return lacking + [mention for mention in free if _has_context(mention, other) and not _is_misspelt(texts[0], mention, other)]


def _surplus(mine: Sequence[Mention], theirs: Sequence[Mention]) -> tuple[list[Mention], int]:
    """The negations of a sentence, and how many more they are than the other's.

    "No … nada" is one negation: words like "nada" only count where neither sentence has a plain one, or to make up for it.
    """
    plain = [[mention for mention in side if mention.value.text == NOT] for side in (mine, theirs)]
    doubled = [[mention for mention in side if mention.value.text == NONE] for side in (mine, theirs)]
    if plain[0] or plain[1]:
        return plain[0], len(plain[0]) - len(plain[1]) - max(0, len(doubled[1]) - len(doubled[0]))
    is_before = any(mention.value.text == BEFORE for mention in mine)
    return doubled[0], 0 if is_before else len(doubled[0]) - len(doubled[1])


def _is_enclosed(stated: Stated, mention: Mention) -> bool:
    """True for "no charge", and for "free" with words on both sides: what stands last may have been cut off."""
    return (bool(mention.before) and bool(mention.after)) or " " in stated.text[mention.start : mention.end]


def _has_same_context(one: Mention, other: Mention) -> bool:
    around, about = {*one.before, *one.after}, {*other.before, *other.after}
    return len(around & about) > SAME_CONTEXT * min(len(around), len(about))


def _has_context(mention: Mention, other: Sentence) -> bool:
    """True when the other sentence has half of the words around a value, and some of them on each side."""
    sides = [side for side in (mention.before, mention.after) if any(len(word) > SHORT_WORD for word in side)]
    known = [[_has_word(other.words, word) for word in side] for side in sides]
    return bool(known) and all(any(side) for side in known) and sum(map(sum, known)) >= LEAST_CONTEXT * sum(map(len, known))


def _is_misspelt(stated: Stated, mention: Mention, other: Sentence) -> bool:
    """True when a word that only the other sentence has looks like this one."""
    word = fold(stated.text[mention.start : mention.end]).split(" ")[0]
    own = stated.sentences[mention.sentence].words
    return len(word) >= LEAST_SLIP and has_slip(word, other.words - own)


def _has_word(words: frozenset[str], word: str) -> bool:
    return word in words or (len(word) >= LEAST_SLIP and has_slip(word, words))


def _leftovers(mine: Sequence[Mention], yours: Sequence[Mention]) -> Iterator[tuple[list[Mention], list[Mention]]]:
    """Per family the values that the other side lacks, where both sides have some; numbers without a unit come last, with all amounts."""
    groups: dict[str, tuple[list[Mention], list[Mention]]] = {}
    for side, mention in [(0, mention) for mention in mine] + [(1, mention) for mention in yours]:
        groups.setdefault(_family(mention.value), ([], []))[side].append(mention)
    rest: tuple[list[Mention], list[Mention]] = ([], [])
    for family, (one, other) in groups.items():
        one, other = _without_equals(one, other)
        if one and other:
            yield one, other
        elif family in AMOUNTS:
            rest[0].extend(one)
            rest[1].extend(other)
    one, other = _without_equals(*rest)
    if one and other and (all(_is_bare(mention) for mention in one) or all(_is_bare(mention) for mention in other)):
        yield one, other


def _without_equals(mine: Sequence[Mention], yours: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Both lists without the values that the other one has too."""
    rest, other = list(mine), list(yours)
    for is_equal in (eq, agree):
        left, rest = rest, []
        for mention in left:
            equal = next((place for place, twin in enumerate(other) if is_equal(mention.value, twin.value)), None)
            if equal is None:
                rest.append(mention)
            else:
                del other[equal]
    return rest, other


def _paired(mine: Sequence[Mention], yours: Sequence[Mention]) -> Iterator[tuple[Mention, Mention]]:
    """Values that stand in each other's place: in order, or when one side has more of them by the words around them."""
    if len(mine) == len(yours):
        yield from zip(mine, yours, strict=True)
        return
    if len(mine) > len(yours):
        yield from ((first, second) for second, first in _paired(yours, mine))
        return
    left = list(yours)
    for mention in mine:
        around = {*mention.before, *mention.after}
        twin = max(left, key=lambda other: len(around & {*other.before, *other.after}))
        left.remove(twin)
        yield mention, twin


def _is_same_place(one: Mention, other: Mention) -> bool:
    """True for opposites before the same word: "before" and "after" stand in most sentences by chance."""
    return one.after[:1] == other.after[:1] and bool(one.after or one.before[-1:] == other.before[-1:])


def _is_bare(mention: Mention) -> bool:
    return mention.value.kind is Kind.NUMBER


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
