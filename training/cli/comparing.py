"""Comparing two bundles at the terminal, and what a gate does with the result."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from data.answer import Answer
from data.examples import ExampleSet
from model.bundle import Bundle
from model.encoder import load_encoder
from training.cli.terminal import GATE_CLOSED, fail, print_rows
from training.compare import CompareError, Comparison, compare, judge_both
from training.dataset import unseen_rows
from training.judge import Workbench
from training.progress import Terminal
from training.report import number

GateOption = Annotated[
    list[str] | None, typer.Option("--gate", metavar="FIGURE=GAIN", help="Least gain of B, e.g. topic.macro_f1=-0.005. Repeatable.")
]
TOPICS_SHOWN = 5


def compare_bundles(bundles: tuple[Bundle, Bundle], examples: ExampleSet, answers: Sequence[Answer], *, drop_overlap: bool) -> Comparison:
    """Compare on rows that neither bundle has seen.

    Raises:
        ExampleError: one has seen some, and they are not to be dropped.
        BundleError, EncoderError, CompareError: the bundles cannot be used, or not be compared.
    """
    seen = {text_hash for bundle in bundles for text_hash in bundle.training.text_hashes}
    selection = unseen_rows(examples, seen, drop_overlap=drop_overlap)
    names = [bundle.encoder_reference.name for bundle in bundles]
    encoders = {name: load_encoder(name) for name in dict.fromkeys(names)}
    now, progress = datetime.now(UTC), Terminal()
    one, other = (Workbench(encoder=encoders[name], answers=tuple(answers), progress=progress, now=now) for name in names)
    first, second = bundles[0].predictor(one.encoder), bundles[1].predictor(other.encoder)
    return compare(*judge_both(first, second, selection.examples, (one, other)))


def gates_of(values: Sequence[str] | None) -> dict[str, float]:
    """`figure=gain` each.

    Raises:
        CompareError: not such a pair.
    """
    gates: dict[str, float] = {}
    for value in values or ():
        name, _, least = value.partition("=")
        try:
            gates[name] = float(least)
        except ValueError as error:
            raise CompareError(f"--gate {value}: write it as FIGURE=GAIN, such as topic.macro_f1=-0.005") from error
    return gates


def show(compared: Comparison) -> None:
    """A table of gains, then the topics that won and lost most."""
    rows = [
        (gain.name, number(gain.first), number(gain.second), f"{gain.gain:+.4f}", f"{gain.interval[0]:+.4f} – {gain.interval[1]:+.4f}")
        for gain in compared.gains
    ]
    print_rows((f"{compared.rows} rows", "A", "B", "gain of B", "95 % interval"), rows)
    typer.echo(
        f"topic right only with A: {compared.only_first_right}, only with B: {compared.only_second_right} (p = {compared.p_value:.3g})"
    )
    won = [(label, gain) for label, gain in compared.topics[:TOPICS_SHOWN] if gain > 0]
    lost = [(label, gain) for label, gain in reversed(compared.topics[-TOPICS_SHOWN:]) if gain < 0]
    for title, topics in (("won", won), ("lost", lost)):
        if topics:
            typer.echo(f"{title}: " + ", ".join(f"{label} {gain:+.3f}" for label, gain in topics))


def enforce(closed: Sequence[str]) -> None:
    """Exit code 1 and one line when a gate is closed."""
    if closed:
        fail("gate closed: " + "; ".join(closed), GATE_CLOSED)
