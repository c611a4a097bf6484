"""What the encoder reads: the text, and the sentences that may ask for something."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.passages import MAX_SENTENCES, Passages, mail_vector, sentences
from model.terms import masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("¿Dónde está mi pedido? Quiero cancelarlo.", ("Dónde está mi pedido?", "Quiero cancelarlo.")),
        ("Bonjour,\n\noù est mon colis ?", ("Bonjour,", "où est mon colis ?")),
        ("Gdzie jest paczka? Dziękuję!", ("Gdzie jest paczka?", "Dziękuję!")),
        ("Where is it?! I paid.", ("Where is it?!", "I paid.")),
        ("Wo ist mein Paket? Danke.", ("Wo ist mein Paket?", "Danke.")),
        ("", ()),
        (" \n\n \t", ()),
    ],
)
def test_a_text_is_cut_into_sentences(text: str, expected: tuple[str, ...]) -> None:
    assert sentences(text) == expected


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_sentence_is_empty_and_none_is_invented(text: str) -> None:
    found = sentences(text)
    assert all(part.strip() for part in found)
    assert all(part in text for part in found)


def test_long_enough_sentences_are_read_alone_under_their_number() -> None:
    cut = Passages.of("Hello! Where is my parcel now? Thanks. I also need the invoice.")
    assert cut.sentences == ("Where is my parcel now?", "I also need the invoice.")
    assert cut.numbers == (1, 3)
    assert cut.texts == (cut.text, *cut.sentences)


def test_a_single_long_sentence_is_not_read_twice() -> None:
    assert Passages.of("Hello! Where is my parcel now? Thanks.").sentences == ()


def test_nothing_unmasked_is_read() -> None:
    cut = Passages.of("Please write to ana.garcia@example.com soon. My order is ALV-5520917 since weeks.")
    assert cut.text == masked("Please write to ana.garcia@example.com soon. My order is ALV-5520917 since weeks.")
    assert not any("garcia" in text or "5520917" in text for text in cut.texts)


def test_a_mail_costs_a_bounded_number_of_sentences() -> None:
    assert len(Passages.of("I want this one now. " * 2000).sentences) == MAX_SENTENCES


@pytest.mark.parametrize("piece", ["(", "!", "😀", "-", ".", "a.", "\u0301", "\u0316\u0301", "http://", "a b c d. ", "\n"])
def test_no_text_takes_long_to_cut(piece: str) -> None:
    start = time.perf_counter()
    Passages.of(piece * (20_000 // len(piece)))
    assert time.perf_counter() - start < 3


def test_the_vector_of_a_mail_lies_between_its_text_and_its_sentences() -> None:
    text, one, other = np.eye(3, dtype=np.float32)
    vector = mail_vector(np.stack([text, one, other]))
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert vector @ text == pytest.approx(np.sqrt(0.5))
    assert vector @ one == pytest.approx(vector @ other)


def test_without_sentences_the_vector_is_that_of_the_text() -> None:
    only = np.eye(3, dtype=np.float32)[:1]
    assert np.array_equal(mail_vector(only), only[0])
