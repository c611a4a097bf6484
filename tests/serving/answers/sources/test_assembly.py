"""Tests of serving.answers.sources.assembly, through JSON lines."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from data.answer import BodyFormat, DataClass, State, Translation, Visibility
from serving.answers.sources.reading import Item
from tests.serving.answers.sources.files import items_of, refused, taken, written


def read(folder: Path, *rows: dict[str, Any], **options: Any) -> list[Item]:
    return items_of(written(folder / "a.jsonl", "\n".join(json.dumps(row) for row in rows)), **options)


def test_fills_every_field_that_the_file_has(tmp_path: Path) -> None:
    row = {
        **{"id": 17, "title": " Returns ", "body": "Within 30 days.", "language": "en-GB", "topic": "returns", "questions": "How? | When?"},
        **{"state": "Active", "visibility": "public", "data_class": "account", "valid_from": "2026-01-01", "valid_until": "2026-12-31"},
        **{"owner": "ana", "uses": "12", "updated": "2026-03-01T10:00:00+02:00", "Team": "north", "empty": ""},
    }
    (item,) = taken(read(tmp_path, row, state=None))
    variant = item.answer.variants[0]
    assert (item.external_id, item.answer.id, item.line, item.uses) == ("17", "17", 1, 12)
    assert (variant.title, variant.language, variant.questions) == ("Returns", "en", ("How?", "When?"))
    assert (variant.format, variant.translation) == (BodyFormat.TEXT, Translation.ORIGINAL)
    assert (item.answer.state, item.answer.visibility, item.answer.data_class) == (State.ACTIVE, Visibility.PUBLIC, DataClass.ACCOUNT)
    assert (item.answer.valid_from, item.answer.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert item.updated_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert item.extra == {"Team": "north"}


def test_everything_comes_in_as_an_internal_draft_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    (item,) = taken(read(tmp_path, {"id": "1", "body": "A text.", "language": "en", "state": "active"}))
    assert (item.answer.state, item.answer.visibility) == (State.DRAFT, Visibility.INTERNAL)
    (item,) = taken(read(tmp_path, {"id": "1", "body": "A text.", "language": "en"}, state=State.ACTIVE))
    assert item.answer.state is State.ACTIVE


def test_an_id_that_is_missing_comes_from_the_text_and_stays_the_same(tmp_path: Path) -> None:
    rows = [
        {"body": "The first text.", "language": "en"},
        {"body": "Another text.", "language": "en"},
        {"body": "The first text.", "language": "en"},
    ]
    first = [item.external_id for item in taken(read(tmp_path, *rows))]
    assert len(set(first)) == 3
    assert first == [item.external_id for item in taken(read(tmp_path, *rows))]
    assert first[2] == f"{first[0]}-2"


def test_a_missing_language_is_detected_and_a_missing_title_is_the_first_real_line(tmp_path: Path) -> None:
    body = "Guten Tag,\n\nvielen Dank für Ihre Nachricht, wir schicken Ihnen die Rechnung noch heute zu.\n\nMit freundlichen Grüßen"
    one, unknown = taken(read(tmp_path, {"id": 1, "body": body}, {"id": 2, "title": "X", "body": "1234"}))
    assert one.answer.variants[0].language == "de"
    assert one.answer.variants[0].title == "vielen Dank für Ihre Nachricht, wir schicken Ihnen die Rechnung noch heute zu."
    assert (unknown.answer.variants[0].language, unknown.remarks) == ("und", ("its language could not be told",))


def test_rows_of_one_id_that_follow_each_other_are_languages_of_one_answer(tmp_path: Path) -> None:
    rows = [{"id": "r", "body": f"Text {code}", "language": code} for code in ("en", "de", "en")]
    items = read(tmp_path, *rows, {"id": "s", "body": "x y", "language": "en"}, {"id": "r", "body": "late", "language": "fr"})
    first = taken(items)[0].answer
    assert [(one.language, one.translation) for one in first.variants] == [("en", "original"), ("de", "current")]
    assert [(item.line, item.external_id) for item in refused(items)] == [(3, "r"), (5, "r")]
    assert "must follow each other" in refused(items)[1].reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": "1", "title": "T"}, r"no body; its columns: id, language, title; name yours with --map"),
        ({"body": "  "}, "the body is empty"),
        ({"body": "<p><img src=x></p>"}, r"nothing is left of the body but marks; removed <img>"),
        ({"body": "{{ self.__class__ }}"}, "expressions are not read"),
        ({"body": "{% for x in y %}"}, "expressions are not read"),
        ({"body": "Hello {{nobody_knows}}"}, "unknown slot 'nobody_knows'; declared: amount"),
        ({"body": "x {{order_number}}" * 60}, "60 placeholders; at most 50"),
        ({"body": "{{order_number}}" * 10_000}, "160,000 characters; at most 10,000"),
        ({"body": "Hello {{> closing}}"}, "unknown phrase block 'closing'"),
        ({"body": "Hello", "title": "{{ 7*7 }}"}, "title: .*expressions are not read"),
        ({"body": ["a"]}, "body must be text, found a list"),
        ({"body": "x y", "uses": "-3"}, "uses must be a whole number"),
        ({"body": "x y", "language": "klingon"}, "language must be a code such as en"),
        ({"body": "x y", "updated": "yesterday"}, "updated must be a date such as"),
        ({"body": "x y", "visibility": "secret"}, "visibility must be one of internal, public"),
        ({"body": "x y", "valid_from": "2026-05-01", "valid_until": "2026-04-01"}, "before it begins"),
        ({"body": "x y", "note": "n" * 10_001}, "note has 10,001 characters"),
        ({"body": "x y", "id": "i" * 101}, "id has 101 characters"),
        ({"body": "x y", "attachments": "../../etc/passwd"}, "a name without folders is needed"),
        ({"body": "x y", "attachments": "a.pdf"}, "in which folder it lies: --files FOLDER"),
        ({"body": "<b>" * 300 + "x"}, "nested deeper than 256"),
    ],
)
def test_refuses_a_row_with_its_reason(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    (item,) = refused(read(tmp_path, {"language": "en", **row}, state=None))
    assert item.line == 1
    assert re.search(reason, item.reason)


def test_html_is_sanitised_with_a_remark_for_what_was_taken_off(tmp_path: Path) -> None:
    body = '<div onclick="steal()">Hello <b>you</b><script>alert(1)</script></div>'
    (item,) = taken(read(tmp_path, {"id": "1", "body": body, "language": "en"}))
    assert (item.answer.variants[0].body, item.answer.variants[0].format) == ("<p>Hello <b>you</b></p>", BodyFormat.HTML)
    assert item.remarks == ("removed <script>", "removed event handlers: onclick")


def test_placeholders_of_other_help_desks_become_slots(tmp_path: Path) -> None:
    texts = {
        "Hello #{ticket.customer.firstname} #{ticket.customer.lastname}": "Hello {{customer_name}}",
        "Hi {%customer.firstName,fallback=there%}": "Hi {{customer_name}}",
        "Case {{ticket.id}}, {{ ticket.requester.name }}": "Case {{case_number}}, {{customer_name}}",
    }
    items = taken(read(tmp_path, *({"body": text, "language": "en"} for text in texts)))
    assert [item.answer.variants[0].body for item in items] == list(texts.values())
    (item,) = refused(read(tmp_path, {"id": "1", "body": "I am #{user.firstname}", "language": "en"}))
    assert "unknown placeholder #{user.firstname}: name a slot for it (--placeholder user.firstname=SLOT)" in item.reason
    (one,) = taken(read(tmp_path, {"body": "I am #{user.firstname} here", "language": "en"}, placeholders={"#{user.firstname}": ""}))
    assert one.answer.variants[0].body == "I am  here"


def test_attachments_are_named_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "form.pdf").write_bytes(b"a form")
    (tmp_path / "files" / "link.pdf").symlink_to("/etc/hostname")
    rows = [{"id": name, "body": "See the form.", "language": "en", "attachments": name} for name in ("form.pdf", "link.pdf", "none.pdf")]
    items = read(tmp_path, *rows, files=tmp_path / "files")
    (attachment,) = taken(items)[0].answer.attachments
    assert (attachment.name, attachment.mime, attachment.size) == ("form.pdf", "application/pdf", 6)
    assert ["not a plain file" in item.reason or "No such file" in item.reason for item in refused(items)] == [True, True]
