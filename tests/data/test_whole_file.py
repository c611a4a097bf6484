"""Tests of data.whole_file."""

from pathlib import Path

import pytest

from data.whole_file import whole_file


def test_a_file_appears_when_everything_was_written(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out.csv"
    with whole_file(out) as file:
        file.write("a\r\nb\n")
        assert not out.exists()
    assert out.read_bytes() == b"a\r\nb\n"


def test_a_fault_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    with pytest.raises(RuntimeError):
        _break_off(out)
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def _break_off(out: Path) -> None:
    with whole_file(out) as file:
        file.write("half")
        raise RuntimeError
