"""Text without case, accents and punctuation, for literal comparison of whole words, in linear time."""

import re
from dataclasses import dataclass

from data.characters import PIECE, normal_form
from model.terms import without_accents

WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """The words of a text, lower case and without accents, one blank between them: `Rückgabe: JA!` is `ruckgabe ja`."""
    # Piece by piece: sorting one endless run of accents takes quadratic time.
    pieces = PIECE.findall(normal_form("NFKC", text).casefold())
    return " ".join(WORD.findall("".join(without_accents(piece) for piece in pieces)))


@dataclass(frozen=True, slots=True)
class Words:
    """A folded text that is searched many times."""

    text: str
    each: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Words":
        """The words of a text that is not folded yet."""
        plain = folded(text)
        return cls(plain, frozenset(plain.split()))

    def have(self, phrase: str) -> bool:
        """True when the words of `phrase`, folded too, stand here one after the other, as whole words."""
        wanted = folded(phrase)
        return self.each.issuperset(wanted.split()) and f" {wanted} " in f" {self.text} "
