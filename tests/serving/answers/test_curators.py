"""Several curators work on one base with what they saw some time ago; the base holds its promises after every step."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.orm import Session

from data.answer import Answer, State
from serving.answers.lifecycle import (
    FourEyesError,
    Rules,
    approve,
    approve_block,
    archive,
    create,
    edit,
    expire,
    move_due,
    restore,
    save_block,
)
from serving.store.answer_changes import changed_since, load_base, served_changes
from serving.store.answer_imports import put_imported
from serving.store.answer_merges import merge, unmerge
from serving.store.answer_writes import delete_answer, discard_draft
from serving.store.answers import AnswerStoreError, StaleRevisionError, Stamp, StoredAnswer, all_answers, resolve
from serving.store.base_version import base_version
from serving.store.blocks import load_block
from serving.store.database import Database
from tests.serving.answers.factories import ANA, TODAY, make_answer, make_row, stamp

IDS = ("a", "b", "c", "d")
NAMES = ("ana", "ben", "eva")
EXAMPLES = {"sqlite": 12, "postgresql": 8}
STEPS = 30
RULES = Rules(four_eyes=True)
Write = Callable[[Session, int], object]


class Curators(RuleBasedStateMachine):
    """Every curator holds the revisions of the last look; a mirror and a search index follow the base by its version alone."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.today = TODAY
        self.seen: dict[str, dict[str, StoredAnswer]] = {name: {} for name in NAMES}
        self.mirror: dict[str, StoredAnswer] = {}
        self.index: dict[str, Answer] = {}
        self.mirrored = 0
        self.texts = 0
        self.approved: set[str] = set()
        self.before_merge: dict[str, str] = {}
        self.repeats: Counter[int] = Counter()
        self.name, self.chance = "ana", Random(0)

    @initialize()
    def begin(self) -> None:
        """Tables of the run before are emptied; three answers are in service."""
        with self.database.writing() as session:
            session.execute(text("UPDATE answers SET merged_into = NULL, root_id = NULL"))
            for table in ("answer_files", "answer_versions", "pair_verdicts", "answer_tombstones", "answers", "phrase_blocks", "events"):
                session.execute(text(f"DELETE FROM {table}"))
            session.execute(text("UPDATE answer_base SET version = 0"))
        for answer_id in IDS[:3]:
            self._put(answer_id, "first", State.ACTIVE)

    @rule(seed=st.integers(0, 2**32))
    def act(self, seed: int) -> None:
        """Somebody does something, after a look at the base or without one. All choices come from the seed, so that they are even."""
        self.repeats[seed] += 1  # Hypothesis likes to repeat itself; the same step over and over shows little
        self.chance = Random(f"{seed} {self.repeats[seed]}")
        self.name = self.chance.choice(NAMES)
        steps = [self.create, self.edit, self.edit, self.approve, self.approve, self.restore, self.merge, self.merge, self.unmerge]
        step = self.chance.choice([*steps, self.end, self.delete, self.put, self.wake, self.change_block])
        note(f"{self.name}: {step.__name__}")
        if self.chance.random() < 0.8:
            self.seen[self.name] = dict(self.mirror)
        step()

    def create(self) -> None:
        """A new answer, if its id is free."""
        answer = self._text(self._one(IDS))
        self._try(lambda session: create(session, answer, self._stamp(), RULES))

    def edit(self) -> None:
        """Another text on top of what the curator saw: it is there afterwards, or the edit was refused."""
        answer = self._text(self._one(IDS))
        if self._held(answer.id, lambda session, held: edit(session, answer, held, self._stamp(), RULES)):
            assert (self.mirror[answer.id].draft or self.mirror[answer.id].answer).variants == answer.variants

    def approve(self) -> None:
        """Four eyes: never by its author."""
        waiting = [key for key, one in self.mirror.items() if one.draft or one.answer.state is State.DRAFT]
        answer_id = self._one(waiting or IDS)
        before = self.mirror.get(answer_id)
        if self._held(answer_id, lambda session, held: approve(session, answer_id, held, self._stamp(), RULES)) and before:
            assert self.name != (before.draft_author if before.draft else before.author)
            self.approved.add(self.mirror[answer_id].answer.content_hash)

    def end(self) -> None:
        """Out of service, put away, or only the draft taken back."""
        step, answer_id = self.chance.choice([expire, archive, discard_draft]), self._one(IDS)
        self._held(answer_id, lambda session, held: step(session, answer_id, held, self._stamp()))

    def delete(self) -> None:
        """Gone for good."""
        answer_id = self._one(IDS)
        if self._held(answer_id, lambda session, held: delete_answer(session, answer_id, held, self._stamp())):
            assert answer_id not in self.mirror

    def restore(self) -> None:
        """An old text as a new version."""
        answer_id, version = self._one(IDS), self.chance.randint(1, 4)
        self._held(answer_id, lambda session, held: restore(session, answer_id, version, held, self._stamp()))

    def merge(self) -> None:
        """Members that were no aliases yet are remembered byte for byte."""
        canonical, *members = self.chance.sample(IDS, self.chance.randint(2, 3))
        before = dict(self.mirror)
        if self._held(canonical, lambda session, held: merge(session, canonical, members, self._stamp(), if_revision=held)):
            new = [member for member in members if before[member].answer.merged_into is None]
            self.before_merge.update({member: _bytes(before[member]) for member in new})

    def unmerge(self) -> None:
        """The same bytes as before."""
        merged = [key for key, one in self.mirror.items() if one.answer.merged_into]
        answer_id = self._one(merged or IDS)
        if self._held(answer_id, lambda session, held: unmerge(session, answer_id, self._stamp(), if_revision=held)):
            assert _bytes(self.mirror[answer_id]) == self.before_merge[answer_id]

    def put(self) -> None:
        """A row of an import; its author answers for a text that comes in service."""
        self._put(self._one(IDS), f"{self._one(('one', 'two'))} {{{{> closing}}}}", self.chance.choice([State.DRAFT, State.ACTIVE]))

    def wake(self) -> None:
        """Days pass, and answers move by their dates."""
        self.today += timedelta(days=self.chance.randint(0, 1))
        self._try(lambda session: move_due(session, self.today, self._stamp()))

    def change_block(self) -> None:
        """Write a phrase block; it goes out when somebody else approves it."""
        with self.database.reading() as session:
            block = load_block(session, "closing")
        revision, words = (block.revision if block else None), {"en": self._one(("Bye", "So long"))}
        self._try(lambda session: save_block(session, "closing", words, revision, ANA, rules=RULES))
        error = self._try(lambda session: approve_block(session, "closing", (revision or 0) + 1, self._stamp(), RULES))
        assert (self.name == "ana") == isinstance(error, FourEyesError)

    @invariant()
    def nothing_is_served_that_may_not_be(self) -> None:
        """The search's own list: approved texts, in their time, of answers that are no aliases; and no redirect leads nowhere."""
        for answer in self.index.values():
            if answer.merged_into is not None:
                assert self.mirror[answer.merged_into].answer.merged_into is None
                assert answer.id in self.mirror[answer.merged_into].answer.aliases
            if answer.is_usable(self.today):
                assert self.mirror[answer.id].answer.state is State.ACTIVE
                assert self.mirror[answer.id].answer.content_hash in self.approved
                assert answer.valid_until is None or answer.valid_until >= self.today

    def _one(self, among: tuple[str, ...] | list[str]) -> str:
        return self.chance.choice(among)

    def _text(self, answer_id: str) -> Answer:
        self.texts += 1
        starts: date | None = self.chance.choice([None, None, self.today, self.today + timedelta(days=1)])
        ends: date | None = self.chance.choice([None, None, None, self.today + timedelta(days=self.chance.randint(1, 3))])
        return make_answer(answer_id, f"Text {self.texts}", valid_from=starts, valid_until=ends)

    def _stamp(self) -> Stamp:
        return stamp(self.name, ANA.at + (self.today - TODAY))

    def _put(self, answer_id: str, words: str, state: State) -> None:
        row = make_row(answer_id, words, state=state)
        self.approved.add(row.answer.content_hash)
        self._try(lambda session: put_imported(session, [row], ANA))

    def _held(self, answer_id: str, write: Write) -> bool:
        """Write with the revision of the last look; when there is a newer one it must be refused, whatever the write is."""
        held = self.seen[self.name].get(answer_id)
        if held is None:
            return False
        now = self.mirror.get(answer_id)
        error = self._try(lambda session: write(session, held.revision))
        if now is None:
            assert error is not None
        elif now.revision != held.revision:
            # A merge may say first that another of its answers is gone.
            assert error is not None
            assert not isinstance(error, StaleRevisionError) or error.current == now.revision
        else:
            assert not isinstance(error, StaleRevisionError)
        return error is None

    def _try(self, write: Callable[[Session], object]) -> AnswerStoreError | None:
        error = None
        try:
            with self.database.writing() as session:
                write(session)
        except AnswerStoreError as refused:
            error = refused
        with self.database.reading() as session:
            self._follow(session, error)
        return error

    def _follow(self, session: Session, error: AnswerStoreError | None) -> None:
        """The mirror and the index take the changes over; they must then be what a fresh reader sees."""
        changes, served = changed_since(session, self.mirrored), served_changes(session, self.mirrored)
        before, version = dict(self.mirror), base_version(session)
        self.mirror.update({stored.answer.id: stored for stored in changes.changed})
        self.index.update({answer.id: answer for answer in served.changed})
        for gone in changes.gone:
            self.mirror.pop(gone, None)
        for gone in served.gone:
            self.index.pop(gone, None)
        fresh = {stored.answer.id: stored for stored in all_answers(session)}
        assert fresh == self.mirror
        assert {answer.id: answer for answer in load_base(session)} == self.index
        assert all(resolve(session, answer_id) in fresh for answer_id in fresh)
        assert version >= self.mirrored
        assert version > self.mirrored or fresh == before
        assert version == self.mirrored or error is None
        self.mirrored = version


def _bytes(stored: StoredAnswer) -> str:
    """All that a merge must keep; what was merged into the answer itself may have been deleted or taken out since."""
    draft = stored.draft.to_json() if stored.draft else None
    return json.dumps([{**stored.answer.to_json(), "aliases": []}, draft, stored.uses, stored.author, stored.approved_by])


def test_curators_with_old_looks_lose_nothing_and_serve_nothing_unapproved(database: Database) -> None:
    class OnThisDatabase(Curators):
        pass

    OnThisDatabase.database = database
    examples = EXAMPLES[database.engine.dialect.name]
    found = settings(max_examples=examples, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(OnThisDatabase, settings=found)
