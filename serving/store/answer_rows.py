"""Rows of the answer tables from answers, for every module that writes them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from data.answer import Answer
from data.template import block_names
from serving.store.answer_tables import AnswerFileRow, AnswerVersionRow
from serving.store.answers import Stamp, content_of


def listed(names: Mapping[str, object] | tuple[str, ...]) -> str:
    """Names so that one of them is found as `,name,`."""
    return f",{','.join(sorted(names))}," if names else ""


def named_blocks(*answers: Answer | None) -> str:
    """The phrase blocks that these texts name, for the column `blocks`."""
    bodies = [variant.body for answer in answers if answer for variant in answer.variants]
    return listed({name: None for body in bodies for name in block_names(body)})


def mirrored(answer: Answer) -> dict[str, Any]:
    """The columns of `answers` that repeat what the current version says, so that they can be searched."""
    return {
        "topic": answer.topic,
        "visibility": answer.visibility,
        "languages": listed(tuple(variant.language for variant in answer.variants)),
        "valid_from": answer.valid_from,
        "valid_until": answer.valid_until,
        "owner": answer.owner,
    }


def answer_row(answer: Answer, stamp: Stamp, base_version: int) -> dict[str, Any]:
    """A new answer at its first revision, merged into nothing and from nowhere."""
    return {
        "id": answer.id,
        "revision": 1,
        "base_version": base_version,
        "version": answer.version,
        "draft_version": None,
        "state": answer.state,
        **mirrored(answer),
        "blocks": named_blocks(answer),
        "merged_into": None,
        "root_id": None,
        "uses": 0,
        "source": None,
        "external_id": None,
        "imported_sha256": None,
        "imported_version": None,
        "imported_state": None,
        "extra": {},
        "created_at": stamp.at,
        "updated_at": stamp.at,
    }


def version_row(answer: Answer, kind: str, stamp: Stamp) -> dict[str, Any]:
    """What `answer.version` says, not approved by anybody yet."""
    return {
        "answer_id": answer.id,
        "version": answer.version,
        "content": content_of(answer),
        "kind": kind,
        "made_by": stamp.by,
        "made_at": stamp.at,
        "approved_by": None,
        "approved_at": None,
    }


def insert_versions(session: Session, answers: list[Answer], kind: str, stamp: Stamp) -> None:
    """Keep what these answers say under their `version`, and which files they name."""
    session.execute(insert(AnswerVersionRow), [version_row(answer, kind, stamp) for answer in answers])
    named = {(file.sha256, answer.id, answer.version) for answer in answers for file in answer.attachments}
    if named:
        rows = [{"sha256": sha256, "answer_id": answer_id, "version": version} for sha256, answer_id, version in sorted(named)]
        session.execute(insert(AnswerFileRow), rows)
