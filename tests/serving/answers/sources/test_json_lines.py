"""Tests of serving.answers.sources.json_lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from serving.answers.sources.reading import ImportFileError
from tests.serving.answers.sources.files import items_of, refused, taken, written


def test_a_line_that_is_no_object_costs_only_itself(tmp_path: Path) -> None:
    lines = [
        '{"id": "1", "body": "good", "language": "en"}',
        "{oops",
        "[1]",
        "[" * 100_000,
        "",
        '{"id": "2", "body": "good", "language": "en"}',
    ]
    items = items_of(written(tmp_path / "a.jsonl", "\n".join(lines)))
    assert [item.line for item in taken(items)] == [1, 6]
    assert [item.line for item in refused(items)] == [2, 3, 4]


def test_a_json_array_of_objects_is_read_too(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", '[{"id": "1", "body": "good", "language": "en"}, 7]')
    items = items_of(path)
    assert [item.external_id for item in taken(items)] == ["1"]
    assert refused(items)[0].line == 2


def test_an_array_that_breaks_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="not JSON"):
        items_of(written(tmp_path / "a.jsonl", '[{"id": "1"'))


def test_halves_of_characters_do_not_come_in(tmp_path: Path) -> None:
    (item,) = taken(items_of(written(tmp_path / "a.jsonl", '{"body": "x \\ud800 \\u0000 y", "language": "en"}')))
    assert item.answer.variants[0].body == "x \ufffd  y"


def whole(**rest: Any) -> str:
    return json.dumps({"id": "1", "variants": [{"language": "en", "title": "T", "body": "x"}], **rest})


@pytest.mark.parametrize(
    "line",
    [
        whole(variants=[]),
        whole(variants=5),
        whole(variants=[{"language": "en", "title": 5, "body": "x"}]),
        whole(variants=[{"language": "en", "title": "T", "body": "{{ self.__class__ }}"}]),
        whole(valid_from=5),
        whole(id=5),
        whole(merged_into=["x"]),
        whole(kept=[1]),
        whole(kept={"draft": {"variants": [1]}}),
        whole(kept={"blocks": {"a": 1}}),
        whole(kept={"apart": 1}),
        whole(attachments=[{"name": "../x", "mime": "a/b", "size": 1, "sha256": "0" * 64}]),
        whole(unknown=1),
    ],
)
def test_a_line_of_an_export_that_was_tampered_with_is_refused(tmp_path: Path, line: str) -> None:
    (item,) = items_of(written(tmp_path / "a.jsonl", line))
    assert refused([item])


def test_a_line_of_an_export_is_taken_as_it_is(tmp_path: Path) -> None:
    line = whole(kept={"uses": 3, "source": "desk", "external_id": "7", "blocks": {"a": {"en": "A"}}, "apart": ["2"]})
    (item,) = taken(items_of(written(tmp_path / "a.jsonl", line)))
    assert (item.uses, item.source, item.external_id) == (3, "desk", "7")
    assert item.decided is not None
    assert (item.decided.blocks, item.decided.apart) == ({"a": {"en": "A"}}, ("2",))
