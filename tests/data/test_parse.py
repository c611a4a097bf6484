"""Raw bytes to mail: what real programs write, and whatever else arrives."""

import hashlib
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.parse import SIZE_LIMIT, MailError, mail_from_bytes, mail_from_fields, mail_from_file

FIXTURES = Path(__file__).parents[3] / "shared" / "datasets" / "mail_fixtures"


def raw_mail(*lines: str, body: bytes = b"Where is my parcel?") -> bytes:
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def multipart(kind: str, *parts: str) -> bytes:
    body = "".join(f"--xyz\r\n{part}\r\n" for part in parts) + "--xyz--\r\nepilogue"
    return raw_mail("Subject: parts", f"Content-Type: multipart/{kind}; boundary=xyz", body=b"preamble\r\n" + body.encode())


PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\nplain text"
HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>rich <b>text</b></p>"


def test_reads_the_fields_of_a_mail() -> None:
    raw = raw_mail(
        "From: =?utf-8?q?Zo=C3=AB?= <zoe@example.org>",
        "To: Shop <shop@example.com>, b@example.com",
        "Cc: shop@example.com",
        "Subject: =?iso-8859-1?q?r=E9clamation?=",
        "Message-ID: <1@example.org>",
        "Date: Tue, 3 Mar 2026 10:15:00 +0100",
    )
    mail = mail_from_bytes(raw)
    assert mail.sender == "zoe@example.org"
    assert mail.recipients == ("shop@example.com", "b@example.com")
    assert mail.subject == "réclamation"
    assert mail.message_id == "<1@example.org>"
    assert mail.date == datetime(2026, 3, 3, 9, 15, tzinfo=UTC)
    assert mail.body == mail.text == "Where is my parcel?"
    assert mail.header("FROM") == "Zoë <zoe@example.org>"


def test_prefers_plain_text_among_alternatives() -> None:
    assert mail_from_bytes(multipart("alternative", HTML, PLAIN)).body == "plain text"


def test_takes_html_where_the_plain_alternative_is_blank() -> None:
    assert mail_from_bytes(multipart("alternative", "\r\n  ", HTML)).body == "rich text"


def test_joins_the_texts_that_a_program_puts_around_a_picture() -> None:
    picture = "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="
    mail = mail_from_bytes(multipart("mixed", PLAIN, picture, PLAIN))
    assert mail.body == "plain text\n\nplain text"
    (attachment,) = mail.attachments
    assert (attachment.name, attachment.mime, attachment.size) == ("a.png", "image/png", 8)
    assert attachment.sha256 == hashlib.sha256(b"\x89PNG\r\n\x1a\n").hexdigest()


def test_counts_an_attached_text_as_attachment_only() -> None:
    attached = "Content-Type: text/plain\r\nContent-Disposition: attachment; filename*=utf-8''na%C3%AFve.txt\r\n\r\nsecret"
    mail = mail_from_bytes(multipart("mixed", PLAIN, attached))
    assert mail.body == "plain text"
    assert mail.attachments[0].name == "naïve.txt"


def test_reads_a_mail_whose_last_boundary_is_missing() -> None:
    raw = multipart("mixed", PLAIN).replace(b"--xyz--\r\nepilogue", b"")
    assert mail_from_bytes(raw).body == "plain text"


@pytest.mark.parametrize("charset", ["utf8mb4", "x-unknown", "hex", "rot13", "utf-7", "us-ascii", "iso-8859-1", "a\0b", "idna"])
def test_reads_utf8_under_any_wrong_label(charset: str) -> None:
    raw = raw_mail("Subject: x", f"Content-Type: text/plain; charset={charset}", body="où est mon colis".encode())
    assert mail_from_bytes(raw).body == "où est mon colis"


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-8859-2", "Gdzie jest moja paczka? Zażółć"),
        ("windows-1250", "Żądam zwrotu"),
        ("iso-8859-15", "12 € señor"),
        ("windows-1252", "“façon”"),
    ],
)
def test_reads_legacy_charsets(charset: str, text: str) -> None:
    raw = raw_mail("Subject: x", f"Content-Type: text/plain; charset={charset}", body=text.encode(charset))
    assert mail_from_bytes(raw).body == text


def test_joins_flowed_lines_and_keeps_the_signature_mark() -> None:
    body = b"one \r\ntwo\r\n-- \r\nAna"
    mail = mail_from_bytes(raw_mail("Subject: x", "Content-Type: text/plain; format=flowed", body=body))
    assert mail.body == "one two\n-- \nAna"
    assert mail.text == "one two"


def test_drops_nul_and_invisible_characters() -> None:
    mail = mail_from_bytes(raw_mail("Subject: a\0b", body="par\u200bcel\u202e \0lost".encode()))
    assert (mail.subject, mail.body) == ("ab", "parcel lost")


def test_reads_carriage_returns_as_line_ends() -> None:
    assert mail_from_bytes(b"Subject: x\rFrom: a@example.org\r\rhello").body == "hello"


def test_takes_text_without_any_header_for_a_body() -> None:
    mail = mail_from_bytes("¿Dónde está mi pedido?".encode())
    assert (mail.subject, mail.body, mail.headers) == ("", "¿Dónde está mi pedido?", ())


@pytest.mark.parametrize("raw", [b"", b" \r\n\r\n", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", bytes(range(256)) * 9])
def test_refuses_what_is_no_mail(raw: bytes) -> None:
    with pytest.raises(MailError, match="not a mail"):
        mail_from_bytes(raw)


def test_refuses_more_than_forty_megabytes() -> None:
    with pytest.raises(MailError, match="larger than the 40 MB"):
        mail_from_bytes(b"a" * (SIZE_LIMIT + 1))


def test_names_the_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MailError, match=r"gone\.eml: No such file"):
        mail_from_file(tmp_path / "gone.eml")
    (tmp_path / "rubbish.eml").write_bytes(b"\0\0")
    with pytest.raises(MailError, match=r"rubbish\.eml: not a mail"):
        mail_from_file(tmp_path / "rubbish.eml")


HEAVY = {
    "text": raw_mail("Subject: x", body=b"Where is my parcel, I have been waiting\r\n" * 130_000),
    "html": raw_mail("Content-Type: text/html", body=b"<p>Where is <b>my</b> parcel</p>\r\n" * 150_000),
    "headers": b"A: b\n" * 1_000_000,
    "subject": b"Subject: " + b"=?utf-8?q?a?= " * 350_000,
    "folded": b"Subject: a\n" + b" b\n" * 1_500_000,
    "parts": raw_mail("Content-Type: multipart/mixed; boundary=b", body=b"--b\n\nx\n" * 700_000),
    "nested": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth) for depth in range(3_000)),
    "parameters": b"Content-Type: text/plain" + b"; a=b" * 1_000_000 + b"\n\nhi",
    "recipients": b"To: " + b"a@example.org, " * 300_000,
}


@pytest.mark.parametrize("kind", HEAVY)
def test_reads_five_megabytes_in_two_seconds(kind: str) -> None:
    start = time.process_time()
    mail_from_bytes(HEAVY[kind])
    assert time.process_time() - start < 2


@given(st.binary(max_size=400))
def test_any_bytes_are_a_mail_or_a_mail_error(raw: bytes) -> None:
    try:
        mail = mail_from_bytes(raw)
    except MailError:
        return
    mail.body.encode("utf-8")
    assert "\0" not in mail.content


HEADER_LINES = st.lists(
    st.tuples(
        st.sampled_from(
            ["From", "To", "Subject", "Date", "Message-ID", "Content-Type", "Content-Disposition", "Content-Transfer-Encoding"]
        ),
        st.text(
            alphabet=st.sampled_from("=?utf-8qb;\"'<>()[]@,:.a\\ \r\n\té\0multipart/mixed; boundary=filename*0*=''base64"), max_size=60
        ),
    ),
    max_size=6,
)


@given(HEADER_LINES, st.binary(max_size=100))
def test_any_headers_are_a_mail_or_a_mail_error(headers: list[tuple[str, str]], body: bytes) -> None:
    raw = "".join(f"{name}: {value}\n" for name, value in headers).encode() + b"\n" + body
    try:
        mail = mail_from_bytes(raw)
    except MailError:
        return
    assert "\n" not in mail.subject
    assert mail.date is None or mail.date.tzinfo is not None


def test_makes_a_mail_from_fields() -> None:
    mail = mail_from_fields(
        subject="Re:\nparcel", body="Now?\n\n> before", sender="Ana <ana@example.org>", headers={"X-Loop": "a", "Date": "bad"}
    )
    assert (mail.subject, mail.text, mail.sender) == ("Re: parcel", "Now?", "ana@example.org")
    assert mail.header("x-loop") == "a"
    assert mail.date is None


def test_takes_missing_fields_from_the_headers() -> None:
    mail = mail_from_fields(
        body="hi", headers={"Subject": "parcel", "From": "a@example.org", "Message-ID": "<1@x>"}, date=datetime(2026, 1, 1)
    )
    assert (mail.subject, mail.sender, mail.message_id) == ("parcel", "a@example.org", "<1@x>")
    assert mail.date == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the public mail fixtures are not on this machine")
def test_reads_every_public_fixture() -> None:
    files = [path for path in FIXTURES.rglob("*") if path.is_file() and path.name != "manifest.jsonl"]
    assert len(files) > 500
    for path in files:
        mail_from_file(path)
