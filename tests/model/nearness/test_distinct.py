"""Two texts that surely state the same are looked at no closer, so what may be a difference must not pass for agreement."""

import pytest

from model.nearness.distinct import read_text, surely_agree
from tests.model.near_texts import entry

GLASS = (
    "Greifen Sie nicht in den Karton, wenn es darin klirrt. "
    "Ein Foto durch den geöffneten Deckel genügt uns, die Scherben müssen Sie nicht zurückschicken."
)
REFUND = "Send the lamp back within 14 days of delivery. We pay the money back within 14 days of its arrival."


def agree(left: str, right: str, language: str) -> bool:
    one, other = (read_text(entry(id, body, language)) for id, body in (("a", left), ("b", right)))
    found = surely_agree(one, other)
    assert found == surely_agree(other, one)
    return found


@pytest.mark.parametrize(
    ("language", "body", "negated", "changed"),
    [
        ("de", GLASS, "nicht zurück", "aber zurück"),
        ("en", "You do not pay for the courier. You do not need the box.", "You do not need the box", "You do need the box"),
        ("en", "We cannot reach you. We cannot open your door.", "We cannot open", "We can open"),
        ("es", "El técnico no abre la caja. El técnico no cambia la pila.", "no cambia", "cambia"),
        ("pl", "Opłaty nie pobieramy. Paczki nie trzeba ważyć, opłaty nie trzeba wnosić.", "opłaty nie trzeba", "opłaty trzeba"),
    ],
)
def test_a_negation_of_another_sentence_does_not_cover_a_missing_one(language: str, body: str, negated: str, changed: str) -> None:
    assert body.count(negated) == 1
    assert not agree(body, body.replace(negated, changed), language)


def test_a_negation_that_stands_twice_in_the_same_words_may_be_missing_once() -> None:
    body = "The shop does not open on Sunday. The till does not open on Sunday."
    assert not agree(body, body.replace("till does not open", "till does open"), "en")


def test_a_value_that_stands_twice_may_be_another_one_once() -> None:
    assert not agree(REFUND, REFUND.replace("14 days of delivery", "30 days of delivery"), "en")


def test_a_mistyped_word_beside_a_value_and_a_sentence_less_are_no_difference() -> None:
    assert agree(REFUND, REFUND.replace("within 14 days of delivery", "wihtin 14 days of delivery"), "en")
    assert agree(REFUND, REFUND.partition(". ")[0], "en")
    assert agree(GLASS, f"Guten Tag,\n\n{GLASS}\n\nMit freundlichen Grüßen", "de")
