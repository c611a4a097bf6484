"""Files are kept once, by their content."""

import hashlib
from datetime import timedelta

from data.answer import AnswerAttachment
from serving.store.database import Database
from serving.store.files import drop_unused_files, load_file, save_file
from tests.serving.answers.factories import ANA, BEN, make_answer, store
from tests.serving.conftest import NOW


def test_the_same_bytes_are_kept_once(database: Database) -> None:
    content = bytes(range(256)) * 1000
    with database.writing() as session:
        sha256 = save_file(session, content, ANA)
        assert save_file(session, content, BEN) == sha256 == hashlib.sha256(content).hexdigest()
        assert load_file(session, sha256) == content
        assert load_file(session, "0" * 64) is None
        assert load_file(session, "\0" * 64) is None


def test_files_that_nothing_names_go_after_a_while(database: Database) -> None:
    with database.writing() as session:
        named, unused = save_file(session, b"named", ANA), save_file(session, b"unused", ANA)
    store(database, make_answer(attachments=(AnswerAttachment(name="a.pdf", mime="application/pdf", size=5, sha256=named),)))
    with database.writing() as session:
        assert drop_unused_files(session, NOW) == 0
        assert drop_unused_files(session, NOW + timedelta(days=1)) == 1
        assert (load_file(session, named), load_file(session, unused)) == (b"named", None)
