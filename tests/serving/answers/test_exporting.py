"""Tests of serving.answers.exporting: what goes out comes back in."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.answer import Answer, BodyFormat, State, Translation, Variant, Visibility
from serving.answers.attachments import attach_file
from serving.answers.exporting import Format, export_answers
from serving.answers.importing import ImportOptions, import_answers
from serving.answers.sources.reading import ReadOptions
from serving.store.answer_imports import put_imported
from serving.store.answer_merges import merge, unmerge
from serving.store.answer_writes import create_answer, draft_answer
from serving.store.answers import load_answer
from serving.store.base_version import base_version
from serving.store.blocks import draft_block, publish_block
from serving.store.database import Database
from serving.store.verdicts import Verdict, save_verdict
from tests.serving.answers.factories import ANA, BEN, make_answer, make_row

KEEP = ImportOptions(stamp=BEN, read=ReadOptions(state=None))
OWN_NUMBERS = ("version",)
OWN_FACTS = ("author", "approved_by", "created_at")


def lines_of(path: Path) -> list[dict[str, Any]]:
    """An export without what every base counts for itself."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        for name in OWN_NUMBERS:
            line.pop(name)
        for name in OWN_FACTS:
            line["kept"].pop(name, None)
        line["kept"].get("draft", {}).pop("version", None)
    return lines


@pytest.fixture
def base(database: Database) -> Database:
    """A base with one of everything."""
    html = Variant(language="fr", title="Retours", body="<p>Sous <b>30</b> jours</p>", format=BodyFormat.HTML, questions=("Quand ?", "a|b"))
    with database.writing() as session:
        publish_block(session, "closing", draft_block(session, "closing", {"en": "Kind regards"}, None, ANA).revision, ANA)
        attachment = attach_file(session, "form.pdf", b"a form", ANA, mime="application/pdf")
        first = make_answer(
            "one", "Within {{order_number}} days. {{> closing}}", attachments=(attachment,), state=State.ACTIVE, owner="ana"
        )
        create_answer(session, replace(first, variants=(*first.variants, html), visibility=Visibility.PUBLIC), ANA)
        put_imported(session, [replace(make_row(name, f"=Text {name}"), uses=7, extra={"team": "north"}) for name in "abcd"], ANA)
        merge(session, "a", ["b"], ANA)
        merge(session, "a", ["c"], ANA)
        unmerge(session, "c", ANA)
        save_verdict(session, ("a", "one"), Verdict.APART, ANA)
        stored = load_answer(session, "one")
        assert stored is not None
        draft_answer(session, replace(stored.answer, topic="other"), stored.revision, ANA)
    return database


@pytest.fixture
def empty_base(tmp_path: Path) -> Database:
    """Another base, with nothing in it."""
    other = Database.connect(f"sqlite:///{tmp_path / 'other.db'}")
    other.migrate()
    return other


def test_an_export_read_into_an_empty_base_and_exported_again_is_the_same(base: Database, empty_base: Database, tmp_path: Path) -> None:
    out, back = tmp_path / "out.jsonl", tmp_path / "back.jsonl"
    assert export_answers(base, out, files=tmp_path / "files") == 5
    options = replace(KEEP, read=replace(KEEP.read, files=tmp_path / "files"))
    report = import_answers(empty_base, out, options)
    assert (report.created, report.refused, report.remarks) == (5, 0, [])
    export_answers(empty_base, back, files=tmp_path / "files-back")
    assert lines_of(back) == lines_of(out)
    names = [sorted(file.name for file in folder.iterdir()) for folder in (tmp_path / "files", tmp_path / "files-back")]
    assert names[0] == names[1] != []
    empty_base.close()


def test_an_export_read_into_its_own_base_changes_nothing(base: Database, tmp_path: Path) -> None:
    out, back = tmp_path / "out.jsonl", tmp_path / "back.jsonl"
    export_answers(base, out)
    with base.reading() as session:
        before = base_version(session)
    report = import_answers(base, out, KEEP)
    assert (report.unchanged, report.created, report.updated, report.kept, report.remarks) == (5, 0, 0, 0, [])
    export_answers(base, back)
    assert back.read_text() == out.read_text()
    with base.reading() as session:
        assert base_version(session) == before


def test_what_was_decided_here_counts_more_than_an_old_export(base: Database, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    export_answers(base, out)
    with base.writing() as session:
        unmerge(session, "b", BEN)
    import_answers(base, out, KEEP)
    with base.reading() as session:
        stored = load_answer(session, "b")
    assert stored is not None
    assert stored.answer.merged_into is None


def test_every_line_is_an_answer_with_its_hash_and_what_the_base_knows(base: Database, tmp_path: Path) -> None:
    export_answers(base, tmp_path / "out.jsonl")
    one = next(line for line in lines_of(tmp_path / "out.jsonl") if line["id"] == "one")
    kept = one.pop("kept")
    assert one["slots"] == ["order_number"]
    assert one["attachments"][0]["name"] == "form.pdf"
    assert (kept["blocks"], kept["draft"]["topic"], "uses" in kept) == ({"closing": {"en": "Kind regards"}}, "other", False)
    assert Answer.from_json({**one, "version": 1}).content_hash == one["content_hash"]


def test_no_cell_of_a_csv_starts_a_formula_and_none_is_lost(base: Database, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert export_answers(base, out, Format.CSV) == 5
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(line.startswith('"') for line in out.read_text().splitlines())
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert {row["body"] for row in rows if row["id"] in "abcd"} == {f"'=Text {name}" for name in "abcd"}
    assert [row["language"] for row in rows if row["id"] == "one"] == ["en", "fr"]
    assert {row["team"] for row in rows} == {"north", ""}


def test_a_csv_comes_back_with_every_text(base: Database, empty_base: Database, tmp_path: Path) -> None:
    export_answers(base, tmp_path / "out.csv", Format.CSV)
    with empty_base.writing() as session:
        publish_block(session, "closing", draft_block(session, "closing", {"en": "Kind regards"}, None, ANA).revision, ANA)
    report = import_answers(empty_base, tmp_path / "out.csv", KEEP)
    assert (report.created, report.refused) == (5, 0)
    with empty_base.reading() as session, base.reading() as original:
        for name in ("one", "a", "d"):
            here, there = load_answer(session, name), load_answer(original, name)
            assert here is not None
            assert there is not None
            assert [replace(one, translation=Translation.CURRENT) for one in here.answer.variants] == [
                replace(one, translation=Translation.CURRENT) for one in there.answer.variants
            ]
            assert (here.uses, here.answer.state) == (there.uses, there.answer.state)
    empty_base.close()
