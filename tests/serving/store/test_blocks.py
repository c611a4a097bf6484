"""Phrase blocks: approved before they go out, changed in one place."""

from dataclasses import replace

import pytest

from data.answer import BodyFormat, State
from serving.store.answer_writes import delete_answer, draft_answer
from serving.store.answers import NotFoundError, StaleRevisionError
from serving.store.base_version import base_version
from serving.store.blocks import (
    BlockInUseError,
    approved_texts,
    delete_block,
    draft_block,
    list_blocks,
    load_block,
    publish_block,
    put_blocks_in,
)
from serving.store.database import Database
from tests.serving.answers.factories import ANA, BEN, make_answer, store


def test_texts_wait_until_they_are_published(database: Database) -> None:
    with database.writing() as session:
        first = draft_block(session, "closing", {"en": "Bye"}, None, ANA)
        assert (first.revision, first.texts, first.draft, first.author) == (1, {}, {"en": "Bye"}, "ana")
        assert (approved_texts(session), base_version(session)) == ({"closing": {}}, 0)
        public = publish_block(session, "closing", 1, BEN)
        assert (public.texts, public.draft, public.approved_by, base_version(session)) == ({"en": "Bye"}, None, "ben", 1)
        draft_block(session, "closing", {"en": "So long"}, 2, ANA)
        assert approved_texts(session) == {"closing": {"en": "Bye"}}
        assert [block.name for block in list_blocks(session)] == ["closing"]
        assert load_block(session, "other") is None


def test_no_write_works_on_an_old_revision_or_on_nothing(database: Database) -> None:
    with database.writing() as session:
        draft_block(session, "closing", {"en": "Bye"}, None, ANA)
        with pytest.raises(StaleRevisionError, match="phrase block closing is at revision 1"):
            draft_block(session, "closing", {"en": "Other"}, None, BEN)
        for revision in (0, 2):
            with pytest.raises(StaleRevisionError):
                draft_block(session, "closing", {"en": "Other"}, revision, BEN)
            with pytest.raises(StaleRevisionError):
                publish_block(session, "closing", revision, BEN)
            with pytest.raises(StaleRevisionError):
                delete_block(session, "closing", revision, BEN)
        with pytest.raises(NotFoundError, match="no phrase block other"):
            draft_block(session, "other", {"en": "x"}, 1, BEN)
        with pytest.raises(NotFoundError, match="no texts that wait"):
            publish_block(session, "other", 1, BEN)


def test_a_block_that_answers_name_cannot_be_deleted(database: Database) -> None:
    store(database, make_answer("a", "{{> closing}}"), make_answer("b", state=State.ACTIVE), make_answer("c", "{{> closingx}}"))
    with database.writing() as session:
        draft_block(session, "closing", {"en": "Bye"}, None, ANA)
        draft_answer(session, make_answer("b", "Hi {{>closing }}"), 1, ANA)
        with pytest.raises(BlockInUseError, match=r"used by 2 answers \(a, b\)"):
            delete_block(session, "closing", 1, ANA)
        delete_answer(session, "a", 1, ANA)
        delete_answer(session, "b", 2, ANA)
        delete_block(session, "closing", 1, ANA)
        assert load_block(session, "closing") is None


def test_a_block_is_put_in_by_language_and_escaped_in_html() -> None:
    plain = make_answer(body="Hi {{> a}} {{> b}}")
    html = replace(plain, variants=(replace(plain.variants[0], format=BodyFormat.HTML),))
    texts = {"a": {"en": "x < y\nz", "de": "nein"}, "b": {"de": "nein"}}
    assert put_blocks_in(plain, texts).variants[0].body == "Hi x < y\nz {{> b}}"
    assert put_blocks_in(html, texts).variants[0].body == "Hi x &lt; y<br>z {{> b}}"
    assert put_blocks_in(plain, {}) is plain
