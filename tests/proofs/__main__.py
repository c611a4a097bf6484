"""`make prove`: what the project promises about large answer bases, measured on bases that are made here. Nothing leaves this machine.

python -m tests.proofs heap --rows 15000 --out var/proofs/heap     write base.csv, questions.jsonl and truth.json
python -m tests.proofs heap --rows 1000000 --out var/proofs/million texts and vectors of a million answers
python -m tests.proofs duplicates --rows 15000                     clean the heap by the commands and judge what came out
python -m tests.proofs duplicates --rows 15000 --direct            the same search in this process, without commands and database
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from model.encoder import DEFAULT_ENCODER, Encoder, load_encoder
from tests.benchmarks.table import grid, machine, say
from tests.proofs.duplicates import ProofError, clean_by_command, clean_directly, figures, to_json
from tests.proofs.finding import found_lines, merged, questions_found, read_answers
from tests.proofs.heap import ROWS, SEED, make_heap, write_heap
from tests.proofs.million import write_large_heap
from tests.proofs.overlap import quantiles, within_families
from tests.proofs.vectors import KeptVectors
from tests.proofs.verdict import Truth

LARGE = 100_000


def main() -> int:
    """Do what was asked for; 1 when a promise is not kept, 2 when something fails."""
    given = _arguments()
    try:
        return _heap(given) if given.proof == "heap" else _duplicates(given)
    except ProofError as error:
        sys.stderr.write(f"proofs: {error}\n")
        return 2


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proofs", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("proof", choices=("heap", "duplicates"))
    parser.add_argument("--rows", type=int, default=ROWS, help="how many answers (without the traps)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, help="folder to write the heap to, instead of a temporary one")
    parser.add_argument("--direct", action="store_true", help="call the search in this process")
    parser.add_argument("--encoder", default=DEFAULT_ENCODER, help="for --direct and for search: an encoder, or `none`")
    parser.add_argument("--no-search", action="store_true", help="leave out the customers' questions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure there")
    return parser.parse_args()


def _heap(given: argparse.Namespace) -> int:
    folder = given.out or Path("var/proofs/heap")
    if given.rows > LARGE:
        made = write_large_heap(folder, rows=given.rows, seed=given.seed)
        say(f"{made.rows:,} answers of {made.families:,} families in {folder}")
        return 0
    heap = make_heap(given.rows, given.seed)
    write_heap(heap, folder)
    say(f"{len(heap.rows):,} answers of {len(heap.originals):,} originals, {len(heap.traps):,} traps in {folder}")
    say(f"containment within families: {quantiles(within_families(heap, 5_000))}")
    return 0


def _duplicates(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="replywell-heap-") as temporary:
        folder = given.out or Path(temporary)
        write_heap(make_heap(given.rows, given.seed), folder)
        base, truth = folder / "base.csv", Truth.read(folder / "truth.json")
        encoder = None if given.encoder == "none" else KeptVectors(load_encoder(given.encoder))
        say("{date}, {system}, {cores} cores, load {load_1m}".format(**machine()) + f", {len(truth.family):,} answers")
        cleaned = clean_directly(base, truth, encoder) if given.direct else clean_by_command(base)
        verdict = cleaned.verdict(truth)
        lines = figures(verdict, cleaned)
        say(grid([("near-duplicates", "measured", "promised"), *lines]))
        say(grid([("edit", "recall of its rows"), *((edit, f"{recall:.4f}") for edit, recall in verdict.by_edit.items())]))
        report: dict[str, Any] = {"machine": machine(), **to_json(verdict, cleaned.spent)}
        if encoder is not None:
            encoder.keep()
        if encoder is not None and not given.no_search:
            report["search"] = _search(folder, truth, cleaned.clusters, encoder)
            encoder.keep()
    if given.json:
        given.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if verdict.is_kept else 1


def _search(folder: Path, truth: Truth, clusters: tuple[tuple[str, tuple[str, ...]], ...], encoder: Encoder) -> dict[str, Any]:
    answers = read_answers(folder / "base.csv", truth)
    before = questions_found(answers, folder / "questions.jsonl", truth, encoder)
    after = questions_found(merged(answers, clusters), folder / "questions.jsonl", truth, encoder)
    lines = found_lines(before, after)
    say(grid([("search", "before cleaning", "after"), *lines]))
    return {name: {"before": was, "after": now} for name, was, now in lines}


if __name__ == "__main__":
    sys.exit(main())
