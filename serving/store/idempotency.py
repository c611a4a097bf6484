"""The first answer to a call with an Idempotency-Key, kept so that the same call gets it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.ids import new_id
from serving.store.tables import IdempotencyRow

ABANDONED_AFTER = timedelta(seconds=60)


class IdempotencyError(Exception):
    """A key that cannot be used for this call now."""


class StillRunningError(IdempotencyError):
    """The first call with this key is still running; wait for it and ask again."""


class OtherRequestError(IdempotencyError):
    """The key was used for another request; use a new key for a new request."""


class ClaimLostError(IdempotencyError):
    """Another process took this call over, because it ran for too long; nothing of it was stored here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call with a key: who called, and the hash of method, path and body."""

    api_key_id: str
    key: str
    request_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the caller got: JSON text, status, and the headers that belong to it."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...] = ()


def begin(session: Session, call: Call, keep: timedelta, now: datetime) -> Answer | str:
    """Claim a call: a token when it is to be run now, the first answer when it was run before.

    Raises:
        StillRunningError: another process runs it, or took it in this moment.
        OtherRequestError: the key belongs to another request.
    """
    token = new_id("tok", now)
    row = session.scalar(
        select(IdempotencyRow).where(IdempotencyRow.api_key_id == call.api_key_id, IdempotencyRow.key == call.key).with_for_update()
    )
    if row is not None and row.created_at + keep <= now:
        session.delete(row)
        session.flush()
        row = None
    if row is None:
        _insert(session, call, token, now)
        return token
    if row.request_sha256 != call.request_sha256:
        raise OtherRequestError
    if row.status is not None:
        headers = tuple((name, str(value)) for name, value in (row.headers or {}).items())
        return Answer(status=row.status, body=row.body or "", headers=headers)
    if row.claimed_at + ABANDONED_AFTER > now:
        raise StillRunningError
    row.token, row.claimed_at = token, now
    session.flush()
    return token


def finish(session: Session, token: str, answer: Answer) -> None:
    """Keep the answer, in the transaction that stores what the call did.

    Raises:
        ClaimLostError: the call was taken over; the transaction must not be committed.
    """
    row = session.scalar(select(IdempotencyRow).where(IdempotencyRow.token == token).with_for_update())
    if row is None or row.status is not None:
        raise ClaimLostError
    row.status, row.headers, row.body = answer.status, dict(answer.headers), answer.body
    session.flush()


def abandon(session: Session, token: str) -> None:
    """Forget a call that failed: nothing was stored, so it may be tried again with the same key."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.token == token, IdempotencyRow.status.is_(None)))


def forget_answers(session: Session, before: datetime) -> int:
    """Delete answers given before a moment; how many there were."""
    rows = session.scalars(select(IdempotencyRow.id).where(IdempotencyRow.created_at < before)).all()
    for start in range(0, len(rows), 500):
        session.execute(delete(IdempotencyRow).where(IdempotencyRow.id.in_(rows[start : start + 500])))
    return len(rows)


def _insert(session: Session, call: Call, token: str, now: datetime) -> None:
    row = IdempotencyRow(
        id=new_id("idm", now),
        api_key_id=call.api_key_id,
        key=call.key,
        request_sha256=call.request_sha256,
        token=token,
        claimed_at=now,
        created_at=now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise StillRunningError from error
