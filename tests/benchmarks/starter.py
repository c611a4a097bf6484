"""The bundle that the service is measured with: the one that `make run` made, else one trained once under var/bench."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from data.examples import ReadOptions
from data.taxonomy import Taxonomy
from model.bundle import Bundle, BundleError
from model.encoder import DEFAULT_ENCODER
from tests.benchmarks.environments import BENCH, ROOT
from tests.benchmarks.mails import SEEDS
from training.learn import Plan, learn
from training.progress import Terminal

MADE_BY_RUN = ROOT / "var" / "bundle"
OWN = BENCH / "starter"


def starter_bundle() -> Path:
    """A folder with a bundle that this version can read."""
    for folder in (MADE_BY_RUN, OWN):
        try:
            Bundle.load(folder.resolve())
        except BundleError:
            continue
        return folder
    sys.stderr.write(f"Training the starter model into {OWN.relative_to(ROOT)}: once, about a minute.\n")
    BENCH.mkdir(parents=True, exist_ok=True)
    reading = ReadOptions(taxonomy=Taxonomy.load(SEEDS / "taxonomy.toml"))
    plan = Plan(files=(SEEDS / "examples.jsonl",), reading=reading, out=OWN, encoder=DEFAULT_ENCODER, answers=SEEDS / "answers")
    learn(plan, Terminal(), datetime.now(UTC))
    return OWN
