"""What people said becomes training rows."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.examples import read_examples
from serving.export import export_examples
from serving.retention import purge
from serving.settings import load_settings
from serving.store.database import Database
from serving.store.judgements import Correction, Feedback, save_correction, save_feedback
from tests.serving.conftest import NOW
from tests.serving.factories import make_decision, store_decision

LATER = NOW + timedelta(hours=1)


def _rows(database: Database, out: Path, since: Any = None) -> list[dict[str, Any]]:
    export_examples(database, out, since)
    return [json.loads(line) for line in out.read_text().splitlines()]


def _corrected(database: Database, correction: Correction, decision_id: str, after: timedelta = timedelta()) -> None:
    with database.writing() as session:
        assert save_correction(session, decision_id, correction, None, NOW + after)


def _fed_back(database: Database, feedback: Feedback, suggestion_id: str) -> None:
    with database.writing() as session:
        assert save_feedback(session, suggestion_id, feedback, None, NOW)


def test_the_latest_correction_wins_label_by_label(database: Database, tmp_path: Path) -> None:
    decision_id, _ = store_decision(database, make_decision())
    _corrected(database, Correction(topic="delivery.problem", urgency="high", agent="eva"), decision_id)
    _corrected(database, Correction(topic="refund.status", agent="max"), decision_id, timedelta(hours=1))
    (row,) = _rows(database, tmp_path / "rows.jsonl")
    assert (row["id"], row["topic"], row["urgency"], row["agent"]) == (decision_id, "refund.status", "high", "max")


def test_rows_are_read_by_the_trainer(database: Database, tmp_path: Path) -> None:
    for topic in ("a", "b"):
        decision_id, _ = store_decision(database, make_decision(headers={"In-Reply-To": f"<{topic}@example.com>"}))
        _corrected(database, Correction(topic=topic, urgency="high"), decision_id)
    out = tmp_path / "rows.jsonl"
    assert export_examples(database, out) == 2
    examples = read_examples([out]).examples
    assert {example.topic for example in examples} == {"a", "b"}
    assert {example.group for example in examples} == {"<a@example.com>", "<b@example.com>"}
    assert {(example.subject, example.language, example.date) for example in examples} == {("Where is my parcel?", "en", NOW)}


def test_an_answer_that_was_sent_confirms_topic_and_answer(database: Database, tmp_path: Path) -> None:
    _, suggestion_id = store_decision(database, make_decision())
    _fed_back(database, Feedback(outcome="edited", final_text="Dear Ana"), suggestion_id)
    (row,) = _rows(database, tmp_path / "rows.jsonl")
    assert (row["topic"], row["answers"]) == ("order.status", ["where-is-it"])


def test_a_rejected_answer_says_only_what_would_have_been_right(database: Database, tmp_path: Path) -> None:
    _, first = store_decision(database, make_decision())
    _, second = store_decision(database, make_decision())
    _fed_back(database, Feedback(outcome="rejected", correct_answer_id="refund"), first)
    _fed_back(database, Feedback(outcome="rejected"), second)
    (row,) = _rows(database, tmp_path / "rows.jsonl")
    assert row["answers"] == ["refund"]
    assert "topic" not in row


def test_a_mail_out_of_scope_has_neither_topic_nor_answer(database: Database, tmp_path: Path) -> None:
    decision_id, suggestion_id = store_decision(database, make_decision())
    _fed_back(database, Feedback(outcome="used"), suggestion_id)
    _corrected(database, Correction(in_scope=False), decision_id, timedelta(hours=1))
    (row,) = _rows(database, tmp_path / "rows.jsonl")
    assert (row["in_scope"], row["answers"], "topic" in row) == (False, [], False)


def test_takes_only_what_was_judged_since_a_moment(database: Database, tmp_path: Path) -> None:
    old, _ = store_decision(database, make_decision())
    new, _ = store_decision(database, make_decision())
    _corrected(database, Correction(topic="a"), old)
    _corrected(database, Correction(topic="b"), new, timedelta(hours=1))
    assert [row["id"] for row in _rows(database, tmp_path / "rows.jsonl", LATER)] == [new]


def test_decisions_without_text_are_left_out(database: Database, tmp_path: Path) -> None:
    decision_id, _ = store_decision(database, make_decision())
    _corrected(database, Correction(topic="a"), decision_id)
    purge(database, load_settings(retention_days=1), NOW + timedelta(days=2))
    assert _rows(database, tmp_path / "rows.jsonl") == []


def test_a_failing_export_leaves_the_old_file(database: Database, tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    out.write_text("old")
    database.downgrade("base")
    with pytest.raises(Exception, match="no such table|does not exist"):
        export_examples(database, out)
    assert [path.name for path in tmp_path.iterdir() if "rows" in path.name] == ["rows.jsonl"]
    assert out.read_text() == "old"
