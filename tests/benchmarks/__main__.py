"""`make bench`: Replywell and its peers side by side, then the service over HTTP. Everything happens on this machine alone."""

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

from data.examples import ExampleError
from model.encoder import EncoderError
from tests.benchmarks import contest, table, traffic
from tests.benchmarks.contest import MissingDataError
from tests.benchmarks.service import ServiceError
from tests.benchmarks.starter import starter_bundle


def main() -> int:
    """Measure what was asked for; 2 when something that is needed is missing."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds, so that no server or peer is left behind
    try:
        report = _measure(given)
    except (MissingDataError, ServiceError, ExampleError, EncoderError) as error:
        sys.stderr.write(f"bench: {error}\n")
        return 2
    if given.json:
        given.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench BENCH_ARGS=…", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rows and mails: to see that it works, not to publish")
    parser.add_argument("--only", choices=("peers", "http"), help="one half alone")
    parser.add_argument("--profile", action="store_true", help="only where one mail's milliseconds go")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure there")
    return parser.parse_args()


def _measure(given: argparse.Namespace) -> dict[str, Any]:
    report: dict[str, Any] = {"machine": table.machine(), "quick": given.quick}
    table.say("{date}, {system}, {cores} cores, load {load_1m}".format(**report["machine"]) + (", quick" if given.quick else ""))
    if given.profile:
        from tests.benchmarks import stages  # it follows the insides of the model closely, and nothing else here does

        report["profile"] = stages.measure(starter_bundle(), given.quick)
        table.say(table.stages(report["profile"]))
        return report
    if given.only != "http":
        results = list(contest.run_all(given.quick))
        report["peers"] = [result.to_json() for result in results]
        table.say(table.peers(results))
    if given.only != "peers":
        report["http"] = traffic.measure(starter_bundle(), given.quick)
        table.say(table.service(report["http"]))
    return report


if __name__ == "__main__":
    sys.exit(main())
