"""On which values two texts disagree, and what is no disagreement."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.statements.values import Kind, Value, differences, differing_values, stated_values


def differing(left: str, right: str, language: str = "en") -> list[tuple[str, str]]:
    """The values on which two texts of one language disagree, as text."""
    pairs = differing_values(stated_values(left, language), stated_values(right, language))
    return [(one.text if one else "", other.text if other else "") for one, other in pairs]


def test_a_replaced_value_is_told_beside_equal_ones() -> None:
    left = stated_values("Delivery takes 3–5 days. You can return items within 30 days.", "en")
    right = stated_values("Delivery takes 3–5 days. You can return items within 60 days.", "en")
    assert differing_values(left, right) == ((Value(Kind.PERIOD, "30 day"), Value(Kind.PERIOD, "60 day")),)
    assert differences(left, right)[0].sentences == (1, 1)


@pytest.mark.parametrize(
    ("language", "left", "right", "expected"),
    [
        ("de", "Der Versand kostet 4,90 Euro pro Paket.", "Der Versand kostet 6,90 € pro Paket.", [("4.90 eur", "6.90 eur")]),
        ("de", "Wir haben von 9 bis 18 Uhr geöffnet.", "Wir haben von 9 bis 17 Uhr geöffnet.", [("09:00-18:00", "09:00-17:00")]),
        ("en", "We answer within 5 working days.", "We answer within 5 days.", [("5 working day", "5 day")]),
        ("es", "La oferta vale hasta el 12 de marzo.", "La oferta vale hasta el 14 de marzo.", [("03-12", "03-14")]),
        ("fr", "Appelez le 01 23 45 67 89 le matin.", "Appelez le 01 23 45 67 80 le matin.", [("0123456789", "0123456780")]),
        ("pl", "Pobieramy 15 % ceny towaru.", "Pobieramy 25 procent ceny towaru.", [("15", "25")]),
        ("en", "Ask for the ThermoFix 300 in our shops.", "Ask for the ThermoFix 400 in our shops.", [("thermofix 300", "thermofix 400")]),
        ("de", "Schicken Sie es an die Hauptstraße 12.", "Schicken Sie es an die Hauptstraße 14.", [("hauptstr 12", "hauptstr 14")]),
        ("de", "Die Rückgabe ist kostenlos.", "Die Rückgabe ist kostenpflichtig.", [("0", "fee")]),
        ("en", "Cancel 14 days before delivery.", "Cancel 14 days after delivery.", [("before", "after")]),
    ],
)
def test_values_of_every_kind_disagree(language: str, left: str, right: str, expected: list[tuple[str, str]]) -> None:
    assert differing(left, right, language) == expected
    assert differing(right, left, language) == [(other, one) for one, other in expected]


@pytest.mark.parametrize(
    ("language", "left", "right"),
    [
        ("en", "You cannot return opened items.", "You can return opened items."),
        ("en", "There is no charge for returns.", "There is a charge for returns."),
        ("en", "Live channels cannot be stored. Films can.", "Live channels can be stored. Films cannot."),
        ("de", "Die Rücksendung ist nicht möglich.", "Die Rücksendung ist möglich."),
        ("es", "No se admiten pares usados.", "Se admiten pares usados."),
        ("es", "El recargo no se devuelve si nadie abre.", "El recargo se devuelve si nadie abre."),
        ("fr", "Ce n'est pas remboursé en magasin.", "C'est remboursé en magasin."),
        ("pl", "Zwrot nie jest możliwy w sklepie.", "Zwrot jest możliwy w sklepie."),
    ],
)
def test_a_negation_in_one_text_only_is_a_disagreement(language: str, left: str, right: str) -> None:
    assert differing(left, right, language)
    assert differing(right, left, language)


@pytest.mark.parametrize(
    ("language", "left", "right"),
    [
        ("en", "Return it within 30 days. Delivery takes 5 days.", "Return it within 30 days."),
        ("en", "Return it within 30 days. Delivery takes 5 days.", "Delivery takes 5 days. Return it within 30 days."),
        ("en", "You can return it within thirty days.", "You cn retrun it within 30 dasy."),
        ("en", "Returns are not possible after 30 days.", "Returns are impossible after 30 days."),
        ("en", "Send it within two weeks of delivery.", "Send it within 14 days of delivery."),
        ("de", "Keine Rückgabe ohne Beleg. Bitte melden.", "Kiene Rückgabe ohne Beleg. Bitte melden."),
        ("de", "Rufen Sie 030 1234567 an.", "Rufen Sie +49 30 1234567 an."),
        ("en", "Your order 48213 takes 5 days.", "Your order 99215 takes 5 days."),
        ("en", "The sale ends on 12 March.", "The sale ends on 12 March 2026."),
        ("es", "No pedimos nada más. Tiene 30 días.", "Tiene 30 días."),
        ("en", "It lasts 3 days; call us at once.", "It lasts 3 days. call us at once."),
    ],
)
def test_dropped_moved_and_misspelt_parts_are_no_disagreement(language: str, left: str, right: str) -> None:
    assert differing(left, right, language) == []
    assert differing(right, left, language) == []


def test_one_of_several_values_of_a_sentence_is_told() -> None:
    left = "Small parcels take 3 days, large ones take 5 days and furniture takes 10 days."
    assert differing(left, left.replace("5 days", "7 days")) == [("5 day", "7 day")]


def test_a_split_sentence_is_compared_with_the_whole_one() -> None:
    left = "Heavy goods wait at gate 2 in the yard and you ring there and stay with your car."
    right = "Heavy goods wait at gate 3 in the yard. You ring there and stay with your car."
    assert differing(left, right) == [("2", "3")]


def test_a_translation_that_says_something_else_is_told() -> None:
    english = stated_values("You can return goods within 30 days; a courier costs 5 EUR.", "en")
    german = stated_values("Die Rückgabe ist binnen 14 Tagen möglich, ein Kurier kostet 5 Euro.", "de")
    assert differing_values(english, german) == ((Value(Kind.PERIOD, "30 day"), Value(Kind.PERIOD, "14 day")),)
    assert differing_values(english, stated_values("Rückgabe: dreißig Tage. Kurier: 5,00 €.", "de")) == ()


WORDS = ["you", "can", "return", "it", "not", "within", "30", "60", "days", "5", "EUR", "never", ".", "Monday", "free", "X200"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_a_text_never_disagrees_with_itself(words: list[str]) -> None:
    text = " ".join(words)
    again = stated_values(f"Dear Anna,\n\n{text}\n\nKind regards,\nPeter", "en")
    assert differing_values(stated_values(text, "en"), stated_values(text, "en")) == ()
    assert differing_values(stated_values(f"Hello Tom,\n\n{text}\n\nKind regards,\nPeter", "en"), again) == ()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25), st.lists(st.sampled_from(WORDS), max_size=25))
def test_disagreement_is_mutual(left: list[str], right: list[str]) -> None:
    one, other = stated_values(" ".join(left), "en"), stated_values(" ".join(right), "en")
    assert bool(differing_values(one, other)) == bool(differing_values(other, one))


@pytest.mark.parametrize("unit", ["{} ", "word{} not ", "word{} 3 days. ", "a{} "])
def test_endless_texts_are_compared_in_linear_time(unit: str) -> None:
    left, right = ("".join(unit.format(number + shift) for number in range(8_000)) for shift in (0, 1))
    texts = stated_values(left, "en"), stated_values(right, "en")
    started = process_time()
    differing_values(*texts)
    assert process_time() - started < 3
