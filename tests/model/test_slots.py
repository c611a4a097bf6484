"""Slots: values that a mail states once and clearly, put into templates as text."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.slots import fill, is_safe_value, pipeline, slots_from_mail

LANGUAGES = ("es", "fr", "pl", "en", "de", "und")


def found(text: str, language: str = "en") -> dict[str, str]:
    """Names and values."""
    return {slot.name: slot.text for slot in slots_from_mail(text, language)}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("es", "Mi número de pedido es: ALV-5520917.", {"order_number": "ALV-5520917"}),
        ("es", "la factura nº 2024-001 del cliente 60012", {"invoice_number": "2024-001", "customer_number": "60012"}),
        ("fr", "Ma commande n° 123456 n'est pas arrivée", {"order_number": "123456"}),
        ("fr", "Contrat numéro: C-99871", {"contract_number": "C-99871"}),
        ("pl", "zamówienie nr 12345/2024 nie dotarło", {"order_number": "12345/2024"}),
        ("pl", "numer seryjny 99887766", {"serial_number": "99887766"}),
        ("en", "ORDER NO. 55555 (invoice #AB-4471)", {"order_number": "55555", "invoice_number": "AB-4471"}),
        ("en", "My ticket 98765 is still open!", {"case_number": "98765"}),
        ("de", "Bestellung Nr. A-123456 fehlt", {"order_number": "A-123456"}),
        ("de", "Kundennummer: 7788990", {"customer_number": "7788990"}),
        ("und", "order 12345", {"order_number": "12345"}),
    ],
)
def test_a_number_behind_its_cue_is_found_in_every_language(language: str, text: str, expected: dict[str, str]) -> None:
    assert found(text, language) == expected


def test_the_same_number_twice_is_one_and_two_numbers_are_none() -> None:
    assert found("order 12345, I repeat: order 12345") == {"order_number": "12345"}
    assert found("order 12345 or order 67890, and invoice 555-1") == {"invoice_number": "555-1"}


@pytest.mark.parametrize(
    "text",
    [
        "call me at 600123456",
        "my order is late",
        "order 12",
        "order 12/05/2026",
        "order 2026-05-12",
        "factura de 2025",
        "pedido de 1500 euros",
        "order 1500 €",
        "order https://shop.example/12345",
        "order 12345@shop.example",
        "order {{12345}}",
        "order " + "1" * 60,
        "order\n\n\n" + "-" * 30,
        "",
        "\x00",
        "😀 order 😀",
    ],
)
def test_what_is_no_clear_identifier_gives_no_value(text: str) -> None:
    assert found(text) == found(text, "es") == {}


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "x" * 41,
        "see https://a.example",
        "HTTP://A",
        "www.a.example",
        "ana@example.com",
        "a\nb",
        "a\rb",
        "<b>",
        "{{name}}",
        "a\x00b",
        "a\u202eb",
    ],
)
def test_a_value_that_a_template_must_not_carry_is_unsafe(value: str) -> None:
    assert not is_safe_value(value)


@pytest.mark.parametrize("value", ["ALV-5520917", "x" * 40, "Łódź", "12/3"])
def test_a_short_plain_value_is_safe(value: str) -> None:
    assert is_safe_value(value)


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.sampled_from("order 12-/#:\n.@pedido{}<>"), max_size=60), language=st.sampled_from(LANGUAGES))
def test_every_value_from_a_mail_is_safe_and_stands_in_it(text: str, language: str) -> None:
    for value in found(text, language).values():
        assert is_safe_value(value)
        assert value in text


def test_slots_are_filled_and_the_missing_ones_listed_once_in_order() -> None:
    filled = fill("{{name}}: {{order}} and {{ order }}, {{date}}, {{name}}", {"order": "77"})
    assert filled.text == "{{name}}: 77 and 77, {{date}}, {{name}}"
    assert filled.missing == ("name", "date")


@given(value=st.text(max_size=30))
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    assert fill("<{{a}}|{{b}}>", {"a": value, "b": "{{a}}"}).text == f"<{value}|{{{{a}}}}>"


@pytest.mark.parametrize("value", ["{{b}}", "\\1", "\\g<0>", "$1", "%s", "{0}"])
def test_nothing_in_a_value_has_a_meaning(value: str) -> None:
    assert fill("{{a}} {{b}}", {"a": value, "b": "2"}) == fill("{{a}} 2", {"a": value})


def test_a_body_without_slots_stays_as_it_is() -> None:
    body = "{{ Name }} {{1}} {x} {{}} {{toolong" + "x" * 60 + "}}"
    assert fill(body, {"name": "Ana"}) == fill(body, {})
    assert fill(body, {}).text == body


def test_a_pipeline_is_built_once_a_language() -> None:
    assert pipeline("es") is pipeline("es")
    assert pipeline("es") is not pipeline("de")


@pytest.mark.parametrize("language", ["eo", "ja", "th"])
def test_a_language_that_spacy_cannot_read_alone_still_gives_numbers(language: str) -> None:
    assert found("order 12345", language) == {"order_number": "12345"}


def test_many_threads_find_what_one_finds() -> None:
    texts = [f"order {number}, factura nº {number + 1}, Bestellung Nr. {number}" for number in range(10_000, 10_200)]
    alone = [found(text, LANGUAGES[number % 6]) for number, text in enumerate(texts)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda pair: found(pair[1], LANGUAGES[pair[0] % 6]), enumerate(texts)))
    assert together == alone


@pytest.mark.parametrize("piece", ["(", "!", "😀", "1", "1-", "a.", "-", "order ", "order - ", "order 1 ", "http://a", "\u0301"])
@pytest.mark.parametrize("language", ["es", "fr"])
def test_no_text_takes_long_to_search(piece: str, language: str) -> None:
    start = time.perf_counter()
    slots_from_mail(piece * (100_000 // len(piece)), language)
    assert time.perf_counter() - start < 5
