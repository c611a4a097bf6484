"""Bytes to text under right, wrong and missing labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.charsets import decoded


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        ("żółw", "utf-8", None),
        ("żółw", "utf-8", "iso-8859-2"),
        ("żółw", "iso-8859-2", "ISO-8859-2"),
        ("“é”", "cp1252", "iso-8859-1"),
        ("日本", "iso2022_jp", "iso-2022-jp"),
        ("日本", "cp932", "shift_jis"),
        ("中文", "gb18030", '"gb2312"'),
        ("hello", "utf-16", "utf-16"),
        ("hello", "utf-8-sig", None),
    ],
)
def test_reads_what_the_label_says_unless_it_is_utf8(text: str, encoding: str, label: str | None) -> None:
    assert decoded(text.encode(encoding), label) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Dzień dobry, chciałabym się dowiedzieć, gdzie jest moja paczka. Proszę o szybką odpowiedź.", "cp1250"),
        ("Bonjour, je n'ai toujours pas reçu mon colis commandé à la fin du mois d'août. Merci de vérifier.", "cp1252"),
    ],
)
def test_guesses_the_charset_of_unlabelled_text(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding), None) == text


@given(
    st.binary(max_size=200),
    st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["zip", "hex", "undefined", "utf-16", "big5", "hz"])),
)
def test_always_gives_text(raw: bytes, label: str | None) -> None:
    decoded(raw, label)
