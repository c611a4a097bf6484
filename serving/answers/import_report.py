"""What an import did: counts, the first refusals and remarks, and all of them in a file of JSON lines."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from data.imported import ImportedAnswer, Refused
from serving.answers.sources.reading import ImportFileError
from serving.store.answer_imports import Put

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What was changed about a row that was taken."""

    line: int
    text: str
    external_id: str


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """Counts of answers, not of lines. `kept` have another text here by now, `deleted` were deleted here: both are left alone.

    `refusals` and `remarks` are the first hundred; `refused` and `remarked` count all.
    """

    is_dry_run: bool = False
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    deleted: int = 0
    refused: int = 0
    remarked: int = 0
    embedded: int = 0
    refusals: list[Refused] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """Answers that passed the checks."""
        return self.created + self.updated + self.unchanged + self.kept + self.deleted

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        names = ("created", "updated", "unchanged", "kept", "deleted", "refused", "remarked", "embedded")
        return {
            "dry_run": self.is_dry_run,
            "accepted": self.accepted,
            **{name: getattr(self, name) for name in names},
            "refusals": [{"line": one.line, "id": one.external_id, "reason": one.reason} for one in self.refusals],
            "remarks": [{"line": one.line, "id": one.external_id, "remark": one.text} for one in self.remarks],
        }


class Recorder:
    """Keeps a report while an import runs. A context, for the file that takes all refusals and remarks."""

    def __init__(self, report: ImportReport, path: Path | None) -> None:
        self.report = report
        self._path = path
        self._file: IO[str] | None = None
        self._open = ExitStack()

    def __enter__(self) -> "Recorder":
        if self._path is not None:
            try:
                self._file = self._open.enter_context(self._path.open("w", encoding="utf-8"))
            except OSError as error:
                raise ImportFileError(f"{self._path}: {error.strerror}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def put(self, put: Put) -> None:
        """Count what the store did with some rows."""
        for name in ("created", "updated", "unchanged", "kept", "deleted"):
            setattr(self.report, name, getattr(self.report, name) + getattr(put, name))

    def refused(self, items: Sequence[Refused]) -> None:
        """Note rows that were left out."""
        self.report.refused += len(items)
        self.report.refusals += items[: max(0, SHOWN - len(self.report.refusals))]
        for item in items:
            self._write({"outcome": "refused", "line": item.line, "id": item.external_id, "reason": item.reason})

    def taken(self, rows: Sequence[ImportedAnswer]) -> None:
        """Note what was changed about rows that were taken."""
        for row in rows:
            for text in row.remarks:
                self.remark(Remark(line=row.line, text=text, external_id=row.external_id))

    def remark(self, remark: Remark) -> None:
        """Note one change."""
        self.report.remarked += 1
        if len(self.report.remarks) < SHOWN:
            self.report.remarks.append(remark)
        self._write({"outcome": "remark", "line": remark.line, "id": remark.external_id, "reason": remark.text})

    def _write(self, value: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(value, ensure_ascii=False) + "\n")
