"""The service over a large base, as its callers see it: searches, and new answers with their duplicate check, in milliseconds over HTTP.

python -m tests.proofs.curators --rows 15000
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path

from tests.benchmarks.environments import ROOT
from tests.benchmarks.service import serving
from tests.benchmarks.table import grid, machine
from tests.proofs.calls import WARM_UP, Call, search_call, send, timed
from tests.proofs.heap import ROWS, SEED, make_heap, write_heap

BUNDLE = ROOT / "var" / "bundle"
SEARCHES, INSERTS = 1_000, 300
PATIENCE_SECONDS = 300


def main() -> int:
    """Fill a base, serve it, measure; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="replywell-curators-") as temporary:
        folder = Path(temporary)
        write_heap(make_heap(given.rows, given.seed), folder)
        _import(folder)
        questions = [json.loads(line)["text"] for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
        with serving(BUNDLE, 1, folder / "replywell.db") as running:
            searches = timed(running.port, [search_call(question) for question in questions[: SEARCHES + WARM_UP]])
            _wait_for_the_duplicate_check(running.connect())
            inserts = timed(running.port, [_insert(number, questions) for number in range(INSERTS + WARM_UP)])
    lines = [
        ("GET /v1/search p50", f"{searches.at(0.5):.1f} ms", ""),
        (f"GET /v1/search p99 of {SEARCHES:,}", f"{searches.at(0.99):.1f} ms", "≤ 30 ms"),
        ("POST /v1/answers with duplicate check p50", f"{inserts.at(0.5):.1f} ms", ""),
        (f"POST /v1/answers with duplicate check p99 of {len(inserts.times)} stored", f"{inserts.at(0.99):.1f} ms", "≤ 50 ms"),
    ]
    said = "{date}, {system}, {cores} cores, load {load_1m}".format(**machine())
    sys.stdout.write(f"\n{said}\n\n{grid([(f'over HTTP, {given.rows:,} answers', 'measured', 'promised'), *lines])}\n")
    return 0 if searches.at(0.99) <= 30 and inserts.at(0.99) <= 50 else 1


def _import(folder: Path) -> None:
    environment = os.environ | {"REPLYWELL_DATABASE_URL": f"sqlite:///{folder}/replywell.db", "REPLYWELL_BUNDLE": str(BUNDLE)}
    command = [sys.executable, "-m", "serving.cli", "answers", "import", str(folder / "base.csv"), "--state", "active", "--json"]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def _insert(number: int, questions: Sequence[str]) -> Call:
    """A text that is in no base: sentences that customers wrote about many things, and that no other insert has."""
    body = " ".join(questions[(number * 5 + step) % len(questions)] for step in range(5))
    variant = {"language": "en", "title": f"Note {number}", "body": body}
    return ("POST", "/v1/answers", {"variants": [variant]})


def _wait_for_the_duplicate_check(connection: HTTPConnection) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while send(connection, _insert(10**6, ["Is the check there?"]))[0] == 503:
        if time.monotonic() > until:
            raise SystemExit(f"the duplicate check was not there after {PATIENCE_SECONDS} s")
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
