"""Language of a mail among the configured ones."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from data.language import LanguageDetector, LanguageError

FIVE = LanguageDetector(("es", "fr", "pl", "en", "de"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("¿Dónde está mi pedido?", "es"),
        ("Où est mon colis ?", "fr"),
        ("Gdzie jest moja paczka?", "pl"),
        ("Where is my parcel?", "en"),
        ("Wo ist mein Paket?", "de"),
        ("Buongiorno, non ho ancora ricevuto il mio pacco, potete aiutarmi?", "und"),
        ("Bom dia, ainda não recebi a minha encomenda, podem ajudar-me?", "und"),
        ("Здравствуйте, где моя посылка?", "und"),
        ("", "und"),
        ("12345 / 678", "und"),
        ("ok", "und"),
        ("🙏🙏🙏", "und"),
    ],
)
def test_names_a_configured_language_or_undetermined(text: str, code: str) -> None:
    assert FIVE.detect(text).code == code


def test_gives_a_probability_among_the_configured_languages() -> None:
    guess = FIVE.detect("Ich möchte meinen Vertrag zum Monatsende kündigen.")
    assert 0.9 < guess.probability <= 1


def test_works_with_one_language() -> None:
    english = LanguageDetector(["en"])
    assert english.detect("Where is my parcel?").code == "en"
    assert english.detect("Ich möchte meinen Vertrag kündigen.").code == "und"


def test_works_with_a_language_of_the_neighbours() -> None:
    assert LanguageDetector(["it", "en"]).detect("Buongiorno, dove è il mio pacco?").code == "it"


def test_gives_the_same_answer_in_every_thread() -> None:
    texts = ["Where is my parcel?", "Wo ist mein Paket?", "ok"] * 10
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(LanguageDetector(["en", "de"]).detect, texts)) == list(map(LanguageDetector(["en", "de"]).detect, texts))


@pytest.mark.parametrize("languages", [["xx"], ["english"], [""], []])
def test_refuses_what_is_no_language(languages: list[str]) -> None:
    with pytest.raises(LanguageError):
        LanguageDetector(languages)
