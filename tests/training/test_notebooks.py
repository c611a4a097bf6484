"""The notebooks run from the first cell to the last, and come without outputs."""

import importlib
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_answer, make_examples
from tests.training.files import write_rows

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
PARAMETERS = """
FILES, TAXONOMY, ANSWERS = [Path("rows.jsonl")], None, Path("answers.jsonl")
ENCODER, OUT, REPORT, SERVING = "hashing", Path("new/bundle"), Path("new/report"), Path("new/bundle")
TRACKING_URI = "sqlite:///registry/mlflow.db"
"""


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_comes_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_runs_from_the_first_cell_to_the_last(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(path.parents[1]))
    examples = make_examples(160)
    learnt = [example for number, example in enumerate(examples.examples) if number < 120]
    held_back = [example for number, example in enumerate(examples.examples) if number >= 120]
    lines = [
        write_rows(tmp_path / f"{split}.jsonl", rows, split=split).read_text("utf-8")
        for split, rows in (("train", learnt), ("test", held_back))
    ]
    (tmp_path / "rows.jsonl").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "answers.jsonl").write_text(json.dumps(make_answer().to_json()), encoding="utf-8")
    _run(path, tmp_path)
    assert (tmp_path / "new" / "bundle" / "manifest.json").is_file()
    assert (tmp_path / "new" / "report" / "reliability.png").is_file()
    assert (tmp_path / "registry" / "mlflow.db").is_file()


def _run(path: Path, folder: Path) -> None:
    """Run with other parameters: a cell of its own after the one that is tagged so, as papermill does it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the notebook machinery; what the cells warn about stays in their kernel
        from nbclient import NotebookClient

        nbformat: Any = importlib.import_module("nbformat")
        notebook = nbformat.read(path, as_version=4)
        place = next(number for number, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ()))
        notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(PARAMETERS))
        NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
