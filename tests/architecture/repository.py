"""What belongs to this repository: its files and its Python modules."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("data", "model", "serving", "training")
BINARY = {".eml", ".pdf", ".png", ".npz", ".safetensors", ".parquet", ".gz", ".zip", ".ico", ".woff2"}


@dataclass(frozen=True)
class Module:
    """One Python file; `path` is relative to the repository."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed source."""
        return ast.parse(self.text, filename=str(self.path))

    @property
    def is_migration(self) -> bool:
        """Migrations are written once and never mended, so the size budget does not apply to them."""
        return "versions" in self.path.parts


def files() -> tuple[Path, ...]:
    """Every file that is or would be committed, relative to the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(path for path in map(Path, sorted(filter(None, set(listed)))) if (ROOT / path).is_file())


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file but mails, labelled examples and answers, which hold what customers and editors write."""
    for path in files():
        written_by_people = path.is_relative_to("data/seeds") or path.is_relative_to("tests/mails")
        if path.suffix not in BINARY and not written_by_people:
            yield path, (ROOT / path).read_text(encoding="utf-8")


def modules(*folders: str) -> tuple[Module, ...]:
    """The Python files of these top-level folders."""
    paths = (path for path in files() if path.suffix == ".py" and path.parts[0] in folders)
    return tuple(Module(path, (ROOT / path).read_text(encoding="utf-8")) for path in paths)
