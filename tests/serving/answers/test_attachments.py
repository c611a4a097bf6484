"""A file goes out as it was approved, or not at all."""

import pytest
from sqlalchemy import text

from data.answer import AnswerAttachment
from serving.answers.attachments import AttachmentError, attach_file, attachment_faults, check_files
from serving.store.database import Database
from tests.serving.answers.factories import ANA, make_answer


def test_a_file_that_was_kept_can_be_sent(database: Database) -> None:
    with database.writing() as session:
        file = attach_file(session, "Rücksendung (2).pdf", b"%PDF", ANA, mime="application/PDF")
        assert (file.size, file.mime) == (4, "application/pdf")
        assert check_files(session, make_answer(attachments=(file,))) == ()
        assert check_files(session, make_answer(attachments=(file,)), max_total=3) == (
            "the attachments have 0.0 MB together; at most 0.0 MB are sent",
        )


def test_a_missing_or_changed_file_forbids_sending(database: Database) -> None:
    with database.writing() as session:
        kept = attach_file(session, "a.pdf", b"approved", ANA)
        missing = AnswerAttachment(name="b.pdf", mime="application/pdf", size=3, sha256="b" * 64)
        session.execute(text("UPDATE files SET content = :content"), {"content": b"swapped!"})
        faults = check_files(session, make_answer(attachments=(kept, missing)))
    assert faults[0].startswith("attachment 'a.pdf' is not the file that was approved")
    assert faults[1].startswith("attachment 'b.pdf' is missing")


@pytest.mark.parametrize(
    "name", ["", "..", "../etc/passwd", "a/b.pdf", "a\\b.pdf", "C:a", "a\0.pdf", "a\r\nBcc: x", "invoice\u202efdp.exe", "x" * 201]
)
def test_refuses_names_that_are_more_than_a_name(sqlite_url: str, name: str) -> None:
    database = Database.connect(sqlite_url)
    database.migrate()
    with database.writing() as session, pytest.raises(AttachmentError, match="without folders"):
        attach_file(session, name, b"x", ANA)
    database.close()


def test_refuses_empty_files_large_ones_and_types_that_are_none(database: Database) -> None:
    with database.writing() as session:
        with pytest.raises(AttachmentError, match="is empty"):
            attach_file(session, "a.pdf", b"", ANA)
        with pytest.raises(AttachmentError, match="larger than 10.0 MB"):
            attach_file(session, "a.pdf", bytes(10 * 1024 * 1024 + 1), ANA)
        with pytest.raises(AttachmentError, match="no type such as"):
            attach_file(session, "a.pdf", b"x", ANA, mime="text/plain\r\nX: y")


def test_refuses_attachments_that_cannot_be_told_apart() -> None:
    one = AnswerAttachment(name="a.pdf", mime="application/pdf", size=1, sha256="a" * 64)
    assert "the same name" in attachment_faults([one, one])[0]
    assert "at most 20" in attachment_faults([one] * 21)[0]
    assert "cannot be right" in attachment_faults([AnswerAttachment(name="a", mime="a/b", size=-1, sha256="a" * 64)])[0]
