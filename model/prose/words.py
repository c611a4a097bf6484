"""The words of a text that a dictionary can be asked about."""

import re

# Words that hold a digit, an underscore or an @ are names of things; links and addresses fall out with them.
CHUNK = re.compile(r"\S{1,200}")
LINKLIKE = re.compile(r"[@/\\_\d<>{}]|\w\.\w")
WORD = re.compile(r"[^\W\d_]{1,60}(?:['’-][^\W\d_]{1,60}){0,4}")
LEAST_LETTERS = 3


def checked_words(text: str) -> tuple[str, ...]:
    """The words to look up, each once, in order: letters alone, not in capitals throughout, not camel case, three letters or more."""
    words = (word for chunk in CHUNK.findall(text) if not LINKLIKE.search(chunk) for word in WORD.findall(chunk))
    return tuple(dict.fromkeys(word for word in words if len(word) >= LEAST_LETTERS and _is_ordinary(word)))


def _is_ordinary(word: str) -> bool:
    return all(part[1:].islower() or len(part) == 1 for part in re.split("['’-]", word))
