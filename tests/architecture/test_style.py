"""Habits that a machine can check: docstrings, names, no patches, nothing unfinished."""

import ast
import re
from collections.abc import Iterator
from typing import TypeVar

from tests.architecture.repository import PACKAGES, Module, modules, texts

Node = TypeVar("Node", bound=ast.AST)

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "handler", "misc"}
# Only in comments: to a Spanish customer the first of these words is "everything".
UNFINISHED = re.compile(r"(?:#|//|<!--).*\b(?:T[O]DO|F[I]XME|X[X]X)\b")
PATCH = re.compile(r"patch|(?:Magic|Async)?Mock")


def test_every_module_says_what_it_is() -> None:
    silent = [str(module.path) for module in modules(*PACKAGES, "tests") if not ast.get_docstring(module.tree)]
    assert silent == []


def test_no_name_says_nothing() -> None:
    paths = (module.path for module in modules(*PACKAGES, "tests"))
    empty = [str(path) for path in paths if EMPTY_NAMES & {*path.parent.parts, path.stem.removeprefix("test_")}]
    assert empty == []


def test_nothing_is_left_unfinished() -> None:
    marks = [f"{path}: {found.group()}" for path, text in texts() for found in UNFINISHED.finditer(text)]
    stubs = [f"{module.path}:{node.lineno}" for module, node in _nodes(ast.Raise) if "NotImplemented" in ast.dump(node)]
    assert marks + stubs == []


def test_no_test_patches_what_it_tests() -> None:
    imported = [module for module, node in _nodes(ast.ImportFrom) if node.module in {"unittest.mock", "mock", "pytest_mock"}]
    imported += [module for module, node in _nodes(ast.Import) if any(alias.name == "unittest.mock" for alias in node.names)]
    named = [module for module, node in _nodes(ast.Name) if PATCH.fullmatch(node.id)]
    assert [str(module.path) for module in imported + named] == []


def _nodes(kind: type[Node]) -> Iterator[tuple[Module, Node]]:
    for module in modules(*PACKAGES, "tests"):
        yield from ((module, node) for node in ast.walk(module.tree) if isinstance(node, kind))
