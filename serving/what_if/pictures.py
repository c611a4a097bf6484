"""A result as a table for spreadsheets and as a picture: SVG by hand, so that nothing needs to be installed for it."""

import csv
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from data.whole_file import whole_file
from model.decision import Action
from serving.what_if.result import Result, Tally, wrong_in_words

EVERYTHING = "(all)"
NO_TOPIC = "(no topic)"
COUNTS = ("mails", *(action.value for action in Action), "held_out", "audit")
KNOWN = {
    "right": "sent_right",
    "wrong": "sent_wrong",
    "unknown": "sent_unknown",
    "share": "wrong_share",
    "low": "wrong_low",
    "high": "wrong_high",
}
COLUMNS = ("topic", *COUNTS, *KNOWN.values(), "first_stopped_by")
ROW, LABEL, BARS, NUMBERS, TOP = 26, 320, 440, 400, 72
# Distinct also in grey and for people who see no red or green: light to dark.
COLOURS = {
    "sent, right": "#1b7837",
    "sent, unknown": "#7fbf7b",
    "sent, wrong": "#762a83",
    "suggest": "#c2a5cf",
    "route": "#d9d9d9",
    "park": "#f0f0f0",
}


def write_csv(result: Result, out: Path) -> None:
    """One row a topic and one for all; the file appears whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    with whole_file(out) as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerow(_row(EVERYTHING, result.everything))
        for topic, tally in result.by_size():
            table.writerow(_row(topic or NO_TOPIC, tally))


def write_picture(result: Result, out: Path) -> None:
    """Bars by topic; the file appears whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    with whole_file(out) as file:
        file.write(svg(result))


def svg(result: Result) -> str:
    """One bar a topic, as long as its share of mail, cut by what would happen; every number stands beside it as text."""
    rows = [(EVERYTHING, result.everything), *((topic or NO_TOPIC, tally) for topic, tally in result.by_size())]
    most = max((tally.mails for _, tally in rows[1:]), default=1)
    width, height = LABEL + BARS + NUMBERS, TOP + ROW * len(rows) + 10
    title = f"What {result.versions.policy} would do with {result.everything.mails:,} mails"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-labelledby="title description" font-family="sans-serif" font-size="12">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(_described(result))}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="22" font-size="16">{escape(title)}</text>',
        *_legend(),
    ]
    for number, (name, tally) in enumerate(rows):
        # All topics together are longer than any: their bar shows shares of its own.
        parts += _bar(name, tally, TOP + ROW * number, (tally.mails if number == 0 else most) or 1)
    return "\n".join([*parts, "</svg>\n"])


def summary(tally: Tally) -> str:
    """The replies that would be sent, in words."""
    sent = f"{tally.actions[Action.AUTO_REPLY]:,} of {tally.mails:,} sent"
    known, interval = wrong_in_words(tally.wrong)
    return sent if tally.wrong.share is None else f"{sent}; wrong {known} ({interval})"


def _row(name: str, tally: Tally) -> list[Any]:
    said = tally.to_json()
    known = said["wrong"]
    return [name, *(said[column] for column in COUNTS), *(known[column] for column in KNOWN), next(iter(said["stopped"]), "")]


def _described(result: Result) -> str:
    lines = [f"{topic or NO_TOPIC}: {summary(tally)}." for topic, tally in result.by_size()]
    return " ".join([f"All mails: {summary(result.everything)}.", *lines])


def _legend() -> list[str]:
    parts, x = [], LABEL
    for name, colour in COLOURS.items():
        parts.append(f'<rect x="{x}" y="38" width="12" height="12" fill="{colour}" stroke="#555555"/>')
        parts.append(f'<text x="{x + 17}" y="49">{name}</text>')
        x += 34 + 7 * len(name)
    return parts


def _bar(name: str, tally: Tally, y: int, most: int) -> list[str]:
    known = tally.wrong
    counts = (known.right, known.unknown, known.wrong, *(tally.actions[action] for action in (Action.SUGGEST, Action.ROUTE, Action.PARK)))
    parts = [f'<text x="{LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>']
    x = float(LABEL)
    for (kind, colour), count in zip(COLOURS.items(), counts, strict=True):
        width = BARS * count / most
        if count:
            said = escape(f"{name}: {kind} {count:,}")
            box = f'x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 6}" fill="{colour}" stroke="#555555" stroke-width="0.5"'
            parts.append(f"<rect {box}><title>{said}</title></rect>")
        x += width
    parts.append(f'<text x="{x + 8:.1f}" y="{y + 15}">{escape(summary(tally))}</text>')
    return parts
