"""The import rules of pyproject.toml hold, and each of them would notice when it is broken."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT

EMPTY_TREE = (
    "data/mail.py",
    "model/policy.py",
    "training/track.py",
    "training/learn.py",
    "serving/settings.py",
    "serving/bundles.py",
    "serving/pipeline.py",
    "serving/app.py",
    "serving/cli.py",
    "serving/api/cases.py",
    "serving/desk/leases.py",
    "serving/store/tables.py",
    "serving/store/answer_tables.py",
    "serving/store/automatic_tables.py",
)

BROKEN = {
    "serving and training stand on model": ("model/policy.py", "import serving.settings"),
    "data and model know no web": ("model/policy.py", "import sqlalchemy"),
    "MLflow is spoken to by": ("training/learn.py", "import mlflow.pyfunc"),
    "nothing is pickled": ("serving/bundles.py", "import joblib"),
    "inside serving": ("serving/store/queries.py", "import serving.pipeline"),
    "only serving.store knows tables": ("serving/desk/leases.py", "from serving.store.tables import Lease"),
    "nothing imports the tests": ("serving/app.py", "from tests.factories import make_mail"),
}


def test_every_import_follows_the_rules() -> None:
    code, report = _lint(ROOT)
    assert code == 0, report


def test_every_rule_has_a_case_that_breaks_it() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    cases = [next((start for start in BROKEN if contract["name"].startswith(start)), None) for contract in contracts]
    assert cases == list(BROKEN)


@pytest.mark.parametrize("rule", BROKEN)
def test_notices_an_import_that_breaks_the_rule(rule: str, tmp_path: Path) -> None:
    _plant(tmp_path, *BROKEN[rule])
    code, report = _lint(tmp_path)
    assert code == 1
    assert re.findall(rf"{rule}.*?(BROKEN|KEPT)", report) == ["BROKEN"]


def test_accepts_the_imports_that_the_rules_name(tmp_path: Path) -> None:
    _plant(tmp_path, "training/track.py", "import mlflow\nfrom model.policy import decide")
    _plant(tmp_path, "serving/store/queries.py", "from serving.store.tables import Case")
    _plant(tmp_path, "serving/api/cases.py", "from serving.store.queries import case\nfrom serving.desk.leases import lease")
    code, report = _lint(tmp_path)
    assert code == 0, report


def _plant(root: Path, path: str, imports: str) -> None:
    for empty in (*EMPTY_TREE, path):
        file = root / empty
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        for folder in file.parents[: len(Path(empty).parts) - 1]:
            (folder / "__init__.py").touch()
    (root / path).write_text(imports, encoding="utf-8")


def _lint(root: Path) -> tuple[int, str]:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONUTF8": "1", "COLUMNS": "200"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
