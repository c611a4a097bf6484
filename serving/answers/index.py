"""The search index of a process: made from the base once, then it follows the base's version number, edit by edit."""

from model.encoder import Encoder
from model.retriever import AnswerIndex
from serving.answers.remembering import RememberingEncoder
from serving.store.answer_changes import load_base, served_changes
from serving.store.base_version import base_version
from serving.store.database import Database

PREFIX = "kb@"
NEVER = -1


def build_index(database: Database, encoder: Encoder) -> AnswerIndex:
    """All answers in service, at the base's version of now."""
    with database.reading() as session:
        version = base_version(session)
        answers = load_base(session)
    return AnswerIndex.build(answers, RememberingEncoder(encoder, database), version_name(version))


def followed(index: AnswerIndex, database: Database, encoder: Encoder) -> AnswerIndex:
    """The index at the base's version of now; the same one when nothing changed. A base that was set back is read anew."""
    known = version_number(index.version)
    with database.reading() as session:
        if base_version(session) == known:
            return index
        changes = served_changes(session, known)
    if known == NEVER or changes.version < known:
        return build_index(database, encoder)
    return index.patched(version_name(changes.version), changes.changed, changes.gone, RememberingEncoder(encoder, database))


def version_name(number: int) -> str:
    """How decisions name a version of the base."""
    return f"{PREFIX}{number}"


def version_number(name: str) -> int:
    """The number in a version of the base; `NEVER` for an index that was not made from it."""
    number = name.removeprefix(PREFIX)
    return int(number) if number.isdecimal() else NEVER
