"""The judge of the near-duplicate search: makes a heap, has it cleaned, and prints what that was worth and what it cost.

By default the commands `replywell answers import` and `duplicates` do the work, each in a process of its own with a new SQLite database;
`direct` calls `model.duplicates` in this process instead.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from model.contradictions import find_contradictions
from model.duplicates import find_duplicates
from model.encoder import Encoder
from model.entry import Entry
from tests.proofs.memory import GIGABYTE, MemoryWatch, memory
from tests.proofs.vectors import vectors_of
from tests.proofs.verdict import LISTED, PRECISION, RECALL, Truth, Verdict, judge

COMMAND = (sys.executable, "-c", "from serving.cli.main import main; main()", "answers")
ROOT = Path(__file__).resolve().parents[2]
SECONDS, GIGABYTES = {"import": 150.0, "duplicates": 60.0}, 1.5


class ProofError(Exception):
    """Something that the proof needs failed; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Wall time, and the most memory that the process and its children held at one time."""

    seconds: float
    gigabytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What the search found, by ids of the file, what it cost, and how many rows the import refused."""

    clusters: tuple[tuple[str, tuple[str, ...]], ...]  # canonical, members
    contradictions: tuple[tuple[str, str], ...]
    spent: Mapping[str, Cost]
    refused: int = 0

    def verdict(self, truth: Truth) -> Verdict:
        """What it is worth."""
        return judge(truth, [members for _, members in self.clusters], self.contradictions)


def clean_by_command(base: Path) -> Cleaned:
    """Import the file and look for duplicates as people do.

    Raises:
        ProofError: a command failed.
    """
    with tempfile.TemporaryDirectory(prefix="replywell-proof-") as name:
        folder = Path(name)
        imported, importing = _run(folder, "import", str(base.resolve()), "--json")
        found, searching = _run(folder, "duplicates", "--json")
    value: dict[str, Any] = json.loads(found)
    return Cleaned(
        clusters=tuple((cluster["canonical"], tuple(cluster["members"])) for cluster in value["clusters"]),
        contradictions=tuple((one["answers"][0], one["answers"][1]) for one in value["contradictions"]),
        spent={"import": importing, "duplicates": searching},
        refused=json.loads(imported)["refused"],
    )


def clean_directly(base: Path, truth: Truth, encoder: Encoder | None) -> Cleaned:
    """The same search in this process, without commands and database; `encoder` None leaves vectors out."""
    entries = read_entries(base, truth)
    vectors = vectors_of(encoder, [entry.body for entry in entries]) if encoder else None
    begun = time.perf_counter()
    found = find_duplicates(entries, vectors)
    contradictions = find_contradictions(entries, vectors, (*found.apart, *found.unsure), found.clusters)
    spent = Cost(seconds=time.perf_counter() - begun, gigabytes=memory(os.getpid()) / GIGABYTE)
    return Cleaned(
        clusters=tuple((cluster.canonical, cluster.members) for cluster in found.clusters),
        contradictions=tuple(one.answers for one in contradictions),
        spent={"duplicates": spent},
    )


def read_entries(base: Path, truth: Truth) -> list[Entry]:
    """The rows of `base.csv`; a language that nobody gave is taken from the truth, as an import detects it."""
    with base.open(encoding="utf-8", newline="") as stream:
        return [
            Entry(
                id=row["id"],
                language=row["language"] or truth.original[row["id"]][:2],
                topic=row["topic"] or None,
                title=row["title"],
                body=row["body"],
                uses=int(row["uses"]),
                updated=datetime.fromisoformat(row["updated"]),
            )
            for row in csv.DictReader(stream)
        ]


def figures(verdict: Verdict, cleaned: Cleaned) -> list[tuple[str, str, str]]:
    """Lines of the table: what, measured, wanted."""
    share = verdict.planted_listed / max(1, verdict.traps)
    lines = [
        ("rows refused", f"{cleaned.refused}", "0"),
        ("pair precision", f"{verdict.precision:.4f}", f"≥ {PRECISION}"),
        ("  with pairs that the texts leave open", f"{verdict.strict_precision:.4f}", ""),
        ("pair recall", f"{verdict.recall:.4f}", f"≥ {RECALL}"),
        (f"traps merged, of {verdict.traps}", f"{verdict.traps_merged}", "0"),
        ("  traps that took a copy without the sentence", f"{verdict.traps_with_fragments}", ""),
        ("planted contradictions listed", f"{share:.3f}", f"≥ {LISTED}"),
        ("  listed in all, without ground", f"{verdict.listed}, {verdict.listed_wrongly}", ""),
    ]
    for name, cost in cleaned.spent.items():
        lines.append((f"seconds of {name}", f"{cost.seconds:.1f}", f"≤ {SECONDS[name]:.0f}"))
        lines.append((f"most memory of {name}", f"{cost.gigabytes:.2f} GB", f"≤ {GIGABYTES} GB"))
    return lines


def to_json(verdict: Verdict, spent: Mapping[str, Cost]) -> dict[str, Any]:
    """Everything measured."""
    return asdict(verdict) | {"spent": {name: asdict(cost) for name, cost in spent.items()}}


def _run(folder: Path, *arguments: str) -> tuple[str, Cost]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REPLYWELL_")} | {
        "REPLYWELL_DATABASE_URL": f"sqlite:///{folder}/replywell.db",
        "PYTHONPATH": str(ROOT),
    }
    begun = time.perf_counter()
    with (folder / "out").open("w+", encoding="utf-8") as out, (folder / "log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen([*COMMAND, *arguments], cwd=folder, env=environment, stdout=out, stderr=log)
        with MemoryWatch(process.pid) as watch:
            failed = process.wait()
        seconds = time.perf_counter() - begun
        out.seek(0)
        log.seek(0)
        if failed:
            raise ProofError(f"`replywell answers {' '.join(arguments)}` ended with {failed}: {log.read()[-2_000:]}")
        return out.read(), Cost(seconds=seconds, gigabytes=watch.gigabytes)
