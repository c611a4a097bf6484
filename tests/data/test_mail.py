"""Questions that a mail answers about itself."""

import pytest

from data.mail import Mail


def test_content_is_the_subject_line_and_the_newest_text() -> None:
    assert Mail(subject="parcel", body="now?\n> before", text="now?").content == "parcel\nnow?"
    assert Mail(subject="parcel").content == "parcel"


@pytest.mark.parametrize(
    ("mail", "empty"), [(Mail(), True), (Mail(text="?! 🙏"), True), (Mail(subject="a"), False), (Mail(body="a", text=""), True)]
)
def test_is_empty_without_a_letter_or_digit_to_read(mail: Mail, empty: bool) -> None:
    assert mail.is_empty is empty


def test_finds_the_first_header_of_a_name_in_any_case() -> None:
    mail = Mail(headers=(("received", "1"), ("received", "2")))
    assert mail.header("Received") == "1"
    assert mail.header("x-loop") is None
