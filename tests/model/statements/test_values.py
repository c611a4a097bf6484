"""What a text states: values in five languages, and what belongs to one case alone."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.statements.values import Kind, Value, stated_values, without_case_values

LANGUAGES = ("en", "de", "es", "fr", "pl", "it")


def texts(text: str, language: str, kind: Kind) -> list[str]:
    """The values of one kind, as text."""
    return [mention.value.text for mention in stated_values(text, language) if mention.value.kind is kind]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "within thirty (30) days or two weeks", ["30 day", "14 day"]),
        (
            "en",
            "3–5 working days, a 2-year warranty, 24 hours, half an hour, a week",
            ["3-5 working day", "2 year", "1 day", "30 minute", "7 day"],
        ),
        ("en", "two or three months, between 24 and 72 hours", ["2-3 month", "1-3 day"]),
        ("de", "30 Tage, dreißig Tagen, vierzehntägig, 14-tägiges", ["30 day", "30 day", "14 day", "14 day"]),
        ("de", "fünf Werktage, 24 Monate, zweijährige Garantie, fuenf Wochen", ["5 working day", "2 year", "2 year", "35 day"]),
        ("es", "treinta días naturales, 14 días laborables, dos semanas, media hora", ["30 day", "14 working day", "14 day", "30 minute"]),
        ("es", "cuarenta y ocho horas, un año", ["2 day", "1 year"]),
        ("fr", "trente jours, 14 jours ouvrables, sous 48 h, quatre-vingt-dix jours", ["30 day", "14 working day", "2 day", "90 day"]),
        ("fr", "24 mois, une semaine, vingt-quatre heures", ["2 year", "7 day", "1 day"]),
        ("pl", "14 dni roboczych, dwa tygodnie, trzydziestu dni, pół roku", ["14 working day", "14 day", "30 day", "6 month"]),
        ("pl", "dwuletnia gwarancja, w ciągu tygodnia, 48 godzin", ["2 year", "7 day", "2 day"]),
    ],
)
def test_a_period_is_the_same_in_all_spellings(language: str, text: str, expected: list[str]) -> None:
    assert texts(text, language, Kind.PERIOD) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "$1,299.50, EUR 5, £3.20 and 20 cents", ["1299.50 usd", "5.00 eur", "3.20 gbp", "0.20 eur"]),
        ("de", "1.299,00 € oder 1299 Euro, 4,- Euro, CHF 1'299.50", ["1299.00 eur", "1299.00 eur", "4.00 eur", "1299.50 chf"]),
        ("es", "1.299,00 euros, 50 céntimos", ["1299.00 eur", "0.50 eur"]),
        ("fr", "1 299,00 €, cinq euros, 10-15 €", ["1299.00 eur", "5.00 eur", "10.00-15.00 eur"]),
        ("pl", "1 299,00 zł, 99,99zł, 5 złotych", ["1299.00 pln", "99.99 pln", "5.00 pln"]),
        ("en", "Returns are free of charge. Feel free to call. There is no additional fee.", ["0", "0"]),
        ("de", "Die Rückgabe ist kostenlos, der Rückruf kostenpflichtig. Ohne Kosten.", ["0", "fee", "0"]),
        ("es", "El envío es gratuito y la devolución no tiene ningún coste.", ["0", "0"]),
        ("fr", "Retour gratuit, échange sans frais, réparation payante.", ["0", "0", "fee"]),
        ("pl", "Zwrot jest bezpłatny, bez dodatkowych opłat.", ["0", "0"]),
    ],
)
def test_a_price_is_the_same_in_all_spellings(language: str, text: str, expected: list[str]) -> None:
    assert texts(text, language, Kind.PRICE) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "On 12 March 2026, March 12th or 12/03/2026, until 3 May.", ["2026-03-12", "03-12", "2026-03-12", "05-03"]),
        ("de", "am 12. März 2026, bis 12.03.2026, ab 5.4. und bis Juli", ["2026-03-12", "2026-03-12", "04-05", "07"]),
        ("es", "el 12 de marzo de 2026 y el 1 de mayo", ["2026-03-12", "05-01"]),
        ("fr", "le 1er mars 2026 et le 12 août", ["2026-03-01", "08-12"]),
        ("pl", "12 marca 2026 r. i do maja; oni mają czas", ["2026-03-12", "05"]),
    ],
)
def test_a_date_is_the_same_in_all_spellings(language: str, text: str, expected: list[str]) -> None:
    assert texts(text, language, Kind.DATE) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "Monday to Friday 9am-6pm, Sat 10:00-14:00, from 9 to 6 p.m.",
            ["mon-fri", "09:00-18:00", "sat", "10:00-14:00", "09:00-18:00"],
        ),
        ("de", "Mo–Fr 9–18 Uhr, von 9:00 bis 18:00 Uhr, um 9.30 Uhr", ["mon-fri", "09:00-18:00", "09:00-18:00", "09:30"]),
        ("es", "de lunes a viernes de 9 a 18 h, a las 9 horas", ["mon-fri", "09:00-18:00", "09:00"]),
        ("fr", "du lundi au vendredi, 9h-18h, de 9 h 30 à 18 h", ["mon-fri", "09:00-18:00", "09:30-18:00"]),
        ("pl", "od poniedziałku do piątku, w godz. 9-17, od 9:00 do 17:00", ["mon-fri", "09:00-17:00", "09:00-17:00"]),
    ],
)
def test_opening_hours_are_the_same_in_all_spellings(language: str, text: str, expected: list[str]) -> None:
    assert texts(text, language, Kind.TIME) == expected


def test_finds_phones_links_and_addresses() -> None:
    text = "Call 0800 123 4567 or +44 (0)20 7946 0018, see https://www.Example.com/help. or write to help@example.com."
    assert texts(text, "en", Kind.PHONE) == ["08001234567", "+442079460018"]
    assert texts(text, "en", Kind.URL) == ["example.com/help"]
    assert texts(text, "en", Kind.EMAIL) == ["help@example.com"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Visit us at 12 High Street.", ["high 12"]),
        ("de", "Hauptstraße 12a, 10115 Berlin", ["hauptstr 12a", "10115"]),
        ("es", "Calle Mayor 12, 28013 Madrid", ["mayor 12", "28013"]),
        ("fr", "12 rue de la Paix, 75002 Paris", ["de la paix 12", "75002"]),
        ("pl", "ul. Długa 5/7, 00-123 Warszawa", ["dluga 5/7", "00-123"]),
    ],
)
def test_finds_postal_addresses(language: str, text: str, expected: list[str]) -> None:
    assert texts(text, language, Kind.ADDRESS) == expected


def test_finds_products_and_names_that_are_passed() -> None:
    assert texts("The ThermoFix 300, the X200 and the Alvento Care plan.", "en", Kind.PRODUCT) == ["thermofix 300", "x200", "alvento care"]
    assert texts("Unter „Meine Daten“ finden Sie den ThermoFix 300.", "de", Kind.PRODUCT) == ["meine daten", "thermofix 300"]
    named = stated_values("der kessel ist da", "de", frozenset(["kessel"]))
    assert [mention.value for mention in named] == [Value(Kind.PRODUCT, "kessel")]


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "You cannot return it. It isn't possible, it is impossible. No matter what.", 3),
        ("de", "Das geht nicht. Kein Umtausch, nciht möglich.", 3),
        ("es", "No es posible. Es imposible devolverlo sin factura.", 3),
        ("fr", "Vous ne pouvez pas le rendre. Ce n'est que pour vous. C'est impossible.", 2),
        ("pl", "Nie można zwrócić. Zwrot jest niemożliwy bez paragonu.", 3),
    ],
)
def test_counts_negations(language: str, text: str, count: int) -> None:
    assert texts(text, language, Kind.NEGATION) == ["not"] * count


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "Dear Anna Smith, your order no. 48213 and ticket #5521",
            "Dear ⟨name⟩ ⟨name⟩, your order no. ⟨number⟩ and ticket #⟨number⟩",
        ),
        ("en", "Mr O'Neill, your mail of 12.03.2026 is here", "Mr ⟨name⟩'Neill, your mail of ⟨date⟩ is here"),
        ("de", "Guten Tag Frau Meier, Bestellnummer 123456", "Guten Tag Frau ⟨name⟩, Bestellnummer ⟨number⟩"),
        ("es", "Estimada Sra. García: su pedido 48213", "Estimada Sra. ⟨name⟩: su pedido ⟨number⟩"),
        ("fr", "Bonjour Madame Dupont, commande n° 12345", "Bonjour Madame ⟨name⟩, commande n° ⟨number⟩"),
        ("pl", "Dzień dobry Pani Anno, zamówienie nr 12345", "Dzień dobry Pani ⟨name⟩, zamówienie nr ⟨number⟩"),
        ("en", "Tracking 1Z999AA10123456784 is on its way", "Tracking ⟨number⟩ is on its way"),
    ],
)
def test_names_and_numbers_of_a_case_become_placeholders(language: str, text: str, expected: str) -> None:
    assert without_case_values(text, language) == expected
    assert not texts(text, language, Kind.NUMBER)


def test_numbers_of_a_list_are_no_values() -> None:
    assert texts("1. Open the app.\n2. Press 3 buttons.", "en", Kind.NUMBER) == ["3"]


@pytest.mark.parametrize(
    ("language", "body", "greeting", "signature"),
    [
        ("en", "You can return it within 30 days.", "Dear Ms Smith,\n\n", "\n\nKind regards,\nPeter Miller\nTel. 0800 999 888"),
        ("de", "Rückgabe binnen 30 Tagen.", "Guten Tag Herr Weber,\n\n", "\n\nMit freundlichen Grüßen\nIhr Team"),
        ("es", "Tiene 30 días para devolverlo.", "Hola, Marta:\n\n", "\n\nUn saludo,\nAna Ruiz"),
        ("fr", "Vous avez 30 jours.", "Bonjour Madame Roux,\n\n", "\n\nCordialement,\nMarie"),
        ("pl", "Zwrot w ciągu 30 dni.", "Szanowna Pani Nowak,\n\n", "\n\nZ poważaniem\nJan Kowalski"),
    ],
)
def test_greetings_and_signatures_state_nothing(language: str, body: str, greeting: str, signature: str) -> None:
    plain = [mention.value for mention in stated_values(body, language)]
    assert [mention.value for mention in stated_values(greeting + body + signature, language)] == plain == [Value(Kind.PERIOD, "30 day")]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("aZé€3 .,:-/+@#\"'\n0n7h%ł"), max_size=80), st.sampled_from(LANGUAGES))
def test_no_text_raises_and_places_are_inside_it(text: str, language: str) -> None:
    stated = stated_values(text, language)
    assert all(0 <= mention.start < mention.end <= len(stated.text) for mention in stated)
    assert all(mention.sentence < len(stated.sentences) for mention in stated)
    without_case_values(text, language)


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 400), st.sampled_from(["day", "working day", "hour", "month", "year", "minute"]))
def test_reading_a_normalised_period_changes_nothing(number: int, unit: str) -> None:
    value = stated_values(f"{number} {unit}s", "en").mentions[0].value
    assert stated_values(value.text, "en").mentions[0].value == value


@pytest.mark.parametrize("unit", ["1 ", "a.", "1-", "a@a", "a.de/", "+1 ", "nicht ", '"a '])
def test_hostile_texts_take_linear_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = process_time()
    stated_values(text, "de")
    assert process_time() - started < 8


@pytest.mark.parametrize("unit", ["a", "1", "a-1", "www.", "12.", "{{", "\n", "Dear A", "E9", "é", "(1", "1,"])
def test_odd_texts_are_read(unit: str) -> None:
    stated_values(unit * 2_000, "und")
