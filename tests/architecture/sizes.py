"""Lengths of files and functions, counted as the size budget counts them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.repository import PACKAGES, Module, modules

FILE_LINES = 300
FUNCTION_LINES = 40
POSITIONAL_PARAMETERS = 5


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """How big a thing is; `place` is what an editor jumps to."""

    amount: int
    place: str


def measured() -> tuple[Module, ...]:
    """The modules that the budget covers."""
    return tuple(module for module in modules(*PACKAGES, "tests") if not module.is_migration)


def file_sizes() -> list[Size]:
    """Lines of every file, the longest first."""
    return sorted((Size(len(module.text.splitlines()), str(module.path)) for module in measured()), reverse=True)


def function_sizes() -> list[Size]:
    """Lines of every function without decorators and docstring, the longest first."""
    return sorted((Size(_lines(function), place) for function, place in _functions()), reverse=True)


def parameter_counts() -> list[Size]:
    """Positional parameters of every function, `self` and `cls` not counted, the most first."""
    return sorted((Size(_positional(function), place) for function, place in _functions()), reverse=True)


def summary(most: int = 5) -> list[str]:
    """The biggest things there are, for people to read."""
    lines = []
    for title, sizes, limit in (
        ("files", file_sizes(), FILE_LINES),
        ("functions", function_sizes(), FUNCTION_LINES),
        ("parameter lists", parameter_counts(), POSITIONAL_PARAMETERS),
    ):
        middle = sizes[len(sizes) // 2].amount if sizes else 0
        biggest = ", ".join(f"{size.place} {size.amount}" for size in sizes[:most])
        lines.append(f"{len(sizes)} {title}, median {middle}, limit {limit}: {biggest}")
    return lines


Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions() -> Iterator[tuple[Function, str]]:
    for module in measured():
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield node, f"{module.path}:{node.lineno} {node.name}"


def _lines(function: Function) -> int:
    end = function.end_lineno or function.lineno
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if has_docstring else 0
    return end - function.lineno + 1 - docstring


def _positional(function: Function) -> int:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))
