"""The wheel holds everything that a service needs and nothing else, and works away from this repository."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.architecture.repository import PACKAGES, ROOT, files

NOT_SHIPPED = {"tests", "notebooks", "docs", "var"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("replywell-*.whl"))


def test_the_wheel_holds_every_file_of_the_four_packages(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    expected = {path.as_posix() for path in files() if path.parts[0] in PACKAGES}
    assert expected - held == set()
    assert any(name.startswith("data/seeds/") for name in held)
    assert any("migrations/versions/" in name for name in held)


def test_the_wheel_holds_nothing_but_the_four_packages(wheel: Path) -> None:
    folders = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert folders & NOT_SHIPPED == set()
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_carries_the_licence(wheel: Path) -> None:
    names = {name.rpartition("/")[2] for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/licenses/" in name}
    assert names == {"LICENSE", "NOTICE"}


def test_both_commands_run_from_an_installed_wheel_in_another_folder(wheel: Path, tmp_path: Path) -> None:
    environment = _install(wheel, tmp_path / "environment")
    for name in ("replywell", "replywell-train"):
        done = _run(environment / "bin" / name, "--help", folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "Usage" in done.stdout
    found = _run(environment / "bin" / "python", "-c", "import serving; print(serving.__file__)", folder=tmp_path)
    assert found.stdout.startswith(str(environment)), found.stdout + found.stderr


def _install(wheel: Path, folder: Path) -> Path:
    """A new environment with the wheel, that borrows everything else from the one that runs this test."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-qq", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    # Paths in a .pth come after the wheel, and the .pth of a development install in them is not read.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder


def _run(program: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return subprocess.run([program, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
