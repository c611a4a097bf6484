"""Near-duplicates of a very large base: candidates and clusters of a million answers, then single inserts with their duplicate check.

python -m tests.proofs.large --rows 1000000 --folder var/proofs/million

The texts and vectors are made first where the folder lacks them (several minutes). `--rows` below what the folder holds takes that many.
"""

import argparse
import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from math import comb
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from model.duplicate_index import DuplicateIndex
from model.duplicates import search
from model.entry import Cluster, Constraints, Entry
from tests.benchmarks.table import grid, machine
from tests.proofs.heap import SEED
from tests.proofs.memory import MemoryWatch
from tests.proofs.million import ROWS, write_large_heap

INSERTS = 300
LOOKED_EVERY = 2.0  # seconds; to add up the pages of many gigabytes takes a while itself


def main() -> int:
    """Cluster, then insert; 1 when a promise for a million is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--workers", type=int, help="processes that read and judge; one a processor unless given")
    parser.add_argument("--folder", type=Path, default=Path("var/proofs/million"))
    given = parser.parse_args()
    if not (given.folder / "vectors.npy").is_file():
        write_large_heap(given.folder, rows=given.rows, seed=SEED)
    csv.field_size_limit(1_000_000)
    entries = list(islice(_entries(given.folder / "base.csv"), given.rows))
    families = np.load(given.folder / "families.npy")[: len(entries)]
    stored = np.load(given.folder / "vectors.npy", mmap_mode="r")
    apart = len(entries) - INSERTS
    with threadpool_limits(limits=2), MemoryWatch(os.getpid(), LOOKED_EVERY) as memory:
        started = time.perf_counter()
        found = search(entries[:apart], np.asarray(stored[:apart], dtype=np.float32), Constraints(), _tell, workers=given.workers)
        clusters = found.outcome().clusters
        seconds = time.perf_counter() - started
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {seconds:,.0f} s, {memory.gigabytes:.1f} GB; now the index\n")
        index = DuplicateIndex(found)
        times = [_inserted(index, entries[row], np.asarray(stored[row], np.float32)) for row in range(apart, len(entries))]
    precision, recall = _judged(clusters, [entry.id for entry in entries[:apart]], families[:apart])
    whole = _quantiles([check + add for check, add in times])
    lines = [
        ("candidates and clusters", f"{seconds / 60:.1f} min", "≤ 30 min"),
        ("most memory, all processes", f"{memory.gigabytes:.1f} GB", "≤ 12 GB"),
        (f"check and add one answer, p50 and p99 of {INSERTS}", "{:.1f}, {:.1f} ms".format(*whole), "p99 ≤ 150 ms"),
        ("  check alone", "{:.1f}, {:.1f} ms".format(*_quantiles([check for check, _ in times])), ""),
        ("  add alone", "{:.1f}, {:.1f} ms".format(*_quantiles([add for _, add in times])), ""),
        ("pair precision", f"{precision:.4f}", ""),
        ("pair recall", f"{recall:.4f}", ""),
    ]
    sys.stdout.write("\n{date}, {system}, {cores} cores, load {load_1m}\n\n".format(**machine()))
    sys.stdout.write(grid([(f"{len(entries):,} answers", "measured", "promised for a million"), *lines]) + "\n")
    return 0 if seconds <= 1800 and memory.gigabytes <= 12 and whole[1] <= 150 else 1


def _entries(path: Path) -> Iterable[Entry]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Entry(id=row["id"], language=row["language"], topic=row["topic"] or None, title=row["title"], body=row["body"])


def _inserted(index: DuplicateIndex, entry: Entry, vector: NDArray[np.float32]) -> tuple[float, float]:
    """Seconds of the check and of the addition."""
    started = time.perf_counter()
    index.check(entry, vector)
    checked = time.perf_counter()
    index.add(entry, vector)
    return checked - started, time.perf_counter() - checked


def _quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds."""
    ranked = sorted(seconds)
    return ranked[len(ranked) // 2] * 1000, ranked[len(ranked) * 99 // 100] * 1000


def _judged(clusters: Sequence[Cluster], ids: Sequence[str], families: NDArray[np.int32]) -> tuple[float, float]:
    """Share of the pairs in clusters that are of one family, and of the pairs of families that are in one cluster."""
    family = dict(zip(ids, families.tolist(), strict=True))
    together = sum(comb(len(cluster.members), 2) for cluster in clusters)
    right = sum(comb(count, 2) for cluster in clusters for count in Counter(family[member] for member in cluster.members).values())
    wanted = sum(comb(int(count), 2) for count in np.bincount(families))
    return right / max(together, 1), right / max(wanted, 1)


def _tell(stage: str, done: int, total: int) -> None:
    if done in (0, total):
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {stage} {done:,} of {total:,}\n")


if __name__ == "__main__":
    sys.exit(main())
