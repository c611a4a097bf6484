"""spaCy documents that leave nothing behind: a service reads mails for months."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import spacy
from spacy.attrs import IS_PUNCT, IS_SPACE, LOWER
from spacy.language import Language
from spacy.tokens import Doc

from model.terms import MAX_CHARACTERS, without_endless_words

# A zone belongs to a vocabulary, not to a thread; spaCy holds the interpreter's lock while it works anyway.
_ONE_AT_A_TIME = threading.Lock()
# What rules and sentence ends look at. A blank pipeline would compute two dozen more for every word that it forgets again.
LOOKED_AT = frozenset({IS_PUNCT, IS_SPACE, LOWER})


def blank(language: str) -> Language:
    """A pipeline without a trained part, which knows of a word only what `LOOKED_AT` names.

    Raises:
        ImportError: spaCy needs more packages to split this language into words.
    """
    nlp = spacy.blank(language)
    words: Any = nlp.vocab
    words.lex_attr_getters = {name: getter for name, getter in words.lex_attr_getters.items() if name in LOOKED_AT}
    return nlp


@contextmanager
def document(nlp: Language, text: str) -> Iterator[Doc]:
    """The document of a text, which must not be used after the context: words that spaCy had not seen before are forgotten then."""
    with _ONE_AT_A_TIME, nlp.memory_zone():
        yield nlp(without_endless_words(text[:MAX_CHARACTERS]))
