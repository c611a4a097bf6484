"""spaCy documents that leave nothing behind: a service reads mails for months."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from spacy.language import Language
from spacy.tokens import Doc

from model.terms import MAX_CHARACTERS, without_endless_words

# A zone belongs to a vocabulary, not to a thread; spaCy holds the interpreter's lock while it works anyway.
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def document(nlp: Language, text: str) -> Iterator[Doc]:
    """The document of a text, which must not be used after the context: words that spaCy had not seen before are forgotten then."""
    with _ONE_AT_A_TIME, nlp.memory_zone():
        yield nlp(without_endless_words(text[:MAX_CHARACTERS]))
