"""The stopwatch, and what peers are installed from."""

import json
import re
from pathlib import Path

from tests.benchmarks.contest import LINEUP, OURS
from tests.benchmarks.environments import REQUIREMENTS, reason_in
from tests.benchmarks.measure import Row, few_of_each, read_rows, timed
from tests.benchmarks.table import grid


def test_counts_right_answers_and_the_time_of_each() -> None:
    rows = [Row(text="a", label="x"), Row(text="b", label="y")]
    measured = timed(lambda text: "x", rows, rows)
    assert measured["accuracy"] == 0.5
    assert measured["cpu_ms_per_mail"] >= 0
    assert measured["mails_per_s"] > 0


def test_takes_as_many_rows_of_every_label(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": text, "intent": text[0]}) + "\n" for text in ("a1", "a2", "a3", "b1")), encoding="utf-8")
    assert [row.text for row in few_of_each(read_rows(path), 2)] == ["a1", "a2", "b1"]


def test_every_peer_is_installed_from_pinned_versions_alone() -> None:
    peers = {contestant.script for contestant in LINEUP} - {OURS}
    assert {path.stem for path in REQUIREMENTS.glob("*.txt")} == peers
    for peer in peers:
        lines = (REQUIREMENTS / f"{peer}.txt").read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.!]+", line)] == []


def test_names_the_last_error_as_the_reason() -> None:
    assert reason_in("WARNING: slow\nERROR: No matching distribution found for nosuch\nnotice: a new pip\n") == (
        "ERROR: No matching distribution found for nosuch"
    )


def test_a_line_with_a_reason_does_not_widen_the_columns() -> None:
    assert grid([("name", "ms"), ("one", "1"), ("not installed, for a reason",)]).splitlines()[2].split() == ["one", "1"]
