"""Four curators in two processes write to one base at the same time: no edit that was taken is lost."""

import json
import subprocess
import sys
import time
from pathlib import Path

from data.answer import Answer, State
from serving.store.answer_changes import changed_since, load_base, served_changes
from serving.store.answer_versions import list_versions
from serving.store.answers import StoredAnswer, all_answers
from serving.store.base_version import base_version
from serving.store.database import Database
from serving.store.state import list_events
from tests.serving.answers.factories import TODAY, make_answer, store
from tests.serving.answers.writer import IDS

ROOT = Path(__file__).resolve().parents[3]
ROUNDS = 20


class Follower:
    """A worker that follows the base by its version while others write."""

    def __init__(self) -> None:
        self.version = 0
        self.mirror: dict[str, StoredAnswer] = {}
        self.index: dict[str, Answer] = {}

    def follow(self, database: Database) -> None:
        """One look: nothing that may not be served is ever in the index as usable."""
        with database.reading() as session:
            changes, served = changed_since(session, self.version), served_changes(session, self.version)
        assert served.version >= changes.version >= self.version
        self.mirror.update({stored.answer.id: stored for stored in changes.changed})
        self.index.update({answer.id: answer for answer in served.changed})
        for gone in served.gone:
            self.index.pop(gone, None)
        self.version = changes.version
        usable = [answer for answer in self.index.values() if answer.is_usable(TODAY)]
        assert all(answer.state is State.ACTIVE and answer.merged_into is None for answer in usable)


def test_no_edit_that_was_taken_is_lost_and_a_follower_ends_where_the_base_is(database: Database) -> None:
    store(database, *(make_answer(answer_id, "Text", state=State.ACTIVE) for answer_id in IDS))
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.serving.answers.writer", url]
    writers = [
        subprocess.Popen([*command, name, str(ROUNDS)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        for name in ("p", "q")
    ]
    follower = Follower()
    while any(writer.poll() is None for writer in writers):
        follower.follow(database)
        time.sleep(0.02)
    outcomes = [writer.communicate() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], [said for _, said in outcomes]
    taken = {word for printed, _ in outcomes for word in json.loads(printed)}
    follower.follow(database)
    with database.reading() as session:
        fresh = {stored.answer.id: stored for stored in all_answers(session)}
        assert taken == {word for stored in fresh.values() for word in _words(stored)}
        assert follower.mirror == fresh
        assert follower.index == {answer.id: answer for answer in load_base(session)}
        changes = len([event for event in list_events(session, 10_000) if event.kind.startswith("answer.")])
        assert base_version(session) == changes == follower.version
        for stored in fresh.values():
            numbers = [one.version for one in list_versions(session, stored.answer.id)]
            assert numbers == list(range(len(numbers), 0, -1))
    assert taken


def _words(stored: StoredAnswer) -> list[str]:
    """All words that were added: each newer text is written on top of the one before."""
    return (stored.draft or stored.answer).variants[0].body.split()[1:]
