"""Whether a shell line of ours can work: the make targets, subcommands and options that it names exist."""

import importlib
import re
import shlex
import tomllib
from functools import cache
from typing import Any

import typer
from typer.main import get_command

from tests.architecture.repository import ROOT

ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
PREFIXES = {"exec", "time", "$", "@exec"}
BREAKS = {"&&", "||", "|", ";", "&", ">", "<", "2>"}


@cache
def make_targets() -> frozenset[str]:
    """Targets that a person may name."""
    return frozenset(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def command(name: str) -> Any:
    """The command line behind an entry of [project.scripts], or None when there is no such entry."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    if name not in scripts:
        return None
    module, _, function = scripts[name].partition(":")
    start = getattr(importlib.import_module(module), function)
    application = next(value for value in start.__globals__.values() if isinstance(value, typer.Typer))
    return get_command(application)


def faults(line: str) -> list[str]:
    """What is wrong with one shell line; empty when nothing is, or when it does not concern us."""
    try:
        words = shlex.split(line.lstrip("@-"), comments=True)
    except ValueError:
        return []
    found: list[str] = []
    for part in _parts(words):
        found += _part_faults(part)
    return found


def _parts(words: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word in BREAKS:
            parts.append([])
        elif parts[-1] or not (ASSIGNMENT.match(word) or word in PREFIXES):
            parts[-1].append(word)
    return [part for part in parts if part]


def _part_faults(words: list[str]) -> list[str]:
    program = words[0].rpartition("/")[2]
    if program == "make":
        named = [word for word in words[1:] if re.fullmatch(r"[a-z][a-z-]*", word)]
        return [f"make {word}: no such target" for word in named if word not in make_targets()]
    known = command(program)
    return _command_faults(known, words[1:], program) if known is not None else []


def _command_faults(known: Any, words: list[str], name: str) -> list[str]:
    """Follow subcommands, then look for every option among those of the last one."""
    while words and getattr(known, "commands", None):
        if words[0].startswith("-"):
            break
        if words[0] not in known.commands:
            return [f"{name} {words[0]}: no such command"]
        known, name, words = known.commands[words[0]], f"{name} {words[0]}", words[1:]
    options = {option for parameter in known.params for option in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    given = [word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)]
    return [f"{name} {option}: no such option" for option in given if option not in options]
