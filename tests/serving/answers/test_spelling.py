"""Spelling by an external program: one that is there, one that hangs, none at all."""

from pathlib import Path

import pytest

from data.answer import BodyFormat, Variant
from serving.answers.spelling import SpellingError, find_hunspell, misspelt_words, words_of_answers
from tests.factories import make_answer

# Behaves as Hunspell: lists the words that are not in the dictionary, and fails where there is none.
PROGRAM = """#!/bin/sh
test "$1 $2 $3 $4" = "-l -i utf-8 -d" || exit 3
test -f {folder}/$5 || exit 1
grep -v -x -F -f {folder}/$5
exit 0
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program with an American, a British and a Polish dictionary."""
    for name, words in {"en_US": "parcel\ncolor\n", "en_GB": "parcel\ncolour\n", "pl_PL": "paczka\nżółta\n"}.items():
        (tmp_path / name).write_text(words, encoding="utf-8")
    path = tmp_path / "hunspell"
    path.write_text(PROGRAM.format(folder=tmp_path), encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_word_is_wrong_when_no_dictionary_of_its_language_knows_it(program: Path) -> None:
    words = {"en": ["parcel", "color", "colour", "parcle"], "pl": ["żółta", "zolta"]}
    assert misspelt_words(words, (), program) == {"en": frozenset(["parcle"]), "pl": frozenset(["zolta"])}


def test_own_words_are_right(program: Path) -> None:
    assert misspelt_words({"en": ["Alvento"]}, ["alvento"], program) == {"en": frozenset()}


def test_a_language_without_a_dictionary_is_not_checked(program: Path) -> None:
    assert misspelt_words({"de": ["Paket"], "xx": ["?"]}, (), program) == {}


def test_without_the_program_nothing_is_checked() -> None:
    assert misspelt_words({"en": ["parcle"]}, (), None) == {}


def test_a_program_that_cannot_be_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SpellingError, match="cannot be run"):
        misspelt_words({"en": ["parcel"]}, (), tmp_path / "nothing")


def test_a_program_that_hangs_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "hunspell"
    path.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    path.chmod(0o755)
    with pytest.raises(SpellingError, match="en_US"):
        misspelt_words({"en": ["parcel"]}, (), path, patience=0.2)


def test_collects_the_words_of_all_variants_and_blocks() -> None:
    html = Variant(language="de", title="Paket", body="<b>Unterwegs</b> {{order_number}}", format=BodyFormat.HTML)
    answers = [make_answer(title="Parcel", body="It is {{> sorry}} there."), make_answer(id="other", variants=(html,))]
    assert words_of_answers(answers, {"sorry": {"en": "Sorry"}}) == {"en": {"Parcel", "there", "Sorry"}, "de": {"Paket", "Unterwegs"}}


def test_the_installed_hunspell_knows_a_slip_from_a_word() -> None:
    program = find_hunspell()
    found = misspelt_words({"en": ["parcel", "parcle"]}, (), program)
    if "en" not in found:
        pytest.skip("Hunspell with an English dictionary is not installed: apt install hunspell hunspell-en-us")
    assert found == {"en": frozenset(["parcle"])}
