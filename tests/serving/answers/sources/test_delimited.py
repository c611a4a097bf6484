"""Tests of serving.answers.sources.delimited."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.answers.exporting import guarded
from serving.answers.sources.delimited import FORMULA, GUARDED
from serving.answers.sources.reading import ImportFileError, Limits
from tests.serving.answers.sources.files import items_of, refused, taken, written

HEAD = "id,title,body,language,topic\n"


def test_reads_rows_with_the_line_on_which_each_begins(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", HEAD + '1,One,"first line\nsecond line",en,\n2,Two,A text.,de,returns\n')
    first, second = taken(items_of(path))
    assert (first.external_id, first.line, first.answer.variants[0].body) == ("1", 2, "first line\nsecond line")
    assert (second.line, second.answer.topic, second.answer.variants[0].language) == (4, "returns", "de")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter_in_the_head(tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path / "a.csv", f"id{delimiter}body{delimiter}language\n1{delimiter}A text{delimiter}en\n")
    assert taken(items_of(path))[0].answer.variants[0].body == "A text"


def test_reads_utf_8_with_a_byte_order_mark_and_line_ends_of_every_system(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", b"\xef\xbb\xbfid,body,language\r\n1,\xc3\xa9t\xc3\xa9,fr\r2,hiver,fr\n")
    assert [item.answer.variants[0].body for item in taken(items_of(path))] == ["été", "hiver"]


def test_refuses_another_encoding_with_the_line_and_the_command_that_converts_it(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", HEAD.encode() + "1,Été,Un été,fr,\n".encode("cp1252"))
    with pytest.raises(ImportFileError, match=r"line 2: not UTF-8 \(byte 0xc9\).*iconv -f windows-1252 -t utf-8 a.csv"):
        items_of(path)
    with pytest.raises(ImportFileError, match="iconv -f utf-16"):
        items_of(written(path, HEAD.encode("utf-16")))


def test_a_head_without_a_body_lists_the_columns_found(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "id,Antwort\n1,x\n")
    with pytest.raises(ImportFileError, match=r"--map body=COLUMN; columns found: 'id', 'Antwort'"):
        items_of(path)
    assert taken(items_of(path, columns={"body": "antwort"}, language="de"))[0].answer.variants[0].body == "x"


@pytest.mark.parametrize(
    ("columns", "message"),
    [({"body": "Text"}, "no column 'Text' for body"), ({"colour": "x"}, "no column is called 'colour'")],
)
def test_a_mapping_that_fits_nothing_is_refused(tmp_path: Path, columns: dict[str, str], message: str) -> None:
    with pytest.raises(ImportFileError, match=message):
        items_of(written(tmp_path / "a.csv", "id,body\n1,x\n"), columns=columns)


def test_refuses_a_column_named_twice_and_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="columns named twice: 'body'"):
        items_of(written(tmp_path / "a.csv", "body,Body\nx,y\n"))
    with pytest.raises(ImportFileError, match="empty"):
        items_of(written(tmp_path / "a.csv", "\n\n"))


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    begun = time.perf_counter()
    with pytest.raises(ImportFileError, match="200 MB; at most 50 MB are read"):
        items_of(path)
    assert time.perf_counter() - begun < 0.1


@pytest.mark.parametrize("cell", ["=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "+cmd|' /C calc'!A0", "-2+3+cmd|x", "  =HYPERLINK(1)", "＝1"])
def test_refuses_a_formula_and_takes_the_rows_around_it(tmp_path: Path, cell: str) -> None:
    path = written(tmp_path / "a.csv", f'{HEAD}1,T,good,en,\n2,T,"{cell}",en,\n3,T,good,en,\n')
    items = items_of(path)
    assert [item.external_id for item in taken(items)] == ["1", "3"]
    assert [(item.line, item.external_id) for item in refused(items)] == [(3, "2")]
    assert "body: a formula" in refused(items)[0].reason


@pytest.mark.parametrize("cell", ["- first\n- second", "+49 30 1234567", "@ service desk", "-", "1=1"])
def test_a_list_a_phone_number_and_a_guarded_cell_are_texts(tmp_path: Path, cell: str) -> None:
    path = written(tmp_path / "a.csv", f'{HEAD}1,"\'=1","a {cell}",en,"{cell}"\n')
    (item,) = taken(items_of(path, columns={"topic": "id", "id": "topic"}))
    assert item.answer.variants[0].title == "=1"


def test_a_row_with_too_few_cells_or_a_stray_quotation_mark_costs_only_itself(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", HEAD + '1,T\n2,T,"a "b" c",en,\n3,T,good,en,\n4,T,"never ends,en,\n5,T,good,en,\n')
    items = items_of(path)
    assert [item.external_id for item in taken(items)] == ["3", "5"]
    assert [item.line for item in refused(items)] == [2, 3, 5]
    assert "2 cells, but the head has 5 columns" in refused(items)[0].reason


def test_a_hostile_file_takes_linear_time(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", HEAD + '"x\ny",' * 150_000)
    begun = time.perf_counter()
    items_of(path)
    assert time.perf_counter() - begun < 8


def test_reads_no_more_rows_than_the_limit_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", HEAD + "".join(f"{number},T,good,en,\n" for number in range(5)))
    items = items_of(path, limits=Limits(rows=3))
    assert len(taken(items)) == 3
    assert "more than 3 rows" in refused(items)[0].reason


@given(st.text(alphabet="'=+-@\t\n＝ab(|! 1", max_size=12))
def test_what_an_export_guards_an_import_reads_as_it_was(cell: str) -> None:
    out = guarded(cell)
    assert not out.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert (out[1:] if GUARDED.match(out) else out) == cell
    assert not FORMULA.match(out) or cell[:1].isspace()
