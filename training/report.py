"""Figures for people: a folder with report.md, report.json and plots, written in one step."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.evaluate import HEADLINES
from training.measures import Figures

FIGURES_FILE = "report.json"
TEXT_FILE = "report.md"


class ReportError(ValueError):
    """The report cannot be written; the message names the folder."""


def check_report_place(folder: Path) -> None:
    """Refuse a place where a report would replace something else.

    Raises:
        ReportError: `folder` is a file, or a folder that is not empty and holds no report.
    """
    if folder.is_symlink() or folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / FIGURES_FILE).is_file()):
        raise ReportError(f"{folder} exists and holds no report: choose another folder for --report")


def write_report(folder: Path, title: str, figures: Figures) -> None:
    """Write text, figures and plots beside their place, then move them there in one step.

    Raises:
        ReportError: something else lies there, or the folder cannot be written.
    """
    check_report_place(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as aside:
            fill_report(Path(aside) / "new", title, figures)
            if folder.exists():
                folder.rename(Path(aside) / "old")
            (Path(aside) / "new").rename(folder)
    except OSError as error:
        raise ReportError(f"{folder} cannot be written: {error}") from error


def fill_report(folder: Path, title: str, figures: Figures) -> None:
    """Write every file of a report into a new folder."""
    try:
        # Slow to import, and not there without the extra: only a report needs it.
        from training.plots import draw
    except ImportError as error:
        raise ReportError(f"{folder}: plots need matplotlib: pip install 'replywell[training]'") from error
    folder.mkdir()
    plots = draw(figures, folder)
    (folder / FIGURES_FILE).write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (folder / TEXT_FILE).write_text(markdown(title, figures, plots), encoding="utf-8")


def headline_rows(figures: Figures) -> list[tuple[str, ...]]:
    """Name, value and interval of the headlines that have a value."""
    return [
        (name, number(figures[name]), _interval(figures.get(f"{name}_interval"))) for name in HEADLINES if figures.get(name) is not None
    ]


def markdown(title: str, figures: Figures, plots: Sequence[Path] = ()) -> str:
    """The report as Markdown."""
    parts = [f"# {title}", f"{figures['rows']} rows. Intervals: 95 %, bootstrap over groups."]
    parts += [_table(("", "value", "interval"), headline_rows(figures))]
    parts += [f"![{path.stem}]({path.name})" for path in plots]
    parts += _coverage(figures)
    for part in ("topic", "urgency"):
        parts += _labels(part, figures)
    parts += _languages(figures)
    reasons = [(name, str(count)) for name, count in (figures.get("routed.reasons") or {}).items()]
    if reasons:
        parts += ["## Mails for people, by reason", _table(("reason", "mails"), reasons)]
    return "\n\n".join(parts) + "\n"


def number(value: Any) -> str:
    """A figure with as many digits as are worth reading."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int | str) else f"{value:.4f}"


def _coverage(figures: Figures) -> list[str]:
    rows = [(f"{risk} %", number(figures[name])) for risk in (1, 2, 5) if (name := f"topic.coverage_at_{risk}") in figures]
    return ["## Share of mail within an error rate", _table(("errors at most", "coverage"), rows)] if rows else []


def _labels(part: str, figures: Figures) -> list[str]:
    rows: Sequence[Mapping[str, Any]] = figures.get(f"{part}.by_label") or ()
    if not rows:
        return []
    columns = ("label", "precision", "recall", "f1", "support")
    pairs = [(row["true"], row["predicted"], str(row["count"])) for row in figures[f"{part}.confusions"]]
    out = [f"## {part.capitalize()}", _table(columns, [tuple(number(row[column]) for column in columns) for row in rows])]
    return [*out, f"### Most frequent confusions of {part}", _table(("true", "predicted", "mails"), pairs)] if pairs else out


def _languages(figures: Figures) -> list[str]:
    columns = {"topic": "topic.by_language", "urgency": "urgency.by_language"}
    columns["urgency within one step"] = "urgency.within_one_step_by_language"
    known = {title: figures[name] for title, name in columns.items() if figures.get(name)}
    codes = sorted({code for values in known.values() for code in values})
    rows = [(code, *(number(values.get(code)) for values in known.values())) for code in codes]
    return ["## Accuracy by language", _table(("language", *known), rows)] if rows else []


def _interval(value: Sequence[float] | None) -> str:
    return f"{value[0]:.4f} – {value[1]:.4f}" if value else ""


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
