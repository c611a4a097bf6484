"""Text leaves the store on time, and leaves nothing behind."""

from datetime import timedelta
from pathlib import Path

from serving.retention import purge
from serving.settings import load_settings
from serving.store.database import Database
from serving.store.decisions import load_decision
from serving.store.idempotency import Answer, Call, begin, finish
from serving.store.judgements import Feedback, save_feedback
from serving.store.state import list_events
from tests.serving.conftest import NOW
from tests.serving.factories import make_decision, store_decision

SETTINGS = load_settings(retention_days=30)
LATER = NOW + timedelta(days=31)


def test_old_text_goes_and_labels_stay(database: Database) -> None:
    decision_id, suggestion_id = store_decision(database, make_decision())
    with database.writing() as session:
        save_feedback(session, suggestion_id, Feedback(outcome="edited", final_text="Dear Ana"), None, NOW)
    assert purge(database, SETTINGS, LATER).decisions == 1
    with database.reading() as session:
        stored = load_decision(session, decision_id)
    assert stored is not None
    assert (stored.mail, stored.context, stored.message_id, stored.text_purged_at) == (None, None, None, LATER)
    assert (stored.decision["topic"]["label"], stored.decision["versions"]["model"]) == ("order.status", "abc")
    assert stored.decision["suggestions"][0]["text"] is None
    assert (stored.decision["explanation"]["for"], stored.decision["message_ref"]["message_id"]) == ([], None)


def test_young_text_stays(database: Database) -> None:
    decision_id, _ = store_decision(database, make_decision(at=LATER - timedelta(days=29)))
    assert purge(database, SETTINGS, LATER).decisions == 0
    with database.reading() as session:
        stored = load_decision(session, decision_id)
    assert stored is not None
    assert stored.mail is not None


def test_without_retention_days_nothing_is_removed(database: Database) -> None:
    store_decision(database, make_decision())
    assert purge(database, load_settings(), LATER).decisions == 0


def test_more_than_one_round_is_purged(database: Database) -> None:
    with database.writing():
        pass
    for _ in range(3):
        store_decision(database, make_decision())
    assert purge(database, SETTINGS, LATER).decisions == 3
    with database.reading() as session:
        (event,) = list_events(session)
    assert (event.kind, event.data) == ("text.purged", {"decisions": 3})


def test_no_file_of_the_database_holds_a_purged_word(sqlite_url: str, tmp_path: Path) -> None:
    database = Database.connect(sqlite_url)
    database.migrate()
    call = Call(api_key_id="", key="k", request_sha256="a" * 64)
    with database.writing() as session:
        token = begin(session, call, timedelta(hours=72), NOW)
        assert isinstance(token, str)
        finish(session, token, Answer(status=200, body="Xylophongasse"))
    for number in range(300):
        store_decision(database, make_decision(subject=f"Xylophongasse {number}", body="Xylophongasse " * 200))
    assert _holding(tmp_path, b"Xylophongasse")
    purge(database, SETTINGS, LATER)
    assert _holding(tmp_path, b"Xylophongasse") == []
    assert _holding(tmp_path, b"private@example.com") == []
    database.close()


def _holding(folder: Path, word: bytes) -> list[str]:
    return [path.name for path in folder.iterdir() if word in path.read_bytes()]
