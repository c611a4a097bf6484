"""What belongs to one person is found, what the house states is not."""

import pytest

from model.prose.personal import Trace, personal_data


@pytest.mark.parametrize(
    "line",
    [
        "Open from 9:00 to 17:30.",
        "It costs 1.299,00 €.",
        "Since 2019: 14 days.",
        "Valid until 31/12/2026.",
        "Dear customer,",
    ],
)
def test_what_a_house_states_is_not_personal(line: str) -> None:
    assert personal_data([line], ()) == ()


def test_finds_each_once() -> None:
    lines = ["Write to ana@post.example.", "Again: ana@post.example, card 4111 1111 1111 1111."]
    assert personal_data(lines, ()) == (Trace(kind="email", text="ana@post.example"), Trace(kind="card", text="4111 1111 1111 1111"))


def test_own_contacts_are_compared_without_their_spelling() -> None:
    lines = ["Call +49 (30) 123-4567 or write to Help@Alvento.example."]
    assert personal_data(lines, ["+49 30 1234567", "@alvento.example"]) == ()


@pytest.mark.parametrize(
    ("line", "name"),
    [("Dear Anna Miller,", "Anna Miller"), ("Sehr geehrter Herr Schmidt,", "Schmidt"), ("Hola María:", "María"), ("Cześć Anna,", "Anna")],
)
def test_finds_the_name_in_a_greeting(line: str, name: str) -> None:
    assert personal_data([line], ()) == (Trace(kind="greeting", text=name),)


def test_a_greeted_name_is_not_found_again() -> None:
    assert len(personal_data(["Dear Mrs Miller,", "Thank you, Mrs Miller."], ())) == 1


def test_finds_names_behind_titles() -> None:
    assert personal_data(["Hello,", "Frau Schmidt ruft Sie an."], ()) == (Trace(kind="name", text="Frau Schmidt"),)
