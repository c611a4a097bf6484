"""Answers in bulk and their files: `/v1/answers/import`, `/v1/answers/export`, `/v1/files`, `/v1/blocks`."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from data.answer import State, Visibility
from serving.answer_bodies import BlockBody, block_to_json
from serving.answers.attachments import attach_file
from serving.answers.exporting import Format, export_answers
from serving.answers.importing import ImportOptions, import_answers
from serving.answers.lifecycle import approve_block, save_block
from serving.answers.sources.reading import ImportFileError, Limits, ReadOptions
from serving.api.answering import answer, answer_once, json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import ASKED, BODY_ONCE, documented
from serving.api.examples import json_body
from serving.api.making import rules_of, stamp_of
from serving.api.reading import Received, receive_file, receive_json, revision_of
from serving.bodies import read_json
from serving.following import follow_base
from serving.problems import (
    FOUR_EYES,
    INVALID_ANSWER,
    INVALID_IMPORT,
    NO_REVISION,
    NOT_FOUND,
    NOT_NOW,
    STALE,
    TOO_LARGE,
    UNSUPPORTED,
    ProblemError,
)
from serving.service import Service
from serving.store.blocks import delete_block, list_blocks
from serving.store.files import load_file
from serving.store.idempotency import Answer

KINDS = {
    "text/csv": ".csv",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "application/json": ".json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
MEDIA = {Format.JSONL: "application/jsonl", Format.CSV: "text/csv; charset=utf-8"}
WRITE = (*ASKED, *BODY_ONCE, NOT_FOUND, INVALID_ANSWER)
Curates = Annotated[Caller, Depends(needs("curate"))]
Reads = Annotated[Caller, Depends(needs("curate", "work"))]
Name = Annotated[str | None, Query(max_length=60)]

router = APIRouter(tags=["answers in bulk"])


@router.post(
    "/v1/answers/import",
    responses=documented({}, *ASKED, TOO_LARGE, UNSUPPORTED, INVALID_IMPORT),
    summary="Import a file",
)
async def import_file(
    *,
    request: Request,
    service: Serviced,
    caller: Curates,
    source: Name = None,
    language: Name = None,
    state: State = State.DRAFT,
    visibility: Visibility = Visibility.INTERNAL,
    column: Annotated[list[str] | None, Query(alias="map", description="our name=column of the file; repeat")] = None,
    dry_run: bool = False,
) -> Response:
    """CSV, JSON lines, XLSX or the macros of a help desk as the body. Rows that cannot be used are named; the same file again changes
    nothing. The service encodes new texts when it follows the base: large heaps come in faster by `replywell answers import`.
    """
    columns = dict(entry.rpartition("=")[::2] for entry in column or ())
    limits = Limits(file_bytes=service.settings.max_import_bytes, attachment_bytes=service.settings.max_attachment_bytes)
    read = ReadOptions(
        columns=columns, language=language, state=state, visibility=visibility, slots=service.settings.answer_slots, limits=limits
    )
    options = ImportOptions(stamp=stamp_of(service, caller), read=read, source=source or "import", is_dry_run=dry_run)
    received = await receive_file(request, tuple(KINDS))
    return await service.in_thread(lambda: _import(service, received, options))


@router.get("/v1/answers/export", responses=documented({}, *ASKED), summary="Export the base")
async def export(service: Serviced, caller: Curates, shape: Annotated[Format, Query(alias="format")] = Format.JSONL) -> Response:
    """JSON lines lose nothing but earlier versions; CSV is for spreadsheets, and cannot start a formula in one."""

    def work() -> Response:
        with tempfile.TemporaryDirectory(prefix="replywell-export-") as folder:
            out = Path(folder) / f"answers.{shape}"
            export_answers(service.database, out, shape)
            headers = {"Content-Disposition": f'attachment; filename="answers.{shape}"'}
            return Response(out.read_bytes(), media_type=MEDIA[shape], headers=headers)

    return await service.in_thread(work)


@router.post("/v1/files", status_code=201, responses=documented({}, *ASKED, TOO_LARGE, INVALID_ANSWER), summary="Keep a file")
async def upload(request: Request, service: Serviced, caller: Curates, name: Annotated[str, Query(max_length=255)]) -> Response:
    """The body is the file. What comes back is what an answer names to send it."""
    content, mime = await request.body(), request.headers.get("content-type", "application/octet-stream")

    def work() -> Response:
        with service.database.writing() as session:
            most = service.settings.max_attachment_bytes
            kept = attach_file(session, name, content, stamp_of(service, caller), mime=mime.partition(";")[0], max_bytes=most)
        return json_response({"name": kept.name, "mime": kept.mime, "size": kept.size, "sha256": kept.sha256}, 201)

    return await service.in_thread(work)


@router.get("/v1/files/{sha256}", responses=documented({}, *ASKED, NOT_FOUND), summary="A file")
async def file(sha256: str, service: Serviced, caller: Reads) -> Response:
    """Its bytes, for saving and never for showing in the page."""

    def work() -> Response:
        with service.database.reading() as session:
            content = load_file(session, sha256)
        if content is None:
            raise ProblemError(NOT_FOUND, "there is no file with this sha256")
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return Response(content, media_type="application/octet-stream", headers=headers)

    return await service.in_thread(work)


@router.get("/v1/blocks", responses=documented({}, *ASKED), summary="Phrase blocks")
async def blocks(service: Serviced, caller: Reads) -> Response:
    """All shared phrases, with their texts by language."""

    def work() -> Response:
        with service.database.reading() as session:
            return json_response({"data": [block_to_json(block) for block in list_blocks(session)]})

    return await service.in_thread(work)


@router.put(
    "/v1/blocks/{name}",
    openapi_extra={"requestBody": json_body(BlockBody)},
    responses=documented({}, *WRITE, STALE),
    summary="Write a phrase block",
)
async def write_block(name: str, request: Request, service: Serviced, caller: Curates) -> Response:
    """The texts wait for approval. A new block needs no If-Match."""
    revision = revision_of(request) if "if-match" in request.headers else None
    received = await receive_json(request)

    def work(session: Session) -> Answer:
        texts = read_json(BlockBody, received.content).texts
        block = save_block(session, name, texts, revision, stamp_of(service, caller), rules=rules_of(service))
        return answer(block_to_json(block), revision=block.revision)

    return await service.in_thread(lambda: answer_once(service, caller, received, work))


@router.post("/v1/blocks/{name}/approve", responses=documented({}, *WRITE, STALE, NO_REVISION, FOUR_EYES), summary="Approve a block")
async def approve_texts(name: str, request: Request, service: Serviced, caller: Curates) -> Response:
    """The waiting texts go into every answer that names the block."""
    revision = revision_of(request)

    def work() -> Response:
        with service.database.writing() as session:
            block = approve_block(session, name, revision, stamp_of(service, caller), rules_of(service))
        follow_base(service)
        return json_response(block_to_json(block), revision=block.revision)

    return await service.in_thread(work)


@router.delete(
    "/v1/blocks/{name}", status_code=204, responses=documented({}, *WRITE, STALE, NO_REVISION, NOT_NOW), summary="Delete a block"
)
async def remove(name: str, request: Request, service: Serviced, caller: Curates) -> Response:
    """Only when no answer names it."""
    revision = revision_of(request)

    def work() -> Response:
        with service.database.writing() as session:
            delete_block(session, name, revision, stamp_of(service, caller))
        return Response(status_code=204)

    return await service.in_thread(work)


def _import(service: Service, received: Received, options: ImportOptions) -> Response:
    with tempfile.TemporaryDirectory(prefix="replywell-import-") as folder:
        path = Path(folder) / f"import{KINDS[received.media_type]}"
        path.write_bytes(received.content)
        try:
            report = import_answers(service.database, path, options)
        except ImportFileError as error:
            raise ProblemError(INVALID_IMPORT, str(error).replace(str(path), "the file")) from error
    return json_response(report.to_json())
