"""Which of the configured languages a text is written in, or `und`."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from lingua import IsoCode639_1, Language, LanguageDetectorBuilder
from lingua import LanguageDetector as Lingua

UNDETERMINED = "und"
READ_CHARACTERS = 2_000
LEAST_LETTERS = 3
# Below it fewer than two of three guesses were right (3,000 customer mails and their first four words, in five languages).
LEAST_PROBABILITY = 0.4
FOREIGN_PROBABILITY = 0.5
# Always told apart from the configured ones: a language that is not known would be taken for its nearest relative. Cyrillic and
# other scripts need no model, they fit none of these.
KNOWN = ("es", "fr", "pl", "en", "de", "it", "pt", "nl", "cs")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageGuess:
    """ISO 639-1 code, or `und` when the text gives no ground, and the probability of that code."""

    code: str
    probability: float


class LanguageError(ValueError):
    """A configured language is not an ISO 639-1 code that can be detected; the message names it."""


class LanguageDetector:
    """Detects the configured languages; anything else, and what is too short to say, is `und`.

    The language models are loaded at the first text (some hundred milliseconds), once, also with many threads.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        """Remember the languages.

        Raises:
            LanguageError: none given, or one that cannot be detected.
        """
        if not languages:
            raise LanguageError("at least one language must be configured")
        self.languages = tuple(dict.fromkeys(languages))
        self._codes = {_language(code): code for code in (*self.languages, *KNOWN)}
        self._lingua: Lingua | None = None
        self._lock = Lock()

    def detect(self, text: str) -> LanguageGuess:
        """The language of the first 2,000 characters of `text`.

        The probability is that among the configured languages; of `und` it is what speaks for a foreign language, or 1 where
        there is nothing to read.
        """
        text = text[:READ_CHARACTERS]
        if sum(character.isalpha() for character in text) < LEAST_LETTERS:
            return LanguageGuess(code=UNDETERMINED, probability=1.0)
        values = {self._codes[found.language]: found.value for found in self._built().compute_language_confidence_values(text)}
        foreign = max((value for code, value in values.items() if code not in self.languages), default=0.0)
        best = max(self.languages, key=lambda code: values[code])
        total = sum(values[code] for code in self.languages)
        probability = values[best] / total if total else 0.0
        if foreign >= FOREIGN_PROBABILITY or probability < LEAST_PROBABILITY:
            return LanguageGuess(code=UNDETERMINED, probability=round(foreign if total else 1.0, 6))
        return LanguageGuess(code=best, probability=round(probability, 6))

    def _built(self) -> Lingua:
        with self._lock:
            if self._lingua is None:
                self._lingua = LanguageDetectorBuilder.from_languages(*self._codes).build()
            return self._lingua


def _language(code: str) -> Language:
    try:
        return Language.from_iso_code_639_1(IsoCode639_1.from_str(code))
    except ValueError as error:
        raise LanguageError(f"unknown language {code!r}: use a code of ISO 639-1 such as en") from error
