"""Replies of agents in a mailbox file (mbox): each becomes an answer in draft, without quotes and without personal data."""

import re
from collections.abc import Iterator
from pathlib import Path

from data.imported import Refused
from data.parse import SIZE_LIMIT, MailError, mail_from_bytes
from serving.answers.harvest import harvested
from serving.answers.sources.reading import ImportFileError, ReadOptions, Row, RowError, check_size

BEGIN = b"From "
# A sender and a time of day; "From here on …" in a text has none.
ENVELOPE = re.compile(rb"From \S{1,400} {1,3}[^\n]{0,60}\d:\d\d")


def read(path: Path, options: ReadOptions) -> Iterator[Row | Refused]:
    """All replies of agents, with the line on which each mail begins; mails of customers are passed over.

    Raises:
        ImportFileError: the file cannot be read, holds no mail, or nobody said who the agents are.
    """
    if not options.agents:
        raise ImportFileError("say whose replies are taken: --agent support@example.com, or --agent @example.com for everyone there")
    check_size(path, options.limits)
    found = False
    for line, raw in _mails(path):
        found = True
        try:
            row = harvested(mail_from_bytes(raw), options.agents, line)
        except (MailError, RowError) as error:
            yield Refused(line=line, reason=str(error))
        else:
            if row is not None:
                yield row
    if not found:
        raise ImportFileError(f"{path}: no mail found; an mbox file begins with a line 'From …'")


def _mails(path: Path) -> Iterator[tuple[int, bytes]]:
    """The mails between the `From ` lines that follow an empty line; `>From ` inside them is `From ` again."""
    lines: list[bytes] = []
    size, start, blank = 0, 0, True
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if blank and ENVELOPE.match(line):
                    if start:
                        yield start, b"".join(lines)
                    lines, size, start = [], 0, number
                elif start and size <= SIZE_LIMIT:
                    lines.append(line[1:] if line.lstrip(b">").startswith(BEGIN) and line.startswith(b">") else line)
                    size += len(line)
                blank = not line.strip()
    except OSError as error:
        raise ImportFileError(f"{path}: {error.strerror}") from error
    if start:
        yield start, b"".join(lines)
