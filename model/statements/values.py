"""What a text states: periods, prices, dates, phones and other values that make two near-copies say different things.

Only rule values are read, those that hold for every customer. Numbers of orders, tickets, customers, invoices and parcels and names of
people belong to one case, and so does everything from the closing formula on.
"""

from bisect import bisect_left

from model.statements.cases import signature_start
from model.statements.disagreement import Difference, differences, differing_values
from model.statements.lexicon import Lexicon, lexicon
from model.statements.reading import FREE, Reading
from model.statements.statement import CaseKind, CaseValue, Kind, Mention, Sentence, Stated, Value
from model.statements.tokens import Tokens, composed, tokens

__all__ = [
    "Difference",
    "Mention",
    "Kind",
    "Stated",
    "Value",
    "differences",
    "differing_values",
    "stated_values",
    "without_case_values",
]

CONTEXT = 3


def stated_values(text: str, language: str, names: frozenset[str] = frozenset()) -> Stated:
    """The rule values of a text, and what comparisons need besides.

    Takes time linear in the length of the text. `names` are product names in small letters that no pattern would recognise. Something
    free of charge states the price `0`, something chargeable the price `fee`. Places refer to the text in Unicode NFC.
    """
    text = composed(text)
    words = lexicon(language)
    cut = tokens(text, words.lists["abbreviations"], words.months)
    closing, signature = signature_start(text)
    end = bisect_left(cut.starts, closing)
    reading = Reading(cut, words, end, names)
    sentences, around = _sentences(cut, words, reading, end)
    mentions = [_mention(cut, around, *item) for item in reading.values]
    cases = [CaseValue(kind, cut.starts[first], cut.ends[last - 1]) for kind, first, last in reading.cases]
    cases += [CaseValue(CaseKind.NAME, cut.starts[at], cut.ends[at]) for at in _signers(cut, bisect_left(cut.starts, signature))]
    return Stated.of(text, language, mentions, sentences, cases)


def without_case_values(text: str, language: str) -> str:
    """`text` with `⟨name⟩`, `⟨number⟩`, `⟨date⟩` for people's names, numbers of orders, tickets, parcels, the dates of messages."""
    return stated_values(text, language).without_cases


def _sentences(cut: Tokens, words: Lexicon, reading: Reading, end: int) -> tuple[tuple[Sentence, ...], list[int]]:
    """The sentences with their words, and the tokens of these words."""
    taken = {place for _, first, last in reading.cases for place in range(first, last)} | reading.partners
    # "no charge" keeps its second word: the other text may say "a charge".
    taken |= {place for value, first, last in reading.values for place in range(first, first + 1 if value == FREE else last)}
    plain = [place for place in range(end) if cut.kinds[place] in ("word", "code") and place not in taken]
    spoken: list[set[str]] = [set() for _ in cut.spans]
    for place in plain:
        spoken[cut.sentences[place]].add(cut.words[place])
    spans = [(first, min(last, end)) for first, last in cut.spans if first < end]
    made = (Sentence(cut.starts[first], cut.ends[last - 1], frozenset(spoken[number])) for number, (first, last) in enumerate(spans))
    return tuple(made), plain


def _mention(cut: Tokens, plain: list[int], value: Value, first: int, last: int) -> Mention:
    number = cut.sentences[first]
    at = bisect_left(plain, first)
    before = tuple(cut.words[place] for place in plain[max(0, at - CONTEXT) : at] if cut.sentences[place] == number)
    behind = bisect_left(plain, last)
    after = tuple(cut.words[place] for place in plain[behind : behind + CONTEXT] if cut.sentences[place] == number)
    return Mention(value, cut.starts[first], cut.ends[last - 1], number, before, after)


def _signers(cut: Tokens, end: int) -> list[int]:
    """Capitalised words of the signature."""
    return [place for place in range(end, len(cut.words)) if cut.kinds[place] == "word" and cut.is_capital(place)]
