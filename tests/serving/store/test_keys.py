"""API keys are stored as a hash and end when they should."""

from datetime import timedelta

from sqlalchemy import text

from serving.store.database import Database
from serving.store.keys import create_key, find_key, list_keys, revoke_key, touch_key
from tests.serving.conftest import NOW


def test_a_key_has_256_random_bits_and_is_not_stored(database: Database) -> None:
    with database.writing() as session:
        secret, key = create_key(session, "helpdesk", frozenset({"score"}), None, NOW)
    assert secret.startswith("rw_")
    assert len(secret) == 3 + 43
    with database.reading() as session:
        rows = session.execute(text("SELECT * FROM api_keys")).all()
        assert not any(secret in str(row) for row in rows)
        assert find_key(session, secret) == key
        assert find_key(session, secret[:-1]) is None


def test_a_key_ends_when_it_expires_or_is_revoked(database: Database) -> None:
    with database.writing() as session:
        expiring, _ = create_key(session, "a", frozenset({"score"}), NOW + timedelta(days=1), NOW)
        revoked, key = create_key(session, "b", frozenset({"score"}), None, NOW)
        assert revoke_key(session, key.id, NOW)
        assert not revoke_key(session, "key_nothing", NOW)
    with database.reading() as session:
        found = find_key(session, expiring)
        assert found is not None
        assert found.is_valid(NOW)
        assert not found.is_valid(NOW + timedelta(days=1))
        gone = find_key(session, revoked)
        assert gone is not None
        assert not gone.is_valid(NOW)


def test_remembers_at_most_once_a_minute_that_a_key_was_used(database: Database) -> None:
    with database.writing() as session:
        _, key = create_key(session, "a", frozenset({"score"}), None, NOW)
        touch_key(session, key.id, NOW)
    with database.reading() as session:
        (used,) = list_keys(session)
    assert used.last_used_at == NOW
    assert not used.needs_touch(NOW + timedelta(seconds=59))
    assert used.needs_touch(NOW + timedelta(seconds=61))
