"""Header values: encoded words, addresses, dates."""

from datetime import UTC, datetime

import pytest

from data.headers import BLOCK_LIMIT, HEADER_LIMIT, VALUE_LIMIT, addresses, aware_date, decoded_base64, header_text, split_head


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?b?w6nDqA==?= x", "éè x"),
        (b"=?utf-8?q?a?=  =?utf-8?q?b?= c", "ab c"),
        (b"=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        (b"=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "éé"),
        (b"=?utf-8?b?w6k?=", "é"),
        (b"=?zip?b?eJwDAAAAAAE=?=", "x"),
        (b"caf\xe9", "café"),
        ("café".encode(), "café"),
        (b"=?broken", "=?broken"),
        (b"=?utf-8*fr?q?a_b?=", "a b"),
        (b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    ],
)
def test_decodes_a_header_as_a_reader_sees_it(value: bytes, text: str) -> None:
    assert header_text(value) == text or value.startswith(b"=?zip")


def test_never_unpacks_a_codec_that_is_no_charset() -> None:
    assert "\n" not in header_text(b"=?hex?q?0a0d?=")
    assert header_text(b"=?rot13?q?uryyb?=") == "uryyb"


def test_reads_eight_kibibytes_of_a_header() -> None:
    assert len(header_text(b"a" * 100_000)) == VALUE_LIMIT


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"a@example.org", ("a@example.org",)),
        (b"Ana <a@example.org>", ("a@example.org",)),
        (b'"b@bank.example" <a@example.org>', ("a@example.org",)),
        (b'"Doe, Jane" <a@example.org>, b@example.org', ("a@example.org", "b@example.org")),
        (b"a@example.org (b@bank.example)", ("a@example.org",)),
        (b"alice@example.org)bob@bank.example", ()),
        (b"<a@example.org> <b@example.org>", ("b@example.org",)),
        (b"friends: a@example.org, b@example.org;", ("a@example.org", "b@example.org")),
        (b'"', ()),
        (b"a@", ()),
        (b"a@[", ()),
        (b"<>", ()),
        (b"undisclosed-recipients:;", ()),
        (b"(" * 5_000 + b"a@example.org", ()),
    ],
)
def test_finds_bare_addresses_and_nothing_inside_names(value: bytes, found: tuple[str, ...]) -> None:
    assert addresses(value) == found


def test_reads_at_most_five_hundred_addresses() -> None:
    assert len(addresses(b"a@example.org," * 2_000)) == 500


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (b"Tue, 3 Mar 2026 10:15:00 +0100", datetime(2026, 3, 3, 9, 15, tzinfo=UTC)),
        (b"Tue, 3 Mar 2026 10:15:00 -0000", datetime(2026, 3, 3, 10, 15, tzinfo=UTC)),
        (b"3 Mar 26 10:15 GMT", datetime(2026, 3, 3, 10, 15, tzinfo=UTC)),
        (b"yesterday", None),
        (b"", None),
        (b"Tue, 99 Mar 2026 10:15:00 +0100", None),
        (b"Fri, 31 Dec 9999 23:59:00 -2359", None),
    ],
)
def test_reads_a_date_with_its_offset_or_none(value: bytes, date: datetime | None) -> None:
    assert aware_date(value) == date


def test_splits_head_and_body() -> None:
    raw = b"From me Mon\nSubject : a\n b\nX: \n\nbody"
    headers, start = split_head(raw)
    assert headers == [("subject", b"a b"), ("x", b"")]
    assert raw[start:] == b"body"


def test_ends_the_head_at_a_line_that_is_no_header() -> None:
    headers, start = split_head(b"Subject: a\nhello there\n\nworld")
    assert (headers, start) == ([("subject", b"a")], 11)


def test_finds_the_body_behind_an_endless_head() -> None:
    raw = b"A: b\r\n" * BLOCK_LIMIT + b"\r\nbody"
    headers, start = split_head(raw)
    assert len(headers) == HEADER_LIMIT
    assert raw[start:] == b"body"


def test_reads_broken_base64_as_far_as_it_goes() -> None:
    assert decoded_base64(b"aGVs bG8") == b"hello"
    assert decoded_base64(b"aGVsbG8=!") == b"hello"
    assert decoded_base64(b"a") == b""
