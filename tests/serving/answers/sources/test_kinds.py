"""Tests of serving.answers.sources.kinds: which reader a file gets, and that no bytes break one."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.answers.sources.kinds import Kind, kind_of
from serving.answers.sources.reading import ImportFileError, ReadOptions
from tests.serving.answers.sources.files import items_of, written

FILES = [kind for kind in Kind if kind is not Kind.FOLDER]
HEADS = [
    b"",
    b"id,body\n",
    b"id;body;uses\n1;",
    b'{"id": "1", "body": "x", "language": "en"',
    b'[{"name": "x", "text": ',
    b"PK\x03\x04",
    b"From a@b.example Mon Mar  2 10:00:00 2026\n\nFrom: ",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
KEYS = [
    "id",
    "name",
    "title",
    "perform",
    "article.note",
    "body",
    "actions",
    "field",
    "value",
    "text",
    "macros",
    "variants",
    "kept",
    "assets",
    "language",
]
OBJECTS = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5), max_leaves=20
)


def test_tells_kinds_by_name_and_by_content(tmp_path: Path) -> None:
    names = {"a.CSV": Kind.CSV, "a.tsv": Kind.CSV, "a.ndjson": Kind.JSONL, "a.xlsx": Kind.XLSX, "a.mbox": Kind.MBOX}
    assert {name: kind_of(tmp_path / name, ReadOptions()) for name in names} == names
    assert kind_of(tmp_path, ReadOptions()) is Kind.FOLDER
    contents = {'{"macros": []}': Kind.ZENDESK, '[{"perform": {}}]': Kind.ZAMMAD, '[{"name": "a", "text": "b"}]': Kind.FREESCOUT}
    for content, kind in {**contents, '{"body": "x"}\n{}': Kind.JSONL, "[": Kind.JSONL}.items():
        assert kind_of(written(tmp_path / "a.json", content), ReadOptions()) is kind


def test_names_the_kinds_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="unknown kind of file; use .csv"):
        kind_of(tmp_path / "a.docx", ReadOptions())


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_not_there_is_named(tmp_path: Path, kind: Kind) -> None:
    with pytest.raises(ImportFileError, match="gone.bin: No such file"):
        items_of(tmp_path / "gone.bin", kind, agents=("@a.example",))


def _reads_or_refuses(kind: Kind, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "a.bin", content)
        with suppress(ImportFileError):
            items_of(path, kind, agents=("@",), language="en")


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(FILES), head=st.sampled_from(HEADS), garbage=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(kind: Kind, head: bytes, garbage: bytes) -> None:
    _reads_or_refuses(kind, head + garbage)


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from([Kind.JSONL, Kind.ZAMMAD, Kind.ZENDESK, Kind.FREESCOUT]), value=OBJECTS)
def test_any_json_is_read_or_refused(kind: Kind, value: object) -> None:
    _reads_or_refuses(kind, json.dumps(value).encode())
