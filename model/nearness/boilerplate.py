"""Standard sentences that many different answers share: they say nothing about which answers are copies of one another.

A sentence is standard when two answers that hold it have as a rule nothing else in common. That is read from the base itself, whatever
the company's standing phrases are; how often a sentence occurs alone tells nothing, for an answer may have hundreds of copies.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

Triple = tuple[str, ...]

FEWEST_TEXTS = 6
LOOKED_AT = 16
FEWEST_WORDS = 3
SAME_CONTEXT = 0.2
STANDARD_BELOW = 0.42
COMMON_SHARE = 0.6
SAY_MORE = 0.9
BLOCK_BELOW = 0.15
BLOCK_TEXTS = 8
BLOCK_WORDS = 6
ROUNDS = 3
STANDARD_SHARE = 0.6
TRIPLE = 3
LINES_KEPT = 1 << 14


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The standard sentences of a base, and their word triples, so that a mistyped one is known too."""

    sentences: frozenset[str] = frozenset()
    triples: frozenset[Triple] = frozenset()

    @classmethod
    def learn(cls, texts: Sequence[str]) -> "Boilerplate":
        """Read the standard sentences from canonical texts (one sentence a line). The texts are to be in an order of their own."""
        open_ = _often_held(texts)
        known: frozenset[Triple] = frozenset()
        standard: set[str] = set()
        # What is standard shows better once the other standard sentences no longer count as something in common.
        for _ in range(ROUNDS):
            found = [sentence for sentence, rows in open_.items() if _is_standard(sentence, rows, texts, known)]
            known |= {triple for sentence in found for triple in triples_of(sentence)}
            standard.update(found)
            for sentence in found:
                del open_[sentence]
            if not found:
                break
        return cls(sentences=frozenset(standard), triples=known)

    def without(self, text: str) -> tuple[str, bool]:
        """The canonical text without its standard sentences, all of it when it has no others; and whether these stood there verbatim."""
        if not self.triples:
            return text, True
        lines = text.split("\n")
        standard = [self.holds(line) for line in lines]
        kept = [line for line, is_standard in zip(lines, standard, strict=True) if not is_standard]
        is_verbatim = all(line in self.sentences for line, is_standard in zip(lines, standard, strict=True) if is_standard)
        return "\n".join(kept or lines), is_verbatim

    def holds(self, sentence: str) -> bool:
        """True for a standard sentence, also with some words changed."""
        triples = list(triples_of(sentence))
        return sum(triple in self.triples for triple in triples) >= STANDARD_SHARE * len(triples)


def _often_held(texts: Sequence[str]) -> dict[str, list[int]]:
    """The sentences that several texts hold, with the rows of these, in the order in which they are met."""
    counts = Counter(sentence for text in texts for sentence in dict.fromkeys(text.split("\n")))
    held = {sentence: list[int]() for sentence, count in counts.items() if count >= FEWEST_TEXTS and len(sentence.split()) >= FEWEST_WORDS}
    for row, text in enumerate(texts):
        for sentence in dict.fromkeys(text.split("\n")):
            if sentence in held:
                held[sentence].append(row)
    return held


def triples_of(sentence: str) -> Iterator[Triple]:
    """Every three neighbouring words; a shorter sentence is one piece."""
    words = sentence.split()
    if len(words) < TRIPLE:
        yield tuple(words)
    else:
        yield from zip(words, words[1:], words[2:], strict=False)


@lru_cache(maxsize=LINES_KEPT)
def _triples(line: str) -> frozenset[Triple]:
    """Those of a line; the lines of an answer are asked for again and again, by each other's copies."""
    return frozenset(triples_of(line))


def _is_standard(sentence: str, rows: Sequence[int], texts: Sequence[str], known: frozenset[Triple]) -> bool:
    """Looks at texts spread evenly over all that hold the sentence; those that say nothing else do not count."""
    own = frozenset(triples_of(sentence)) | known
    chosen = [rows[number * len(rows) // LOOKED_AT] for number in range(LOOKED_AT)] if len(rows) > LOOKED_AT else rows
    contexts = [frozenset[Triple]().union(*map(_triples, texts[row].split("\n"))) - own for row in chosen]
    if _are_different([context for context in contexts if len(context) >= FEWEST_WORDS], FEWEST_TEXTS, STANDARD_BELOW):
        return True
    # Standard sentences come in blocks: without what most of these texts have, too, nearly all must still say something, each its own.
    counted = Counter(triple for context in contexts for triple in context)
    common = frozenset(triple for triple, count in counted.items() if count >= COMMON_SHARE * len(contexts))
    fewest = max(BLOCK_TEXTS, math.ceil(SAY_MORE * len(contexts)))
    rest = [context - common for context in contexts]
    return _are_different([context for context in rest if len(context) >= BLOCK_WORDS], fewest, BLOCK_BELOW)


def _are_different(contexts: Sequence[frozenset[Triple]], fewest: int, limit: float) -> bool:
    """True when less than that share of the pairs of contexts have something in common."""
    if len(contexts) < fewest:
        return False
    same = [len(one & two) >= SAME_CONTEXT * min(len(one), len(two)) for one, two in combinations(contexts, 2)]
    return sum(same) < limit * len(same)
