"""Where a second request may begin: after a full stop, or in the middle of what was written without one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.passages import MIN_WORDS, Passages
from model.requests.hashing import BITS, hashed

MOST_CUTS = 2
MOST_WORDS = 60
MOST_SENTENCES = 3
NEVER = 1e9
PUNCTUATION = ".,;:!?…)(\"'’“”„«»-–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """Stretches of a mail that may each ask for something.

    numbers: the sentence that each is of. rows: its row among the sentences of the passages, -1 where it is only a part of one.
    """

    texts: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()

    @property
    def new(self) -> tuple[str, ...]:
        """Those that the passages do not have, and whose vectors are still to be made."""
        return tuple(text for text, row in zip(self.texts, self.rows, strict=True) if row < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutter:
    """A logistic regression on the words around a place: does something new begin there? A place counts from the log odds `limit` on.

    weights: (2 ** BITS,) of hashed words, so that no word of a mail is kept.
    """

    weights: NDArray[np.float32]
    intercept: float
    limit: float

    @classmethod
    def untrained(cls) -> "Cutter":
        """Cuts nowhere."""
        return cls(weights=np.zeros(2**BITS, dtype=np.float32), intercept=0.0, limit=NEVER)

    def stretches(self, cut: Passages) -> Stretches:
        """The stretches of a mail; none where there is only one.

        Who writes more than a few sentences ends them with full stops: those are not cut again, which finds hardly any request there, and
        the pieces of every third such mail would have to be encoded.
        """
        if len(cut.numbers) > MOST_SENTENCES:
            return Stretches(texts=cut.sentences, numbers=cut.numbers, rows=tuple(range(len(cut.numbers))))
        whole = zip(cut.sentences, cut.numbers, range(len(cut.numbers)), strict=True)
        found = list(whole if cut.numbers else ((sentence, number, -1) for number, sentence in enumerate(cut.all_sentences)))
        places = self._places([sentence for sentence, _, _ in found])
        parts = [
            (piece, number, row if piece == sentence else -1)
            for (sentence, number, row), at in zip(found, places, strict=True)
            for piece in pieces(sentence, at)
            if len(piece.split()) >= MIN_WORDS
        ]
        if len(parts) < 2:
            return Stretches()
        texts, numbers, rows = zip(*parts, strict=True)
        return Stretches(texts=texts, numbers=numbers, rows=rows)

    def highest(self, sentence: str) -> float:
        """Log odds of the likeliest place in a sentence; minus infinity in one too short to be cut."""
        words = sentence.split()
        return max(self._odds([words])[0].values(), default=float("-inf"))

    def _places(self, found: Sequence[str]) -> list[list[int]]:
        """In each sentence the places to cut it at: the likeliest first, none so near to another that a piece is too short to ask."""
        if self.limit >= NEVER:
            return [[] for _ in found]
        chosen: list[list[int]] = []
        for odds in self._odds([sentence.split() for sentence in found]):
            taken: list[int] = []
            for place in sorted((place for place in odds if odds[place] >= self.limit), key=lambda place: (-odds[place], place)):
                if len(taken) < MOST_CUTS and all(abs(place - other) >= MIN_WORDS for other in taken):
                    taken.append(place)
            chosen.append(sorted(taken))
        return chosen

    def _odds(self, found: Sequence[Sequence[str]]) -> list[dict[int, float]]:
        """Log odds of every place of sentences that were split into words."""
        asked = [(number, place) for number, words in enumerate(found) for place in places(words)]
        odds: list[dict[int, float]] = [{} for _ in found]
        if asked:
            said = hashed(around(found[number], place) for number, place in asked) @ self.weights + self.intercept
            for (number, place), value in zip(asked, said.tolist(), strict=True):
                odds[number][place] = value
        return odds


def places(words: Sequence[str]) -> range:
    """Places before which a second request may begin, so that either side is long enough to ask; of endless sentences the beginning."""
    return range(MIN_WORDS, min(len(words), MOST_WORDS) - MIN_WORDS + 1)


def pieces(sentence: str, at: Sequence[int]) -> tuple[str, ...]:
    """A sentence cut before the words with these numbers, ascending; untouched without any."""
    if not at:
        return (sentence,)
    words = sentence.split()
    ends = (*at, len(words))
    return tuple(" ".join(words[start:end]) for start, end in zip((0, *at), ends, strict=True))


def around(words: Sequence[str], place: int) -> Iterator[str]:
    """What is seen at a place: how the words before it end, how those behind it begin, a comma, a capital."""
    before = [_bare(word) for word in words[max(0, place - 2) : place]]
    after = [_bare(word) for word in words[place : place + 3]]
    yield f"<{before[-1]}"
    yield f"<{' '.join(before)}"
    yield f"{before[-1]}|{after[0]}"
    for length in (1, 2, 3):
        yield f">{' '.join(after[:length])}"
    if words[place - 1].endswith(","):
        yield ","
    if words[place][:1].isupper() and words[place][1:2].islower():
        yield "^"


def _bare(word: str) -> str:
    return word.strip(PUNCTUATION).lower()
