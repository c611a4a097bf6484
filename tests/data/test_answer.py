"""Answers from a folder or an export, their slots, hashes and dates."""

import json
from datetime import date
from pathlib import Path

import pytest

from data.answer import Answer, AnswerError, State, Variant, load_answers

ANSWER = """
topic = "order"
files = ["form.pdf"]
valid_until = 2026-12-31
[variants.en]
title = "Status"
body = "Order {{order_number}} is {{ order_status }}. {{order_number}}!"
questions = ["Where is it?"]
[variants.de]
title = "Stand"
body = "Bestellung {{order_number}} kommt am {{delivery_date}}."
"""


def folder_with(folder: Path, **files: str) -> Path:
    (folder / "files").mkdir()
    (folder / "files" / "form.pdf").write_bytes(b"%PDF")
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_reads_one_answer_a_file(tmp_path: Path) -> None:
    (answer,) = load_answers(folder_with(tmp_path, status=ANSWER))
    assert (answer.id, answer.topic, answer.slots) == ("status", "order", ("order_number", "order_status", "delivery_date"))
    assert (answer.attachments[0].mime, answer.attachments[0].size) == ("application/pdf", 4)
    english = answer.variant("en")
    assert english is not None
    assert english.questions == ("Where is it?",)
    assert answer.variant("fr") is None


def test_comes_back_equal_from_an_export(tmp_path: Path) -> None:
    answers = load_answers(folder_with(tmp_path, a=ANSWER, b=ANSWER.replace("Stand", "Sta\u2028nd")))
    export = tmp_path / "answers.jsonl"
    export.write_text("\n".join(json.dumps(answer.to_json(), ensure_ascii=False) for answer in answers) + "\n", encoding="utf-8")
    assert load_answers(export) == answers


def test_hash_changes_with_what_the_customer_receives_only() -> None:
    answer = Answer(id="a", variants=(Variant(language="en", title="t", body="b"),))
    renamed = Answer(id="b", version=2, variants=answer.variants)
    other = Answer(id="a", variants=(Variant(language="en", title="t", body="c"),))
    assert answer.content_hash == renamed.content_hash != other.content_hash


@pytest.mark.parametrize(("day", "usable"), [(1, False), (2, True), (3, True), (4, False)])
def test_is_usable_between_its_dates_while_active(day: int, usable: bool) -> None:
    variants = (Variant(language="en", title="t", body="b"),)
    answer = Answer(id="a", variants=variants, valid_from=date(2026, 1, 2), valid_until=date(2026, 1, 3))
    assert answer.is_usable(date(2026, 1, day)) is usable
    assert not Answer(id="a", variants=variants, state=State.EXPIRED).is_usable(date(2026, 1, day))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"answers\.jsonl, line 1: "),
        ('{"id": "a"}', "answer a: 'variants'"),
        ('{"id": "a", "variants": [], "colour": 1}', "colour"),
        ('{"id": "a", "variants": [], "state": "old"}', "'old' is not a valid State"),
        ('{"id": "a", "variants": []}\n{"id": "a", "variants": []}', "answer a appears twice"),
        ("", "no answers found"),
    ],
)
def test_names_the_line_and_the_answer_that_cannot_be_read(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(AnswerError, match=message):
        load_answers(path)


def test_names_the_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AnswerError, match=r"gone\.jsonl"):
        load_answers(tmp_path / "gone.jsonl")
    with pytest.raises(AnswerError, match=r"a\.toml"):
        load_answers(folder_with(tmp_path, a="variants = 1 2"))
