"""Labelled examples from people's own files, and the errors that say what to do."""

import csv
import json
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow.parquet import write_table

from data.examples import Example, ExampleError, ReadOptions, group_keys, normalised, overlap, read_examples, row_hash
from data.taxonomy import Taxonomy

ROW = {"body": "Where is my parcel?", "topic": "order"}


def write_jsonl(folder: Path, *rows: dict[str, Any], name: str = "mails.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_text(folder: Path, text: str, name: str = "mails.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def error_of(path: Path, options: ReadOptions | None = None) -> str:
    with pytest.raises(ExampleError) as caught:
        read_examples([path], options)
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(path), path.name)


def test_reads_every_field_of_json_lines(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "subject": " Re:\tparcel ",
        "body": "Now?",
        "from": "a@example.org",
        "language": "en",
        "topic": "order",
        "urgency": "high",
    }
    row |= {"topics": ["order", "refund"], "answers": [], "group": 7, "date": "2026-03-31T10:00:00+02:00", "split": "test", "shop": "north"}  # type: ignore[dict-item]
    found = read_examples([write_jsonl(tmp_path, row)])
    assert found.examples == (
        Example(
            id="a",
            subject="Re: parcel",
            body="Now?",
            sender="a@example.org",
            language="en",
            topic="order",
            topics=("order", "refund"),
            urgency="high",
            answers=(),
            group="7",
            date=datetime(2026, 3, 31, 8, tzinfo=UTC),
            split="test",
            extra={"shop": "north"},
        ),
    )
    assert found.topics == ("order", "refund")
    assert found.taxonomy.labels == ("order", "refund")
    assert found.urgencies == ("low", "normal", "high", "critical")


def test_fills_in_what_a_row_leaves_out(tmp_path: Path) -> None:
    (example,) = read_examples([write_jsonl(tmp_path, {"body": "hi"})]).examples
    assert (example.id, example.topic, example.topics, example.in_scope, example.answers) == ("mails-1", None, (), True, None)


def test_reads_the_same_rows_from_csv_and_parquet(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "body": 'one, "two"\nthree', "topic": "a", "answers": "x|y"},
        {"id": "2", "body": "zwölf", "topic": "b", "answers": ""},
    ]
    with (tmp_path / "m.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["id", "body", "topic", "answers"], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    columns = {"id": [1, 2], "body": [row["body"] for row in rows], "topic": ["a", "b"], "answers": [["x", "y"], None]}
    write_table(pyarrow.table(columns), tmp_path / "m.parquet")
    from_csv = read_examples([tmp_path / "m.csv"])
    assert from_csv.examples == read_examples([tmp_path / "m.parquet"]).examples
    assert from_csv.examples[0].answers == ("x", "y")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = write_text(tmp_path, f"body{delimiter}topic\r\nhello{delimiter}a\r\n")
    assert read_examples([path]).examples[0].topic == "a"


def test_reads_columns_of_other_names(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path, {"text": "hi", "queue": "sales", "topic": "kept"})
    (example,) = read_examples([path], ReadOptions(mapping={"body": "text", "topic": "queue"})).examples
    assert (example.body, example.topic, example.extra) == ("hi", "sales", {"topic": "kept"})


@pytest.mark.parametrize("wanted", ["true", "True", "TRUE"])
def test_filters_rows_by_the_text_of_a_column(tmp_path: Path, wanted: str) -> None:
    path = write_jsonl(tmp_path, {**ROW, "ok": True, "n": 1}, {**ROW, "ok": False, "n": 1}, {**ROW, "ok": True, "n": 2})
    found = read_examples([path], ReadOptions(where={"ok": wanted, "n": "1"}))
    assert [example.id for example in found.examples] == ["mails-1"]


def test_takes_the_topic_from_rows_that_are_out_of_scope(tmp_path: Path) -> None:
    found = read_examples([write_jsonl(tmp_path, {"body": "a", "topic": "oos", "in_scope": False}, ROW)])
    assert found.examples[0].topic is None
    assert found.topics == ("order",)


@pytest.mark.parametrize(("text", "flag"), [("true", True), ("False", False), ("0", False), ("yes", True), ("", True)])
def test_reads_in_scope_from_text(tmp_path: Path, text: str, flag: bool) -> None:
    assert read_examples([write_text(tmp_path, f"body,in_scope\nhello,{text}\n")]).examples[0].in_scope is flag


def test_refuses_a_csv_in_latin_1_and_names_the_line(tmp_path: Path) -> None:
    path = write_text(tmp_path, "body,topic\nhello,a\naño,b\n", encoding="latin-1")
    assert (
        error_of(path) == "mails.csv, line 3: not UTF-8 (byte 0xf1); convert it: iconv -f windows-1252 -t utf-8 mails.csv > utf8-mails.csv"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mails.csv: no rows"),
        ("body,topic\n", "mails.csv: no rows"),
        ("body,topic\na,b,c\n", "mails.csv, line 2: 3 cells, but the head has 2 columns"),
        ('body,topic\n"a\nb",x\n"c\n\n', "mails.csv, line 4: malformed CSV (unexpected end of data)"),
        ("body,body\na,b\n", "mails.csv: columns named twice: 'body'"),
        (
            "body,date\na,31.03.2026\n",
            "mails.csv, line 2: date must be a date such as 2026-03-31 or 2026-03-31T10:00:00Z, found '31.03.2026'",
        ),
        ("body,in_scope\na,maybe\n", "mails.csv, line 2: in_scope must be true or false, found 'maybe'"),
        ('body,answers\na,"[x"\n', "mails.csv, line 2: answers starts with [ but is no JSON list"),
        ("body,id\na,1\nb,1\n", "mails.csv, line 3: id '1' was already used in mails.csv, line 2"),
        ("text,topic\na,b\n", "mails.csv: neither a body nor a subject; name the column with --map body=COLUMN; columns: text, topic"),
        ("body,subject\n , \n", "mails.csv, line 2: neither body nor subject has text"),
    ],
)
def test_refuses_a_csv_that_cannot_be_right(tmp_path: Path, text: str, message: str) -> None:
    assert error_of(write_text(tmp_path, text)) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"body": 1}', "mails.jsonl, line 1: body must be text, found a number"),
        ('\n{"body": "a", "topic": ["x"]}', "mails.jsonl, line 2: topic must be text, found a list"),
        ('{"body": "a", "topics": 5}', "mails.jsonl, line 1: topics must be a list, found a number"),
        ('{"body": "a", "date": 5}', "mails.jsonl, line 1: date must be a date, found a number"),
        ('"text"', "mails.jsonl, line 1: expected a JSON object, found str"),
        ('[{"body": "a"}]', "mails.jsonl: a JSON array; write one object a line: jq -c '.[]' mails.jsonl > mails.jsonl"),
    ],
)
def test_refuses_json_that_cannot_be_right(tmp_path: Path, text: str, message: str) -> None:
    assert error_of(write_text(tmp_path, text, "mails.jsonl")) == message


@pytest.mark.parametrize("line", ["{", "{'a': 1}", "[" * 100_000, '{"body": "\\ud800', "9" * 5_000])
def test_names_the_line_that_is_no_json(tmp_path: Path, line: str) -> None:
    assert "mails.jsonl, line 2:" in error_of(write_text(tmp_path, '{"body": "a"}\n' + line, "mails.jsonl"))


def test_refuses_files_that_are_missing_or_of_another_kind(tmp_path: Path) -> None:
    assert error_of(tmp_path / "gone.jsonl") == "gone.jsonl: no such file"
    assert error_of(tmp_path / "a.xlsx").startswith("a.xlsx: unknown kind of file; use one of .jsonl")
    assert error_of(write_text(tmp_path, "no", "a.parquet")).startswith("a.parquet: not a Parquet file")


def test_says_what_a_wrong_option_could_have_been(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path, ROW)
    assert error_of(path, ReadOptions(mapping={"label": "topic"})).startswith("--map label=topic: unknown name 'label'; known: id, subject")
    assert error_of(path, ReadOptions(mapping={"topic": "queue"})).endswith("there is no column 'queue'; columns: body, topic")
    assert error_of(path, ReadOptions(where={"lang": "de"})).endswith("there is no column 'lang'; columns: body, topic")
    assert error_of(path, ReadOptions(where={"topic": "x"})) == "mails.jsonl: no row is left after --where topic=x (found: order)"


def test_refuses_an_urgency_outside_the_scale(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path, {**ROW, "urgency": "low"}, {**ROW, "urgency": "medium"}, {**ROW, "urgency": "asap"})
    assert error_of(path) == (
        "mails.jsonl, line 2: unknown urgency 'asap', 'medium'; known: low, normal, high, critical; "
        "name the scale with --urgencies lowest,…,highest"
    )
    assert read_examples([path], ReadOptions(urgencies=("low", "medium", "asap"))).taxonomy.urgencies == ("low", "medium", "asap")
    assert "at least two" in error_of(path, ReadOptions(urgencies=("low",)))


def test_is_strict_with_a_taxonomy(tmp_path: Path) -> None:
    taxonomy = Taxonomy.from_labels(["order", "refund"], ["low", "high"])
    path = write_jsonl(tmp_path, ROW, {**ROW, "topics": ["order", "gift"]}, {**ROW, "topic": "pets"})
    assert error_of(path, ReadOptions(taxonomy=taxonomy)).startswith(
        "mails.jsonl, line 2: unknown topic 'gift', 'pets'; known: order, refund;"
    )
    found = read_examples([write_jsonl(tmp_path, ROW)], ReadOptions(taxonomy=taxonomy))
    assert (found.taxonomy, found.urgencies) == (taxonomy, ("low", "high"))
    assert "contradicts the taxonomy" in error_of(path, ReadOptions(taxonomy=taxonomy, urgencies=("a", "b")))


def test_fingerprint_ignores_order_and_notices_a_label(tmp_path: Path) -> None:
    one, two = {"body": "a", "topic": "x"}, {"body": "B ", "topic": "y"}
    prints = {
        read_examples([write_jsonl(tmp_path, *rows)]).fingerprint
        for rows in ([one, two], [two, one], [one, {"body": "ｂ", "topic": "y"}], [one, {"body": "b", "topic": "x"}])
    }
    assert len(prints) == 2


def test_groups_rows_of_equal_text_or_equal_group_also_through_others() -> None:
    examples = [
        Example(id=name, body=body, group=group)
        for name, body, group in [("a", "x", "1"), ("b", "X ", None), ("c", "y", "1"), ("d", "z", None)]
    ]
    assert group_keys(examples) == ["a", "a", "a", "d"]


def test_counts_the_overlap_of_two_sets() -> None:
    train = [Example(id="a", body="x"), Example(id="b", body="y", group="1")]
    assert overlap([Example(id="c", body=" X"), Example(id="d", body="q", group="1"), Example(id="e", body="q")], train) == 2


def test_content_is_subject_and_newest_text() -> None:
    assert Example(id="a", subject="Re: parcel", body="Now?\n> before").content == "Re: parcel\nNow?"
    assert row_hash(Example(id="a", body="x")) == row_hash(Example(id="b", body="x", extra={"n": 1}))


@given(st.text(max_size=40))
def test_normalising_twice_equals_normalising_once(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


def test_reads_a_date_column_of_parquet_as_utc(tmp_path: Path) -> None:
    write_table(pyarrow.table({"body": ["a"], "date": [date(2026, 3, 31)]}), tmp_path / "m.parquet")
    assert read_examples([tmp_path / "m.parquet"]).examples[0].date == datetime(2026, 3, 31, tzinfo=UTC)


def test_reads_twenty_thousand_rows_in_two_seconds(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path, *({"body": f"Where is parcel {number}?\nI wait.", "topic": "a"} for number in range(20_000)))
    start = time.process_time()
    found = read_examples([path])
    assert len(set(group_keys(found.examples))) == 20_000
    assert time.process_time() - start < 2
