"""The kinds of problems and their documentation agree."""

import re
from pathlib import Path

from serving.problems import KINDS

ROW = re.compile(r"^\| `([a-z-]+)` \| (\d+) \|", re.MULTILINE)


def test_every_kind_is_documented_with_its_status() -> None:
    text = (Path(__file__).parents[2] / "docs" / "problems.md").read_text()
    assert {(name, int(status)) for name, status in ROW.findall(text)} == {(kind.name, kind.status) for kind in KINDS}


def test_names_are_used_once() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
