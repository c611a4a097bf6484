"""Bodies of callers: what is accepted, and how each fault is named."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.bodies import BatchBody, CorrectionBody, FeedbackBody, MailBody, raw_mail, read_json
from serving.problems import ProblemError

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(["subject", "body", "from", "headers", "context", "date", "id", "mailbox", "message_id", "create_case", "other"])


def _problem(content: bytes, shape: type[Any] = MailBody) -> ProblemError:
    with pytest.raises(ProblemError) as error:
        read_json(shape, content)
    assert error.value.kind.status == 422
    return error.value


def test_reads_everything_that_a_mail_has() -> None:
    value = {
        "id": "t-1",
        "subject": "Hello",
        "body": "Text",
        "from": "Ana <ana@example.com>",
        "headers": {"X-Priority": "1"},
        "mailbox": "support",
        "message_id": "<m@example.com>",
        "date": "2026-11-21T10:30:00+01:00",
        "context": {
            "customer": {"external_id": "C", "verified": True},
            "slots": {"order_number": "1"},
            "self_service": {"queries": ["q"], "answers_shown": ["a"]},
            "thread": {"is_follow_up": True, "auto_replies_sent": 2},
        },
        "create_case": False,
    }
    request = read_json(MailBody, json.dumps(value).encode()).to_request()
    assert (request.client_id, request.mailbox, request.mail.sender) == ("t-1", "support", "ana@example.com")
    assert request.mail.header("x-priority") == "1"
    assert request.mail.date == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    assert request.context.slots == (("order_number", "1"),)
    assert (request.context.customer.verified, request.context.thread.auto_replies_sent) == (True, 2)


@pytest.mark.parametrize(
    ("value", "pointer", "detail"),
    [
        ({"body": "x", "colour": 1}, "/colour", "unknown field"),
        ({"body": 7}, "/body", "valid string"),
        ({"body": "a\0b"}, "/body", "NUL"),
        ({"body": "x", "context": {"slots": {"a": "\0"}}}, "/context/slots/a", "NUL"),
        ({"body": "x", "context": {"customer": {"verified": "yes"}}}, "/context/customer/verified", "valid boolean"),
        ({"body": "x", "date": 1700000000}, "/date", "write a moment as text"),
        ({"body": "x", "date": "2026-11-21T09:30:00"}, "/date", "time zone"),
        ({"body": "x", "date": "yesterday"}, "/date", "valid datetime"),
        ({"body": "x", "date": "0001-01-01T00:00:00+14:00"}, "/date", "out of range"),
        ({"body": "x", "id": "i" * 256}, "/id", "at most 255"),
        ({"body": "x", "create_case": True}, "/create_case", "False"),
        ({"body": "x", "context": {"thread": {"auto_replies_sent": 10**30}}}, "/context/thread/auto_replies_sent", "less than or equal"),
        ([], "", "should be an object"),
    ],
)
def test_names_the_fault_and_its_place(value: Any, pointer: str, detail: str) -> None:
    problem = _problem(json.dumps(value).encode())
    assert problem.errors[0].pointer == pointer
    assert detail in problem.errors[0].detail


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"body": "\xff"}',
        b'{"body": "\\ud800"}',
        b"[" * 5000,
        b"9" * 5000,
        b"null",
        b'{"body": "x"} x',
        b"PK\x03\x04\0\0",
    ],
)
def test_what_is_not_json_of_this_shape_is_a_422(content: bytes) -> None:
    _problem(content)


def test_a_mail_with_nothing_in_it_is_named_empty() -> None:
    for value in ({}, {"subject": " ", "body": "\n"}, {"from": "ana@example.com"}):
        with pytest.raises(ProblemError) as error:
            read_json(MailBody, json.dumps(value).encode()).to_request()
        assert error.value.kind.name == "empty-mail"


def test_raw_bytes_that_are_no_mail_are_refused() -> None:
    for content in (b"", b"\n\n", b"\0\1\2" * 100):
        with pytest.raises(ProblemError) as error:
            raw_mail(content, None)
        assert error.value.kind.status == 422


def test_a_mail_with_only_an_attachment_is_not_empty() -> None:
    raw = (
        b"From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: application/pdf; name=a.pdf\r\n"
        b"Content-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n"
    )
    assert raw_mail(raw, None).mail.attachments[0].name == "a.pdf"


@pytest.mark.parametrize("value", [{}, {"topic": None}, {"in_scope": False, "topic": "a"}, {"topic": "a", "who": "me"}])
def test_a_correction_corrects_something(value: Any) -> None:
    _problem(json.dumps(value).encode(), CorrectionBody)


def test_feedback_has_one_of_four_outcomes() -> None:
    _problem(b'{"outcome": "liked"}', FeedbackBody)
    assert read_json(FeedbackBody, b'{"outcome": "used"}').outcome == "used"


def test_a_batch_has_at_least_one_item() -> None:
    _problem(b'{"items": []}', BatchBody)


@given(st.dictionaries(KEYS, ANY_JSON, max_size=6) | ANY_JSON)
def test_any_json_is_either_a_mail_or_a_problem(value: Any) -> None:
    try:
        read_json(MailBody, json.dumps(value).encode()).to_request()
    except ProblemError as problem:
        json.dumps(problem.to_json("/v1/score")).encode()


@given(st.binary(max_size=400))
def test_any_bytes_are_either_a_mail_or_a_problem(content: bytes) -> None:
    with suppress(ProblemError):
        read_json(MailBody, content).to_request()
    with suppress(ProblemError):
        raw_mail(content, None)
