"""Labelled examples: read from people's own files, checked row by row, grouped so that no split leaks."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from data.cells import as_date, as_flag, as_list, as_name, as_text, comparable
from data.characters import normal_form
from data.clean import newest_text
from data.tables import ExampleError, Row, read_rows
from data.taxonomy import DEFAULT_URGENCIES, Taxonomy

__all__ = [
    "Example",
    "ExampleError",
    "ExampleSet",
    "ReadOptions",
    "group_keys",
    "normalised",
    "overlap",
    "read_examples",
    "row_hash",
    "text_key",
]

FIELDS = ("id", "subject", "body", "from", "language", "topic", "topics", "urgency", "in_scope", "answers", "group", "date", "split")
SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Example:
    """One labelled mail. `answers` is None when nobody said which answers fit, empty when none does."""

    id: str
    subject: str = ""
    body: str = ""
    sender: str | None = None
    language: str | None = None
    topic: str | None = None
    topics: tuple[str, ...] = ()
    urgency: str | None = None
    in_scope: bool = True
    answers: tuple[str, ...] | None = None
    group: str | None = None
    date: datetime | None = None
    split: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def content(self) -> str:
        """What the models read, exactly as `Mail.content`: the subject line, then the newest text."""
        return f"{self.subject}\n{newest_text(self.body)}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How to read a file.

    `mapping` gives our name -> their column, `where` their column -> value that a row must have, `urgencies` the scale from least
    to most urgent; a `taxonomy` is strict.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    urgencies: tuple[str, ...] | None = None
    taxonomy: Taxonomy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleSet:
    """Examples with the labels that they use."""

    examples: tuple[Example, ...]
    urgencies: tuple[str, ...]
    taxonomy: Taxonomy

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics that occur, sorted."""
        return tuple(sorted({topic for example in self.examples for topic in example.topics}))

    @property
    def fingerprint(self) -> str:
        """sha256 over the sorted hashes of the rows: the order of rows and files does not matter."""
        return hashlib.sha256("".join(sorted(map(row_hash, self.examples))).encode()).hexdigest()


def read_examples(paths: Sequence[Path], options: ReadOptions | None = None) -> ExampleSet:
    """Read labelled examples of one or several files.

    Raises:
        ExampleError: anything that would make the examples wrong, as one line with file and line number.
    """
    options = options or ReadOptions()
    urgencies = _scale(options)
    _check_mapping(options.mapping)
    rows = [row for path in paths for row in _selected(path, options)]
    examples = tuple(_example(row, options.mapping) for row in rows)
    _check_ids(rows, examples)
    used = [(example.urgency,) for example in examples]
    _check_labels(rows, used, urgencies, "urgency", "name the scale with --urgencies lowest,…,highest")
    topics = [topic for example in examples for topic in example.topics]
    if options.taxonomy is not None:
        hint = "correct the rows, add the topics to the taxonomy, or leave out --taxonomy"
        _check_labels(rows, [example.topics for example in examples], options.taxonomy.labels, "topic", hint)
    return ExampleSet(examples=examples, urgencies=urgencies, taxonomy=options.taxonomy or Taxonomy.from_labels(topics, urgencies))


def normalised(text: str) -> str:
    """`text` in NFKC, casefolded, with single spaces: equal for what a reader takes for the same."""
    return " ".join(normal_form("NFKC", normal_form("NFKC", text).casefold()).split())


def text_key(example: Example) -> str:
    """Equal for examples whose subject and newest text are the same for a reader."""
    return hashlib.sha256(normalised(example.content).encode("utf-8", errors="replace")).hexdigest()


def row_hash(example: Example) -> str:
    """sha256 of the normalised text and the labels of an example; its id, date and extra columns do not count."""
    labels = [example.topic, example.topics, example.urgency, example.in_scope, example.answers, example.language, example.group]
    row = json.dumps([normalised(example.subject), normalised(example.body), *labels], ensure_ascii=True)
    return hashlib.sha256(row.encode()).hexdigest()


def group_keys(examples: Sequence[Example]) -> list[str]:
    """One key an example; those of equal text or equal `group`, also through others, share it: the id of their first."""
    parents = list(range(len(examples)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first: dict[tuple[str, str], int] = {}
    for index, example in enumerate(examples):
        keys = [("text", text_key(example)), *([("group", example.group)] if example.group else [])]
        for key in keys:
            one, other = root(first.setdefault(key, index)), root(index)
            parents[max(one, other)] = min(one, other)
    return [examples[root(index)].id for index in range(len(examples))]


def overlap(one: Iterable[Example], other: Iterable[Example]) -> int:
    """How many examples of `one` have the text or the group of an example in `other`."""
    others = list(other)
    texts = {text_key(example) for example in others}
    groups = {example.group for example in others if example.group}
    return sum(text_key(example) in texts or example.group in groups for example in one)


def _scale(options: ReadOptions) -> tuple[str, ...]:
    of_taxonomy = options.taxonomy.urgencies if options.taxonomy else None
    if options.urgencies and of_taxonomy and options.urgencies != of_taxonomy:
        raise ExampleError(f"--urgencies {','.join(options.urgencies)} contradicts the taxonomy, which has {','.join(of_taxonomy)}")
    scale = options.urgencies or of_taxonomy or DEFAULT_URGENCIES
    if len(scale) < 2 or len(set(scale)) != len(scale):
        raise ExampleError("--urgencies needs at least two different names, from least to most urgent")
    return scale


def _check_mapping(mapping: Mapping[str, str]) -> None:
    unknown = sorted(set(mapping) - set(FIELDS))
    if unknown:
        raise ExampleError(f"--map {unknown[0]}={mapping[unknown[0]]}: unknown name {unknown[0]!r}; known: {', '.join(FIELDS)}")


def _selected(path: Path, options: ReadOptions) -> Iterator[Row]:
    """The rows of a file that pass the filters; a column that is named in the options must exist in at least one row."""
    columns: set[str] = set()
    seen: dict[str, dict[str, None]] = {column: {} for column in options.where}
    rows = kept = 0
    for row in read_rows(path):
        rows += 1
        columns.update(row.columns)
        values = {column: comparable(row.columns.get(column)) for column in options.where}
        for column, value in values.items():
            if len(seen[column]) < SHOWN:
                seen[column][value] = None
        if all(_equal(value, options.where[column]) for column, value in values.items()):
            kept += 1
            yield row
    if not rows:
        raise ExampleError(f"{path}: no rows")
    _check_columns(path, columns, options)
    if not kept:
        raise ExampleError(f"{path}: no row is left after " + _filters(options.where, seen))


def _equal(value: str, wanted: str) -> bool:
    """Compared as text; only true and false may be written in any case, as exports differ in that."""
    return value == wanted or (value.lower() in ("true", "false") and value.lower() == wanted.lower())


def _filters(where: Mapping[str, str], seen: Mapping[str, Iterable[str]]) -> str:
    return ", ".join(f"--where {column}={value} (found: {', '.join(seen[column])})" for column, value in where.items())


def _check_columns(path: Path, columns: set[str], options: ReadOptions) -> None:
    wanted = [("--map", f"{name}={column}", column) for name, column in options.mapping.items()]
    wanted += [("--where", f"{column}={value}", column) for column, value in options.where.items()]
    shown = ", ".join(sorted(columns))
    for option, text, column in wanted:
        if column not in columns:
            raise ExampleError(f"{path}: {option} {text}: there is no column {column!r}; columns: {shown}")
    if not {options.mapping.get("body", "body"), options.mapping.get("subject", "subject")} & columns:
        raise ExampleError(f"{path}: neither a body nor a subject; name the column with --map body=COLUMN; columns: {shown}")


def _example(row: Row, mapping: Mapping[str, str]) -> Example:
    """One row as an example. A row that is out of scope has no topic, whatever its file calls that."""
    column = {name: mapping.get(name, name) for name in FIELDS}
    value = {name: row.columns.get(source) for name, source in column.items()}
    used = set(column.values())
    subject, body = as_text(row, "subject", value["subject"]), as_text(row, "body", value["body"])
    if not (subject.strip() or body.strip()):
        raise row.error("neither body nor subject has text")
    in_scope = as_flag(row, "in_scope", value["in_scope"], default=True)
    topic, topics = as_name(row, "topic", value["topic"]), as_list(row, "topics", value["topics"]) or ()
    if topic and topics and topic not in topics:
        topics = (topic, *topics)
    return Example(
        id=as_name(row, "id", value["id"]) or f"{row.path.stem}-{row.line}",
        subject=" ".join(subject.split()),
        body=body,
        sender=as_name(row, "from", value["from"]),
        language=as_name(row, "language", value["language"]),
        topic=(topic or next(iter(topics), None)) if in_scope else None,
        topics=(topics or ((topic,) if topic else ())) if in_scope else (),
        urgency=as_name(row, "urgency", value["urgency"]),
        in_scope=in_scope,
        answers=as_list(row, "answers", value["answers"]),
        group=as_name(row, "group", value["group"]),
        date=as_date(row, "date", value["date"]),
        split=as_name(row, "split", value["split"]),
        extra={name: item for name, item in row.columns.items() if name not in used},
    )


def _check_ids(rows: Sequence[Row], examples: Sequence[Example]) -> None:
    places: dict[str, Row] = {}
    for row, example in zip(rows, examples, strict=True):
        other = places.setdefault(example.id, row)
        if other is not row:
            raise row.error(f"id {example.id!r} was already used in {other.path.name}, line {other.line}")


def _check_labels(rows: Sequence[Row], used: Sequence[Iterable[str | None]], known: Sequence[str], kind: str, hint: str) -> None:
    """Refuse labels outside `known`, all of them at once."""
    first: dict[str, Row] = {}
    for row, labels in zip(rows, used, strict=True):
        for label in labels:
            if label is not None and label not in known:
                first.setdefault(label, row)
    if first:
        unknown = ", ".join(repr(label) for label in sorted(first))
        raise next(iter(first.values())).error(f"unknown {kind} {unknown}; known: {', '.join(known)}; {hint}")
