"""API keys: made once, kept as a hash, looked up in constant time."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from serving.store.ids import new_id
from serving.store.tables import ApiKeyRow

MARK = "rw_"
SHOWN_CHARACTERS = 11
USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is known about a key; the key itself is not."""

    id: str
    name: str
    prefix: str
    scopes: frozenset[str]
    expires_at: datetime | None
    last_used_at: datetime | None
    is_revoked: bool

    def is_valid(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return not self.is_revoked and (self.expires_at is None or now < self.expires_at)

    def needs_touch(self, now: datetime) -> bool:
        """True when `last_used_at` is older than a minute: not every call writes."""
        return self.last_used_at is None or now - self.last_used_at > USED_EVERY


def create_key(session: Session, name: str, scopes: frozenset[str], expires_at: datetime | None, now: datetime) -> tuple[str, ApiKey]:
    """Store a new key. The first value is the key in clear text, which nobody can read again."""
    secret = MARK + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    row = ApiKeyRow(
        id=new_id("key", now),
        name=name,
        prefix=secret[:SHOWN_CHARACTERS],
        sha256=_digest(secret),
        scopes=sorted(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return secret, _key(row)


def find_key(session: Session, secret: str) -> ApiKey | None:
    """The key with this clear text, valid or not, or None."""
    digest = _digest(secret)
    row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.sha256 == digest))
    if row is None or not hmac.compare_digest(row.sha256, digest):
        return None
    return _key(row)


def touch_key(session: Session, key_id: str, now: datetime) -> None:
    """Remember that the key was used."""
    session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(last_used_at=now))


def revoke_key(session: Session, key_id: str, now: datetime) -> bool:
    """Make a key useless; False when there is no such key."""
    row = session.get(ApiKeyRow, key_id)
    if row is None:
        return False
    row.revoked_at = row.revoked_at or now
    session.flush()
    return True


def list_keys(session: Session) -> tuple[ApiKey, ...]:
    """All keys, oldest first."""
    return tuple(_key(row) for row in session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.id)))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=frozenset(row.scopes),
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        is_revoked=row.revoked_at is not None,
    )
