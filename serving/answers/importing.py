"""Bringing answers in from a file: row by row, 500 answers a transaction, so that an import that was stopped goes on where it was.

A row that was imported before and has not changed costs one comparison; nothing is written for it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from data.imported import ImportedAnswer, Refused
from serving.answers.attachments import save_attached
from serving.answers.embedding import Embedder, Progress
from serving.answers.encoding import Encoding
from serving.answers.import_report import ImportReport, Recorder
from serving.answers.restoring import Restoring, put_blocks, without_own
from serving.answers.sources.kinds import Kind, kind_of, last_line, read_answers
from serving.answers.sources.reading import Item, ReadOptions
from serving.store.answer_imports import put_imported
from serving.store.answers import Stamp
from serving.store.blocks import list_blocks
from serving.store.database import Database

ROWS_AT_ONCE = 500
HELP_DESKS = (Kind.ZAMMAD, Kind.ZENDESK, Kind.FREESCOUT)
LONGEST_SOURCE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How answers are brought in.

    Attributes:
        stamp: who imports, and when.
        read: how the file is read. Its `blocks` are replaced by those of the base.
        kind: kind of the file; None tells it by its name and what it holds.
        source: where the answers come from, for good: with the id of a row it names an answer. None takes the help desk, or the name
            of the file without its ending.
        is_dry_run: everything is read, checked and compared, nothing is written.
        report: a file for all refusals and remarks, as JSON lines.
    """

    stamp: Stamp
    read: ReadOptions = field(default_factory=ReadOptions)
    kind: Kind | None = None
    source: str | None = None
    is_dry_run: bool = False
    report: Path | None = None


def import_answers(
    database: Database,
    path: Path,
    options: ImportOptions,
    progress: Progress = lambda step, done, whole: None,
    encoding: Encoding | None = None,
) -> ImportReport:
    """Read a file and put its answers into the base; what is wrong with a row leaves out that row.

    Args:
        database: where the base is.
        path: a file, or a folder of texts.
        options: how.
        progress: told the step (`reading`, `encoding`), how far it has come (the line, the texts), and its end where that is known.
        encoding: encodes the texts of the answers into the store meanwhile; None leaves that to the service.

    Raises:
        ImportFileError: the file cannot be read at all; nothing was written.
    """
    with database.reading() as session:
        blocks = [block.name for block in list_blocks(session)]
    options = replace(options, read=replace(options.read, blocks=blocks))
    kind = options.kind or kind_of(path, options.read)
    source = options.source or (kind.value if kind in HELP_DESKS else path.stem or "import")
    items = read_answers(path, kind, options.read, source[:LONGEST_SOURCE])
    first = next(items, None)  # the file is opened and its head is read before anything is written
    with Recorder(ImportReport(is_dry_run=options.is_dry_run), options.report) as recorder:
        if first is not None:
            embedder = Embedder(database, encoding, progress) if encoding and not options.is_dry_run else None
            last = last_line(path, kind)
            _Import(database, options, recorder, embedder).run(_chunks(first, items), lambda line: progress("reading", line, last))
        return recorder.report


class _Import:
    def __init__(self, database: Database, options: ImportOptions, recorder: Recorder, embedder: Embedder | None) -> None:
        self._database = database
        self._options = options
        self._recorder = recorder
        self._embedder = embedder
        self._restoring = Restoring(options.stamp)

    def run(self, chunks: Iterator[Sequence[Item]], progress: Callable[[int], None]) -> None:
        for chunk in chunks:
            rows = [item for item in chunk if isinstance(item, ImportedAnswer)]
            self._recorder.refused([item for item in chunk if isinstance(item, Refused)])
            self._put(rows)
            self._recorder.taken(rows)
            if self._embedder is not None:
                self._embedder.add(row.answer for row in rows)
            progress(chunk[-1].line)
        if self._restoring.waiting and not self._options.is_dry_run:
            with self._database.writing() as session:
                for remark in self._restoring.restore(session):
                    self._recorder.remark(remark)
        self._recorder.report.embedded = self._embedder.finish() if self._embedder else 0

    def _put(self, rows: Sequence[ImportedAnswer]) -> None:
        if not rows:
            return
        with self._database.writing() as session:
            put_blocks(session, rows, self._options.stamp)
            save_attached(session, (row.answer for row in rows), self._options.read.files, self._options.stamp)
            rest, known = without_own(session, rows)
            puts = (known, put_imported(session, rest, self._options.stamp))
            if self._options.is_dry_run:
                session.rollback()
        for put in puts:
            self._recorder.put(put)
            self._restoring.note(rows, put)


def _chunks(first: Item, items: Iterator[Item]) -> Iterator[Sequence[Item]]:
    chunk = [first, *islice(items, ROWS_AT_ONCE - 1)]
    while chunk:
        yield chunk
        chunk = list(islice(items, ROWS_AT_ONCE))
