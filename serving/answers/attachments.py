"""The files that go out with answers: taken in with their names checked, and compared with their sha256 before they are sent."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from data.answer import Answer, AnswerAttachment
from serving.answers.sources.attached import MOST_ATTACHMENTS, attached_bytes, is_file_name
from serving.store.answers import AnswerStoreError, Stamp
from serving.store.files import load_file, save_file

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
MAX_TOTAL_BYTES = 20 * MEGABYTE
SHA256 = re.compile(r"[0-9a-f]{64}")
MIME = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}")


class AttachmentError(AnswerStoreError):
    """A file that cannot go out with an answer; the message says what to change."""


def attach_file(
    session: Session, name: str, content: bytes, stamp: Stamp, *, mime: str = "application/octet-stream", max_bytes: int = MAX_BYTES
) -> AnswerAttachment:
    """Keep a file; what an answer must name to send it.

    Raises:
        AttachmentError: a name with a folder or control characters in it, no MIME type, an empty file, or a larger one than allowed.
    """
    if not content:
        raise AttachmentError(f"attachment {name[:60]!r} is empty: choose the file again")
    if len(content) > max_bytes:
        raise AttachmentError(f"attachment {name[:60]!r} is larger than {max_bytes / MEGABYTE:,.1f} MB: make it smaller, or link to it")
    sha256 = hashlib.sha256(content).hexdigest()
    attachment = AnswerAttachment(name=name, mime=mime.lower(), size=len(content), sha256=sha256)
    if faults := list(attachment_faults([attachment])):
        raise AttachmentError("; ".join(faults))
    save_file(session, content, stamp)
    return attachment


def save_attached(session: Session, answers: Iterable[Answer], folder: Path | None, stamp: Stamp) -> None:
    """Keep those attachments of answers that lie in a folder, as they were when they were read."""
    if folder is None:
        return
    for attachment in {one.sha256: one for answer in answers for one in answer.attachments}.values():
        content = attached_bytes(folder, attachment)
        if content is not None:
            save_file(session, content, stamp)


def attachment_faults(attachments: Sequence[AnswerAttachment]) -> list[str]:
    """What keeps attachments from being named in an answer, whether their files are there or not."""
    faults = []
    if len(attachments) > MOST_ATTACHMENTS:
        faults.append(f"{len(attachments)} attachments; at most {MOST_ATTACHMENTS} are sent with an answer")
    if len({one.name for one in attachments}) < len(attachments):
        faults.append("two attachments have the same name; rename one")
    for one in attachments[:MOST_ATTACHMENTS]:
        if not is_file_name(one.name):
            faults.append(f"attachment {one.name[:60]!r}: a name of printable characters without folders is needed")
        if not MIME.fullmatch(one.mime):
            faults.append(f"attachment {one.name[:60]!r}: {one.mime[:60]!r} is no type such as application/pdf")
        if not SHA256.fullmatch(one.sha256) or one.size < 0:
            faults.append(f"attachment {one.name[:60]!r}: its sha256 or size cannot be right; upload it again")
    return faults


def check_files(session: Session, answer: Answer, *, max_total: int = MAX_TOTAL_BYTES) -> tuple[str, ...]:
    """What forbids sending the answer with its files: one is missing or was changed, or together they are too large. Empty when all is
    well. The bytes themselves are compared, every time.
    """
    faults = []
    for one in answer.attachments:
        content = load_file(session, one.sha256)
        if content is None:
            faults.append(f"attachment {one.name!r} is missing; upload it again")
        elif len(content) != one.size or hashlib.sha256(content).hexdigest() != one.sha256:
            faults.append(f"attachment {one.name!r} is not the file that was approved; upload it again and approve the answer")
    if (total := sum(one.size for one in answer.attachments)) > max_total:
        faults.append(f"the attachments have {total / MEGABYTE:,.1f} MB together; at most {max_total / MEGABYTE:,.1f} MB are sent")
    return tuple(faults)
