"""What people decided on answers, put back behind an import of our own export: blocks, merges, waiting drafts, verdicts on pairs.

What was decided here counts more: nothing of it is replaced, and importing the same export again changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from data.answer import Answer
from data.imported import Decided, ImportedAnswer
from model.entry import Key, pair_key
from serving.answers.import_report import Remark
from serving.answers.sources.whole import OWN
from serving.store.answer_imports import Put
from serving.store.answer_merges import merge
from serving.store.answer_writes import draft_answer
from serving.store.answers import AnswerStoreError, Stamp, StoredAnswer, content_of, load_answer, load_answers_by_id
from serving.store.blocks import draft_block, list_blocks, publish_block
from serving.store.verdicts import Verdict, load_constraints, put_verdicts


def put_blocks(session: Session, rows: Sequence[ImportedAnswer], stamp: Stamp) -> None:
    """Make the phrase blocks that the rows bring along; those that are there already stay as they are."""
    brought = {name: texts for row in rows if row.decided for name, texts in row.decided.blocks.items()}
    if not brought:
        return
    there = {block.name for block in list_blocks(session)}
    for name in sorted(set(brought) - there):
        block = draft_block(session, name, brought[name], None, stamp)
        publish_block(session, name, block.revision, stamp)


def without_own(session: Session, rows: Sequence[ImportedAnswer]) -> tuple[list[ImportedAnswer], Put]:
    """Rows that the base has not given out itself, and what became of the others: an export read back finds its own answers."""
    found = load_answers_by_id(session, [row.answer.id for row in rows if row.decided is not None])
    rest: list[ImportedAnswer] = []
    put = Put()
    for row in rows:
        stored = found.get(row.answer.id) if row.decided is not None else None
        if stored is None or not _is_origin(stored, row):
            rest.append(row)
            continue
        is_same = content_of(stored.answer) == content_of(row.answer)
        if not is_same and stored.source is not None:
            rest.append(row)
            continue
        put.unchanged += is_same
        put.kept += not is_same
        put.ids[row.source, row.external_id] = stored.answer.id
    return rest, put


def _is_origin(stored: StoredAnswer, row: ImportedAnswer) -> bool:
    return (stored.source or OWN, stored.external_id or stored.answer.id) == (row.source, row.external_id)


@dataclass(frozen=True, slots=True)
class _Waiting:
    line: int
    external_id: str
    answer_id: str
    merged_into: str | None
    decided: Decided

    def remark(self, error: AnswerStoreError) -> Remark:
        return Remark(line=self.line, external_id=self.external_id, text=f"not restored: {error}")


@dataclass(slots=True)
class Restoring:
    """Remembers what is to be put back when all answers are there: they refer to each other."""

    stamp: Stamp
    ids: dict[str, str] = field(default_factory=dict)
    waiting: list[_Waiting] = field(default_factory=list)

    def note(self, rows: Sequence[ImportedAnswer], put: Put) -> None:
        """Remember rows that were put, under the ids that they got here."""
        for row in rows:
            here = put.ids.get((row.source, row.external_id))
            if row.decided is None or here is None:
                continue
            self.ids[row.answer.id] = here
            if row.answer.merged_into or row.decided.draft or row.decided.together or row.decided.apart:
                self.waiting.append(_Waiting(row.line, row.external_id, here, row.answer.merged_into, row.decided))

    def restore(self, session: Session) -> Iterator[Remark]:
        """Put everything back; what the base here does not allow is left out, one remark each."""
        decided = load_constraints(session)
        yield from self._drafts(session)
        yield from self._merges(session, decided.apart)
        self._verdicts(session, decided.together | decided.apart)

    def _drafts(self, session: Session) -> Iterator[Remark]:
        for waiting in self.waiting:
            stored = load_answer(session, waiting.answer_id) if waiting.decided.draft else None
            if stored is None or waiting.decided.draft is None or stored.draft is not None:
                continue
            draft: Answer = replace(waiting.decided.draft, id=waiting.answer_id)
            if content_of(draft) != content_of(stored.answer):
                try:
                    draft_answer(session, draft, stored.revision, self.stamp)
                except AnswerStoreError as error:
                    yield waiting.remark(error)

    def _merges(self, session: Session, apart: frozenset[Key]) -> Iterator[Remark]:
        families: dict[str, list[_Waiting]] = defaultdict(list)
        for waiting in self.waiting:
            root = self.ids.get(waiting.merged_into or "")
            if root is not None and pair_key(root, waiting.answer_id) not in apart:
                families[root].append(waiting)
        for root, members in families.items():
            try:
                merge(session, root, [waiting.answer_id for waiting in members], self.stamp)
            except AnswerStoreError:
                yield from self._one_by_one(session, root, members)

    def _one_by_one(self, session: Session, root: str, members: Sequence[_Waiting]) -> Iterator[Remark]:
        for waiting in members:
            try:
                merge(session, root, [waiting.answer_id], self.stamp)
            except AnswerStoreError as error:
                yield waiting.remark(error)

    def _verdicts(self, session: Session, known: frozenset[Key]) -> None:
        for verdict in Verdict:
            pairs = {
                pair_key(waiting.answer_id, self.ids[other])
                for waiting in self.waiting
                for other in (waiting.decided.together if verdict is Verdict.TOGETHER else waiting.decided.apart)
                if other in self.ids and self.ids[other] != waiting.answer_id
            }
            put_verdicts(session, pairs - known, verdict, self.stamp)
