"""Nothing reaches customers that nobody approved, and an edit never takes an approved text out of service."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from data.answer import AnswerAttachment, BodyFormat, State, Translation, Variant
from serving.answers.content import TemplateError
from serving.answers.lifecycle import (
    ForbiddenTransitionError,
    FourEyesError,
    Moved,
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
from serving.store.answer_changes import load_base
from serving.store.answer_merges import merge
from serving.store.answer_writes import discard_draft
from serving.store.answers import MergedError, NotFoundError, StaleRevisionError
from serving.store.base_version import base_version
from serving.store.database import Database
from tests.serving.answers.factories import ANA, BEN, TODAY, make_answer, stamp, store, stored

RULES = Rules()
STRICT = Rules(four_eyes=True)
DAY = timedelta(days=1)


def test_the_approved_text_serves_until_the_edit_of_it_is_approved(database: Database) -> None:
    with database.writing() as session:
        new = create(session, make_answer(state=State.ACTIVE, merged_into="x", aliases=("y",)), ANA, RULES)
        assert (new.answer.state, new.answer.merged_into, new.answer.aliases) == (State.DRAFT, None, ())
        in_place = edit(session, make_answer(body="One"), 1, ANA, RULES)
        assert (in_place.answer.version, in_place.draft, in_place.answer.state) == (2, None, State.DRAFT)
        active = approve(session, "ans-1", 2, BEN, RULES)
        assert (active.answer.state, active.approved_by) == (State.ACTIVE, "ben")
        waiting = edit(session, make_answer(body="Two", topic="other"), 3, ANA, RULES)
        assert [answer.variants[0].body for answer in load_base(session)] == ["One"]
        assert (waiting.answer.topic, waiting.draft and waiting.draft.topic) == ("returns", "other")
        approve(session, "ans-1", 4, BEN, RULES)
        assert [answer.variants[0].body for answer in load_base(session)] == ["Two"]


def test_the_same_text_again_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        create(session, make_answer(), ANA, RULES)
        same = edit(session, make_answer(), 1, BEN, RULES)
        assert (same.revision, base_version(session)) == (1, 1)


def test_author_and_approver_are_two_people_where_that_is_the_rule(database: Database) -> None:
    with database.writing() as session:
        create(session, make_answer(), ANA, STRICT)
        with pytest.raises(FourEyesError, match="ana wrote this text"):
            approve(session, "ans-1", 1, ANA, STRICT)
        with pytest.raises(FourEyesError, match="nobody signed in"):
            approve(session, "ans-1", 1, stamp(None), STRICT)
        approve(session, "ans-1", 1, BEN, STRICT)
        edit(session, make_answer(body="Two"), 2, BEN, STRICT)
        with pytest.raises(FourEyesError, match="ben wrote this text"):
            approve(session, "ans-1", 3, BEN, STRICT)
        assert approve(session, "ans-1", 3, ANA, STRICT).approved_by == "ana"


def test_an_approved_answer_waits_for_its_first_day_and_ends_after_its_last(database: Database) -> None:
    begins, ends = TODAY + DAY, TODAY + 2 * DAY
    with database.writing() as session:
        create(session, make_answer(valid_from=begins, valid_until=ends), ANA, RULES)
        assert approve(session, "ans-1", 1, BEN, RULES).answer.state is State.APPROVED
        assert move_due(session, TODAY, ANA) == Moved(activated=(), expired=())
        assert move_due(session, begins, ANA) == Moved(activated=("ans-1",), expired=())
        assert move_due(session, ends, ANA) == Moved(activated=(), expired=())
        assert move_due(session, ends + DAY, ANA) == Moved(activated=(), expired=("ans-1",))


def test_approval_refuses_dates_that_would_end_the_service(database: Database) -> None:
    with database.writing() as session:
        create(session, make_answer("over", valid_until=TODAY - DAY), ANA, RULES)
        with pytest.raises(ForbiddenTransitionError, match="which is over: give it another last day"):
            approve(session, "over", 1, BEN, RULES)
        create(session, make_answer("later"), ANA, RULES)
        approve(session, "later", 1, BEN, RULES)
        edit(session, make_answer("later", valid_from=TODAY + DAY), 2, ANA, RULES)
        with pytest.raises(ForbiddenTransitionError, match="begins only on 2026-11-22: approve it on that day"):
            approve(session, "later", 3, BEN, RULES)
        tomorrow = stamp("ben", BEN.at + DAY)
        assert approve(session, "later", 3, tomorrow, RULES).answer.state is State.ACTIVE


def test_an_ended_answer_comes_back_by_an_edit_and_an_approval(database: Database) -> None:
    with database.writing() as session:
        create(session, make_answer(), ANA, RULES)
        with pytest.raises(ForbiddenTransitionError, match="is draft: only an answer in service expires"):
            expire(session, "ans-1", 1, ANA)
        approve(session, "ans-1", 1, BEN, RULES)
        with pytest.raises(ForbiddenTransitionError, match="is active and no edit waits for approval"):
            approve(session, "ans-1", 2, BEN, RULES)
        assert expire(session, "ans-1", 2, ANA).answer.state is State.EXPIRED
        assert archive(session, "ans-1", 3, ANA).answer.state is State.ARCHIVED
        with pytest.raises(ForbiddenTransitionError, match="is archived"):
            archive(session, "ans-1", 4, ANA)
        with pytest.raises(ForbiddenTransitionError, match="is archived and no edit waits"):
            approve(session, "ans-1", 4, BEN, RULES)
        waiting = edit(session, make_answer(), 4, ANA, RULES)
        assert (waiting.answer.state, waiting.draft is not None, load_base(session)) == (State.ARCHIVED, True, ())
        assert approve(session, "ans-1", 5, BEN, RULES).answer.state is State.ACTIVE


def test_an_old_version_comes_back_as_a_new_one(database: Database) -> None:
    with database.writing() as session:
        create(session, make_answer(body="One"), ANA, RULES)
        edit(session, make_answer(body="Two"), 1, ANA, RULES)
        approve(session, "ans-1", 2, BEN, RULES)
        back = restore(session, "ans-1", 1, 3, ANA)
        assert back.draft is not None
        assert (back.draft.variants[0].body, back.draft.version, back.answer.variants[0].body) == ("One", 3, "Two")
        with pytest.raises(NotFoundError, match="has no version 9"):
            restore(session, "ans-1", 9, 4, ANA)
        assert discard_draft(session, "ans-1", 4, ANA).draft is None
        assert restore(session, "ans-1", 2, 5, ANA).revision == 5


def test_a_merged_answer_is_left_alone(database: Database) -> None:
    store(database, make_answer("a"), make_answer("b"))
    with database.writing() as session:
        merge(session, "a", ["b"], ANA)
        changes: list[Callable[[], object]] = [
            lambda: edit(session, make_answer("b", "x"), 2, ANA, RULES),
            lambda: approve(session, "b", 2, ANA, RULES),
            lambda: archive(session, "b", 2, ANA),
            lambda: restore(session, "b", 1, 2, ANA),
        ]
        for change in changes:
            with pytest.raises(MergedError, match="b was merged into a: change that one, or unmerge this one first"):
                change()
        with pytest.raises(MergedError, match="b was merged into a: unmerge it first"):
            discard_draft(session, "b", 2, ANA)


def test_translations_of_a_changed_original_are_outdated_until_somebody_looks_at_them(database: Database) -> None:
    german = Variant(language="de", title="Rückgabe", body="Innerhalb von 30 Tagen.")
    french = Variant(language="fr", title="Retour", body="Sous 30 jours.")
    first = make_answer()
    first = replace(first, variants=(*first.variants, german, french))
    with database.writing() as session:
        create(session, first, ANA, RULES)
        changed = replace(first.variants[0], body="You can return it within 14 days.")
        followed = replace(german, body="Innerhalb von 14 Tagen.")
        second = edit(session, replace(first, variants=(changed, followed, french)), 1, ANA, RULES).answer
        assert [variant.translation for variant in second.variants] == [Translation.ORIGINAL, Translation.CURRENT, Translation.OUTDATED]
        looked_at = replace(second, variants=(*second.variants[:2], french))
        assert edit(session, looked_at, 2, ANA, RULES).answer.variants[2].translation is Translation.CURRENT


def test_files_and_blocks_must_be_there_before_an_approval(database: Database) -> None:
    file = AnswerAttachment(name="form.pdf", mime="application/pdf", size=3, sha256="a" * 64)
    with database.writing() as session:
        with pytest.raises(TemplateError, match="unknown phrase block 'closing'"):
            create(session, make_answer(body="Hi {{> closing}}"), ANA, RULES)
        save_block(session, "closing", {"de": "Tschüss"}, None, ANA, rules=RULES)
        create(session, make_answer(body="Hi {{> closing}}", attachments=(file,)), ANA, RULES)
        approve_block(session, "closing", 1, BEN, RULES)
        with pytest.raises(TemplateError, match="en: phrase block 'closing' has no approved text") as error:
            approve(session, "ans-1", 1, BEN, RULES)
        assert error.value.faults[1] == "attachment 'form.pdf' is missing; upload it again"


def test_blocks_are_approved_as_answers_are(database: Database) -> None:
    with database.writing() as session:
        save_block(session, "closing", {"en": "Bye {{customer_name}}"}, None, ANA, rules=STRICT)
        with pytest.raises(FourEyesError, match="ana wrote this text"):
            approve_block(session, "closing", 1, ANA, STRICT)
        approve_block(session, "closing", 1, BEN, STRICT)
        create(session, make_answer(body="Hi. {{> closing}}"), ANA, RULES)
        approve(session, "ans-1", 1, BEN, RULES)
        save_block(session, "closing", {"de": "Tschüss"}, 2, ANA, rules=STRICT)
        with pytest.raises(TemplateError, match="answer ans-1, en: phrase block 'closing' has no approved text"):
            approve_block(session, "closing", 3, BEN, STRICT)
        assert load_base(session)[0].variants[0].body == "Hi. Bye {{customer_name}}"


@pytest.mark.parametrize(
    ("name", "texts", "said"),
    [
        ("Closing!", {"en": "Bye"}, "no name of a block"),
        ("closing", {}, "at least one language"),
        ("closing", {"en": " "}, "1 to 5,000 characters"),
        ("closing", {"en": "{{> other}}"}, "unknown phrase block 'other'"),
        ("closing", {"en": "{{ self.__class__ }}"}, "expressions are not read"),
        ("closing", {"en": "a\0"}, "that a database can keep"),
    ],
)
def test_refuses_blocks_that_cannot_be_put_in(sqlite_url: str, name: str, texts: dict[str, str], said: str) -> None:
    database = Database.connect(sqlite_url)
    database.migrate()
    with database.writing() as session, pytest.raises(TemplateError, match=said):
        save_block(session, name, texts, None, ANA, rules=RULES)
    database.close()


def test_no_step_works_on_an_old_revision(database: Database) -> None:
    store(database, make_answer(state=State.ACTIVE, body="<b>x</b>"))
    with database.writing() as session:
        html = replace(make_answer(), variants=(replace(make_answer().variants[0], format=BodyFormat.HTML, body="<b>y</b>"),))
        edit(session, html, 1, ANA, RULES)
        steps: list[Callable[[], object]] = [
            lambda: edit(session, make_answer(body="z"), 1, ANA, RULES),
            lambda: approve(session, "ans-1", 1, ANA, RULES),
            lambda: expire(session, "ans-1", 1, ANA),
            lambda: archive(session, "ans-1", 1, ANA),
            lambda: restore(session, "ans-1", 1, 1, ANA),
        ]
        for step in steps:
            with pytest.raises(StaleRevisionError, match="revision 2 by now"):
                step()
    assert stored(database).revision == 2
