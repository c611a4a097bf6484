"""Tests of serving.answers.sources.workbook."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from serving.answers.sources.reading import ImportFileError
from tests.serving.answers.sources.files import items_of, refused, taken, written


def workbook(path: Path, *rows: Any) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def with_part(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def test_reads_numbers_and_dates_as_people_write_them(tmp_path: Path) -> None:
    rows = [["ID", "Title", "Body", "Language", "Uses", "Updated"], [7, "T", "A text.", "en", 3.0, datetime(2026, 3, 1)], [None] * 6]
    (item,) = taken(items_of(workbook(tmp_path / "a.xlsx", *rows)))
    assert (item.external_id, item.uses, item.updated_at, item.line) == ("7", 3, datetime(2026, 3, 1, tzinfo=UTC), 2)


def test_a_formula_is_never_computed_and_costs_only_its_row(tmp_path: Path) -> None:
    rows = [["id", "body", "language"], ["1", "good", "en"], ["2", "=1+1", "en"], ["3", "good", "en"]]
    items = items_of(workbook(tmp_path / "a.xlsx", *rows))
    assert [item.external_id for item in taken(items)] == ["1", "3"]
    assert [(item.line, item.reason) for item in refused(items)] == [(3, "body: a formula ('=1+1'); replace formulas by their values")]


def test_a_sheet_without_a_body_lists_its_columns(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="columns found: 'id', 'Antwort'"):
        items_of(workbook(tmp_path / "a.xlsx", ["id", "Antwort"], [1, "x"]))
    with pytest.raises(ImportFileError, match="the first sheet is empty"):
        items_of(workbook(tmp_path / "a.xlsx"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("xl/bomb.xml", b"0" * 30_000_000, "unpacks to more than"),
        ("../evil.xml", b"x", "leads out of it"),
        ("/etc/evil.xml", b"x", "leads out of it"),
        ("xl/inner.zip", b"x", "an archive inside the archive"),
        ("xl/entities.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>', "declares a document type"),
        ("xl/utf16.xml", "<x/>".encode("utf-16"), "is not UTF-8"),
    ],
)
def test_refuses_a_hostile_archive_before_it_is_opened(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = with_part(workbook(tmp_path / "a.xlsx", ["id", "body"], [1, "x"]), name, content)
    with pytest.raises(ImportFileError, match=message):
        items_of(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", b"id,body\n1,x\n"])
def test_refuses_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ImportFileError, match="not a workbook"):
        items_of(written(tmp_path / "a.xlsx", content))


def test_refuses_an_archive_without_a_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", b"<x/>")
    with pytest.raises(ImportFileError, match="not a workbook that can be read"):
        items_of(path)
