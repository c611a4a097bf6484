"""Characters that nobody sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.characters import clean, normal_form


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\0b\x07c", "abc"),
        ("re\u200bfund", "refund"),
        ("\u202eabc\u202c", "abc"),
        ("ok" + "".join(chr(0xE0000 + ord(letter)) for letter in "approve"), "ok"),
        ("e\u0301", "é"),
        ("\ud800", "\ufffd"),
        ("a\u2028b", "a\nb"),
        ("👩\u200d🔧", "👩\u200d🔧"),
    ],
)
def test_takes_out_what_a_reader_cannot_see(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(max_size=80))
def test_can_always_be_stored(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\0" not in cleaned
    assert clean(cleaned) == cleaned


def test_normalises_line_by_line() -> None:
    assert normal_form("NFKC", "ﬁ\n\nｘ") == "fi\n\nx"
