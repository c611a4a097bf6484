"""Answers in five languages and the copies that agents make of them."""

from collections.abc import Iterator
from typing import Any

from model.entry import Entry

ORIGINALS = {
    "en": (
        "You can return the jacket within 30 days of delivery. Pack it in the original box and put the delivery note inside. "
        "Print the label from your account and hand the parcel in at any post office."
    ),
    "de": (
        "Sie können die Lampe innerhalb von 14 Tagen umtauschen. Legen Sie bitte den Lieferschein in das Paket. "
        "Das Etikett finden Sie in Ihrem Kundenkonto unter Rücksendungen."
    ),
    "es": (
        "El técnico llega entre las 8 y las 12 horas. Deje libre el acceso al contador y tenga a mano la última factura. "
        "Si no está en casa, la visita se aplaza una semana."
    ),
    "fr": (
        "Votre carte cadeau est valable 2 ans à partir de la date d'achat. Saisissez le code à la dernière étape de la commande. "
        "Le solde restant est conservé sur votre compte."
    ),
    "pl": (
        "Fakturę korygującą wystawiamy w ciągu 7 dni roboczych. Dokument trafia na adres podany przy zakupie. "
        "Poprzednią fakturę należy zachować do celów księgowych."
    ),
}
WRAPS = {
    "en": ("Dear Mrs Miller,\n\n", "\n\nKind regards,\nTom Baker\nCustomer Service"),
    "de": ("Sehr geehrte Frau Müller,\n\n", "\n\nMit freundlichen Grüßen\nAnna Schmidt\nIhr Kundenservice-Team"),
    "es": ("Hola, Ana:\n\n", "\n\nUn saludo,\nMarta García\nAtención al cliente"),
    "fr": ("Bonjour Madame,\n\n", "\n\nCordialement,\nPaul Durand\nService clients"),
    "pl": ("Szanowna Pani,\n\n", "\n\nZ poważaniem\nAnna Nowak\nZespół obsługi klienta"),
}


def entry(id: str, body: str, language: str = "en", **rest: Any) -> Entry:
    """An answer of which only the body matters."""
    return Entry(id=id, language=language, body=body, **rest)


def wrapped(body: str, language: str) -> str:
    """The same answer with a greeting and a signature."""
    greeting, farewell = WRAPS[language]
    return f"{greeting}{body}{farewell}"


def sentences(body: str) -> list[str]:
    """The sentences of an answer."""
    return [f"{sentence.rstrip('.')}." for sentence in body.split(". ")]


def mistyped(body: str, count: int) -> Iterator[str]:
    """Copies, each with another two letters exchanged."""
    places = [place for place in range(len(body) - 1) if body[place : place + 2].isalpha() and body[place] != body[place + 1]]
    for place in places[:count]:
        yield body[:place] + body[place + 1] + body[place] + body[place + 2 :]


def mistyped_twice(body: str, count: int) -> Iterator[str]:
    """More copies than one exchange can give: so many of each of two copies."""
    for copy in mistyped(body, 2):
        yield from mistyped(copy, count)
