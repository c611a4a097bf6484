"""What is left of an answer once politeness and one customer's case are taken off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.nearness.canonical import canonical, core_text, fold, own_text, read_values
from model.statements.values import stated_values
from tests.model.near_texts import ORIGINALS, entry, wrapped


@pytest.mark.parametrize("language", sorted(ORIGINALS))
def test_greeting_and_signature_make_no_other_text(language: str) -> None:
    body = ORIGINALS[language]
    plain = canonical(entry("a", body, language))
    assert canonical(entry("b", wrapped(body, language), language)).text == plain.text


@pytest.mark.parametrize(
    ("body", "core"),
    [
        ("Hola Ana, puede devolverlo.", "puede devolverlo."),
        ("Dear Mr. Smith,\nIt is on its way.\nThanks, Tom", "It is on its way."),
        ("Guten Tag Frau Weber, Straße und Nummer fehlen. Viele Grüße", "Straße und Nummer fehlen."),
        ("Good news, your parcel is here.", "Good news, your parcel is here."),
        ("Madame, Monsieur,\nVotre colis part demain.\nBien cordialement,\nLe service clients", "Votre colis part demain."),
        ("Dzień dobry,\n\nZwrot trwa 14 dni.\n\nPozdrawiam\nAnna", "Zwrot trwa 14 dni."),
    ],
)
def test_takes_greeting_and_closing_off_as_written(body: str, core: str) -> None:
    assert core_text(body) == core


def test_thanks_in_the_middle_do_not_end_the_answer() -> None:
    body = "We look into it. Thank you for your patience. The parcel is found within 5 days and sent again."
    assert core_text(body) == body
    assert canonical(entry("a", body)).text == "we look into it\nthe parcel is found within 5 days and sent again"


def test_a_text_of_politeness_alone_stays_what_it_is() -> None:
    assert canonical(entry("a", "Hello,\n\nThank you for your message.")).text == "thank you for your message"


def test_names_and_case_numbers_make_no_other_text() -> None:
    one = canonical(entry("a", "Your order 48213377 was sent. Ask for it at the post office."))
    two = canonical(entry("b", "Your order 59120044 was sent. Ask for it at the post office."))
    assert one.text == two.text


def test_a_slot_stands_for_what_was_filled_in() -> None:
    one = canonical(entry("a", "Dear {{customer_name}},\nyour order {{order_number}} was sent."))
    two = canonical(entry("b", "Dear Mrs Jones,\nyour order 48213377 was sent."))
    assert one.text == two.text


def test_reads_html_as_the_reader_sees_it() -> None:
    one = canonical(entry("a", "<p>Your parcel is <b>on its way</b>.</p><p>It arrives tomorrow.</p>"))
    assert one.text == "your parcel is on its way\nit arrives tomorrow"


def test_accents_and_width_of_letters_make_no_other_text() -> None:
    assert fold("ＡＢＣ  Łódź straße") == "abc lodz strasse"


@given(st.text(max_size=200))
def test_any_text_with_a_letter_has_a_canonical_text(body: str) -> None:
    found = canonical(entry("a", body)).text
    assert found or not any(character.isalnum() for character in fold(body))


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("pl", "Nasi ludzie skończą dziś do godz. 18. Prosimy podawać sygnaturę. Potem internet działa."),
        ("fr", "Vous payez env. 30 euros par mois. Prosimy podawać sygnaturę. Le prix ne change pas."),
    ],
)
def test_what_is_left_beside_standard_sentences_states_what_it_did(language: str, body: str) -> None:
    stated = read_values(entry("a", body, language))
    own = own_text(stated, {"prosimy podawac sygnature"})
    assert own == body.replace("Prosimy podawać sygnaturę. ", "")
    assert stated_values(own, language).values == stated.values
    assert own_text(stated, ()) == stated.text
