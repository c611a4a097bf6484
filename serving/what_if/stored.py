"""The stored decisions of a time as an archive: their mails, what was decided, and what people said of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from serving.store.archive import decided_between, judgements_of
from serving.store.database import Database
from serving.store.decisions import StoredDecision, load_decision
from serving.store.judgements import Judged, Judgement
from serving.store.outcomes import Outcome, outcomes_of
from serving.store.replies import load_reply
from serving.stored_mail import request_of
from serving.what_if.truth import Truth
from serving.what_if.trying import PURGED, Done, Entry, Missed

AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class StoredArchive:
    """Decisions of a database in order of time. `ids` are read at once, the mails as they are needed, each part in a session of its own."""

    database: Database
    ids: tuple[str, ...]

    @classmethod
    def between(cls, database: Database, start: datetime, end: datetime) -> "StoredArchive":
        """What was decided from `start` until before `end`."""
        with database.reading() as session:
            return cls(database, decided_between(session, start, end))

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Entry | Missed]:
        for start in range(0, len(self.ids), AT_ONCE):
            with self.database.reading() as session:
                entries = list(_entries(session, self.ids[start : start + AT_ONCE]))
            yield from entries


def _entries(session: Session, ids: Sequence[str]) -> Iterator[Entry | Missed]:
    judged, outcomes = judgements_of(session, ids), outcomes_of(session, ids)
    for decision_id in ids:
        stored = load_decision(session, decision_id)
        if stored is not None:
            yield _entry(session, stored, judged.get(decision_id, ()), tuple(outcomes.get(decision_id, {})))


def _entry(session: Session, stored: StoredDecision, judgements: tuple[Judgement, ...], said: tuple[Outcome, ...]) -> Entry | Missed:
    request = request_of(stored)
    if request is None or stored.mail is None:
        return Missed(id=stored.id, reason=PURGED)
    judged = Judged(decision_id=stored.id, decided_at=stored.decided_at, mail=stored.mail, decision=stored.decision, judgements=judgements)
    return Entry(
        id=stored.id,
        at=stored.decided_at,
        request=request,
        truth=Truth.of_decision(judged, load_reply(session, stored.id), said),
        before=Done(action=stored.decision["action"], queue=stored.decision["queue"]),
    )
