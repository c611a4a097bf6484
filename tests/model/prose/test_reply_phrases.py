"""Greetings and talk of attachments in five languages."""

import pytest

from model.prose.reply_phrases import is_greeting_line, speaks_of_attachment


@pytest.mark.parametrize(
    "line", ["Hello,", "Hi", "Guten Tag", "Sehr geehrte Frau Doktor Meier,", "Buenos días:", "Dzień dobry,", "Bonjour !"]
)
def test_knows_a_greeting(line: str) -> None:
    assert is_greeting_line(line)


@pytest.mark.parametrize("line", ["", "Hello is what we say to everybody who comes in here", "Your parcel,", "Dearest things"])
def test_knows_what_is_none(line: str) -> None:
    assert not is_greeting_line(line)


@pytest.mark.parametrize(
    "sentence",
    [
        "Your invoice is attached.",
        "Anbei erhalten Sie das Formular.",
        "Le adjuntamos la factura.",
        "Vous le trouverez en pièce jointe.",
        "W załączniku przesyłamy druk.",
    ],
)
def test_hears_of_an_attachment(sentence: str) -> None:
    assert speaks_of_attachment(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Responda con el documento adjunto.",
        "Bitte antworten Sie mit dem Foto im Anhang.",
        "Send us the photo attached to your reply.",
        "Your parcel is here.",
    ],
)
def test_hears_who_is_to_attach_it(sentence: str) -> None:
    assert not speaks_of_attachment(sentence)
