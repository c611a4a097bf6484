"""Spelling by the system's Hunspell, where it is installed; it is run as a program of its own, never linked."""

import os
import shutil
import subprocess
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from data.answer import Answer
from data.markup import visible_text
from data.template import BLOCK, SLOT
from model.lint import Blocks
from model.prose.words import checked_words

# Names under which distributions install the dictionaries; a word is wrong when none of those that are there knows it.
DICTIONARIES: Mapping[str, tuple[str, ...]] = {
    "de": ("de_DE", "de_AT", "de_CH"),
    "en": ("en_US", "en_GB"),
    "es": ("es_ES", "es_MX"),
    "fr": ("fr", "fr_FR"),
    "pl": ("pl_PL",),
    "it": ("it_IT",),
    "pt": ("pt_PT", "pt_BR"),
    "nl": ("nl_NL", "nl"),
    "cs": ("cs_CZ",),
}
PATIENCE_SECONDS = 30.0
MAX_WORDS = 500_000
PASSED_ON = ("PATH", "DICPATH", "LD_LIBRARY_PATH")


class SpellingError(RuntimeError):
    """Hunspell did not finish; the message says with which dictionary."""


def find_hunspell() -> Path | None:
    """The installed program, or None."""
    found = shutil.which("hunspell")
    return Path(found) if found else None


def misspelt_words(
    words: Mapping[str, Collection[str]], known: Collection[str], program: Path | None, patience: float = PATIENCE_SECONDS
) -> dict[str, frozenset[str]]:
    """For each language with a dictionary the words that it does not know; one run of the program a dictionary.

    Args:
        words: what to look up, by language.
        known: words of the organisation that are right, in any case: names of products and people.
        program: Hunspell; None gives an empty result, as nothing can be checked.
        patience: seconds that one dictionary may take.

    Raises:
        SpellingError: a dictionary took longer, or the program cannot be run.
    """
    if program is None:
        return {}
    own = {word.casefold() for word in known}
    checked: dict[str, frozenset[str]] = {}
    for language, asked in sorted(words.items()):
        wrong = _unknown_to_all(sorted(asked)[:MAX_WORDS], DICTIONARIES.get(language, (language,)), program, patience)
        if wrong is not None:
            checked[language] = frozenset(word for word in wrong if word.casefold() not in own)
    return checked


def words_of_answers(answers: Iterable[Answer], blocks: Blocks) -> dict[str, set[str]]:
    """The words of answers and phrase blocks that are to be looked up, by language."""
    words: dict[str, set[str]] = {}
    for answer in answers:
        for variant in answer.variants:
            prose = BLOCK.sub(" ", SLOT.sub(" ", variant.body))
            text = visible_text(prose) if variant.format == "html" else prose
            words.setdefault(variant.language, set()).update(checked_words(f"{variant.title}\n{text}"))
    for texts in blocks.values():
        for language, text in texts.items():
            words.setdefault(language, set()).update(checked_words(text))
    return words


def _unknown_to_all(words: list[str], dictionaries: tuple[str, ...], program: Path, patience: float) -> list[str] | None:
    """Words that no installed dictionary of the language knows; None where none is installed."""
    wrong: list[str] | None = None
    for dictionary in dictionaries:
        unknown = _unknown(words if wrong is None else wrong, dictionary, program, patience)
        wrong = wrong if unknown is None else unknown
    return wrong


def _unknown(words: list[str], dictionary: str, program: Path, patience: float) -> list[str] | None:
    """Words that a dictionary does not know; None where it is not installed."""
    environment = {name: value for name in PASSED_ON if (value := os.environ.get(name))} | {"LC_ALL": "C.UTF-8"}
    command = [str(program), "-l", "-i", "utf-8", "-d", dictionary]
    try:
        done = subprocess.run(
            command, input="\n".join(words), capture_output=True, encoding="utf-8", env=environment, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise SpellingError(f"hunspell took longer than {patience:g} s with the dictionary {dictionary}") from error
    except OSError as error:
        raise SpellingError(f"{program} cannot be run: {error}") from error
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else None
