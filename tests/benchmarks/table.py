"""The figures as people read them."""

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.contest import Result
from tests.benchmarks.encoders import MINILM, USE

SHORT = {USE: "USE multilingual", MINILM: "MiniLM", "": "–"}
TARGETS = {"p50_ms": 25.0, "p99_ms": 80.0, "mails_per_s": 100.0}


def peers(results: Sequence[Result]) -> str:
    """One table, a line a contestant and way to predict."""
    head = ("", "encoder", "CPU ms a mail", "mails/s", "accuracy", "CPU s to learn")
    return grid([head, *map(_line, results)], left=2) + "\n\n" + _versions(results)


def service(measured: dict[str, Any]) -> str:
    """What came over HTTP, beside what we promise."""
    score = measured["score"]
    lines = [("over HTTP, 60-word mails, decisions stored", "measured", "target")]
    lines.append(("/v1/score p50, one client", f"{score['p50_ms']:.1f} ms", f"≤ {TARGETS['p50_ms']:.0f} ms"))
    lines.append((f"/v1/score p99 of {score['requests']}", f"{score['p99_ms']:.1f} ms", f"≤ {TARGETS['p99_ms']:.0f} ms"))
    lines.append(("/v1/score CPU of the service", _milliseconds(score["cpu_ms"]), ""))
    for batch in measured["batches"]:
        name = f"/v1/batches of {batch['mails']:,}, {batch['workers']} worker{'s' if batch['workers'] > 1 else ''}"
        lines.append((name, f"{batch['mails_per_s']:.0f} mails/s", f"≥ {TARGETS['mails_per_s']:.0f} mails/s"))
        lines.append(("  CPU of the service", _milliseconds(batch["cpu_ms"]), ""))
    return grid(lines)


def stages(measured: dict[str, float]) -> str:
    """Steps by what they cost."""
    return grid([("step of one 60-word mail", "CPU ms"), *((name, f"{spent:.2f}") for name, spent in measured.items())])


def machine() -> dict[str, Any]:
    """When and on what: figures of two machines cannot be compared."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "cores": os.cpu_count(),
        "load_1m": round(os.getloadavg()[0], 2),
    }


def grid(lines: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns side by side, a rule under the first line; all but the first `left` to the right. A shorter line ends in free text."""
    full = [line for line in lines if len(line) == len(lines[0])]
    widths = [max(map(len, column)) for column in zip(*full, strict=True)]
    shown = []
    for line in lines:
        is_full = len(line) == len(widths)
        sides = [str.ljust if number < left or not is_full else str.rjust for number in range(len(line))]
        shown.append("  ".join(aside(cell, width) for aside, cell, width in zip(sides, line, widths, strict=False)).rstrip())
    return "\n".join([shown[0], "─" * (sum(widths) + 2 * len(widths) - 2), *shown[1:]])


def say(text: str) -> None:
    """Print a table or a sentence under an empty line, at once: the next one may take minutes."""
    sys.stdout.write(f"\n{text}\n")
    sys.stdout.flush()


def _line(result: Result) -> tuple[str, ...]:
    encoder = SHORT[result.contestant.encoder]
    measured = result.measured
    if measured is None:
        return (result.contestant.title, encoder, result.reason)
    title = f"{result.contestant.title}, {measured['part']}" if measured["part"] else result.contestant.title
    figures = [measured[name] for name in ("cpu_ms_per_mail", "mails_per_s", "accuracy", "learn_cpu_s")]
    return (title, encoder, *(form.format(figure) for form, figure in zip(("{:.2f}", "{:.0f}", "{:.4f}", "{:.0f}"), figures, strict=True)))


def _versions(results: Sequence[Result]) -> str:
    found: dict[str, str] = {}
    for result in results:
        found |= (result.measured or {}).get("versions", {})
    return "Versions: " + ", ".join(f"{name} {version}" for name, version in sorted(found.items()))


def _milliseconds(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} ms a mail"
