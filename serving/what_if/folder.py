"""Mails in files as an archive: a folder of `.eml`, an mbox, or labelled examples that say what would be right."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from data.examples import Example, ExampleError, ReadOptions, read_examples
from data.headers import aware_date, split_head
from data.parse import SIZE_LIMIT, MailError, mail_from_bytes, mail_from_fields
from data.taxonomy import Taxonomy
from serving.mail_request import MailRequest
from serving.what_if.truth import Truth
from serving.what_if.trying import UNREADABLE, Entry, Missed

TABLES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
MAIL = ".eml"
BEGIN = b"From "
# No mail ever comes from or goes to this domain (RFC 2606).
NOBODY = "example.invalid"


class ArchiveError(ValueError):
    """The archive cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """How the mails of an archive are taken to have come in: through the API into this mailbox; undated ones at `now`."""

    now: datetime
    mailbox: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A mail that is read when it is needed. `at` is its own date."""

    id: str
    at: datetime | None
    read: Callable[[], MailRequest]
    truth: Truth = Truth()


@dataclass(frozen=True, slots=True)
class FiledArchive:
    """Mails of files in order of time."""

    filed: tuple[Filed, ...]
    arrived: Arrived

    @property
    def undated(self) -> int:
        """How many mails have no date, and are decided as if they came now."""
        return sum(one.at is None for one in self.filed)

    def __len__(self) -> int:
        return len(self.filed)

    def __iter__(self) -> Iterator[Entry | Missed]:
        for one in sorted(self.filed, key=lambda one: one.at or self.arrived.now):
            try:
                request = one.read()
            except MailError as error:
                yield Missed(id=one.id, reason=UNREADABLE, detail=str(error))
                continue
            if request.is_empty:
                yield Missed(id=one.id, reason=UNREADABLE, detail="nothing in it")
            else:
                yield Entry(id=one.id, at=one.at or self.arrived.now, request=request, truth=one.truth)


def open_archive(path: Path, taxonomy: Taxonomy, arrived: Arrived) -> FiledArchive:
    """The mails under a path: a folder with all its folders, one `.eml`, an mbox, or a table of examples.

    Raises:
        ArchiveError: it is not there, of another kind, or holds no mail.
    """
    try:
        filed = _filed(path, taxonomy, arrived)
    except ExampleError as error:
        raise ArchiveError(str(error)) from error
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error
    if not filed:
        raise ArchiveError(f"{path}: no mails; name a folder of .eml files, an mbox, or a file of examples ({', '.join(TABLES)})")
    return FiledArchive(tuple(filed), arrived)


def _filed(path: Path, taxonomy: Taxonomy, arrived: Arrived) -> list[Filed]:
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() == MAIL and file.is_file())
        return [_raw(file.relative_to(path).as_posix(), partial(_content, file), arrived) for file in files]
    if path.suffix.lower() in TABLES:
        return _examples(path, taxonomy, arrived)
    if path.suffix.lower() == MAIL:
        return [_raw(path.name, partial(_content, path), arrived)]
    cuts = _cuts(path)
    if not cuts:
        raise ArchiveError(f"{path}: neither a folder, nor a mail, nor an mbox (which begins with 'From '), nor a file of examples")
    return [_raw(f"{path.name}#{number}", partial(_content, path, cut), arrived) for number, cut in enumerate(cuts, start=1)]


def _cuts(path: Path) -> list[tuple[int, int]]:
    """Where the mails of an mbox begin and end: at `From ` after an empty line; none when the first line is another."""
    starts: list[int] = []
    position, blank = 0, True
    with path.open("rb") as file:
        for line in file:
            if blank and line.startswith(BEGIN):
                starts.append(position)
            if not starts:
                return []
            position += len(line)
            blank = not line.strip()
    return list(zip(starts, [*starts[1:], position], strict=True))


def _content(file: Path, cut: tuple[int, int] = (0, SIZE_LIMIT + 1)) -> bytes:
    start, end = cut
    with file.open("rb") as opened:
        opened.seek(start)
        return opened.read(min(end - start, SIZE_LIMIT + 1))


def _raw(name: str, content: Callable[[], bytes], arrived: Arrived) -> Filed:
    headers, _ = split_head(content())
    return Filed(id=name, at=_utc(aware_date(dict(reversed(headers)).get("date", b""))), read=lambda: _request(content(), arrived))


def _request(raw: bytes, arrived: Arrived) -> MailRequest:
    return MailRequest(mail=mail_from_bytes(raw), mailbox=arrived.mailbox)


def _examples(path: Path, taxonomy: Taxonomy, arrived: Arrived) -> list[Filed]:
    examples = read_examples([path], ReadOptions(urgencies=taxonomy.urgencies)).examples
    _check_topics(path, examples, taxonomy)
    return [_labelled(example, number, arrived) for number, example in enumerate(examples, start=1)]


def _check_topics(path: Path, examples: Sequence[Example], taxonomy: Taxonomy) -> None:
    """With a foreign topic as the truth, every reply would count as wrong."""
    unknown = sorted({topic for example in examples for topic in example.topics} - set(taxonomy.labels))
    if unknown:
        raise ArchiveError(f"{path}: unknown topic {', '.join(unknown[:5])}; the bundle knows {', '.join(taxonomy.labels)}")


def _labelled(example: Example, number: int, arrived: Arrived) -> Filed:
    """Without a sender nothing is ever answered: an example that names none comes from a customer of its own."""
    sender = example.sender or f"example-{number}@{NOBODY}"
    mail = mail_from_fields(subject=example.subject, body=example.body, sender=sender, date=example.date)
    request = MailRequest(mail=mail, client_id=example.id, mailbox=arrived.mailbox)
    return Filed(id=example.id, at=_utc(mail.date), read=lambda: request, truth=Truth.of_example(example))


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None
