"""Reads the body of a request: at most so many bytes, and only of the media types that a call takes."""

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import INVALID_REQUEST, NO_REVISION, TOO_LARGE, UNSUPPORTED, ProblemError

JSON = "application/json"
RAW_MAIL = "message/rfc822"
REVISION = re.compile(r'"(\d{1,9})"')
KEY_SHAPE = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The body of a call, its media type, and the key that makes it idempotent."""

    method: str
    path: str
    media_type: str
    content: bytes
    idempotency_key: str | None
    mailbox: str | None = None

    @property
    def is_raw_mail(self) -> bool:
        """True for a mail as it came over the wire."""
        return self.media_type == RAW_MAIL


async def receive_json(request: Request) -> Received:
    """The body of a call that takes JSON only."""
    return await _receive(request, (JSON,))


async def receive_mail(request: Request) -> Received:
    """The body of a call that takes a mail as JSON or raw."""
    return await _receive(request, (JSON, RAW_MAIL))


async def receive_file(request: Request, accepted: tuple[str, ...]) -> Received:
    """The body of a call that takes a file of one of these media types."""
    return await _receive(request, accepted)


def revision_of(request: Request) -> int:
    """The revision that the caller saw, from `If-Match`.

    Raises:
        ProblemError: it is missing, or not an ETag of ours.
    """
    named = request.headers.get("if-match")
    if named is None:
        raise ProblemError(NO_REVISION, "send If-Match with the ETag of the answer that you read, so that nobody's change is lost")
    found = REVISION.fullmatch(named.strip())
    if found is None:
        raise ProblemError(INVALID_REQUEST, f'If-Match: send the ETag as you got it, such as "3", not {named[:40]}')
    return int(found[1])


async def _receive(request: Request, accepted: tuple[str, ...]) -> Received:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in accepted:
        raise ProblemError(
            UNSUPPORTED,
            f"send {' or '.join(accepted)} in Content-Type, not {media_type[:80] or 'nothing'}",
            headers={"Accept": ", ".join(accepted)},
        )
    key = request.headers.get("idempotency-key")
    if key is not None and KEY_SHAPE.fullmatch(key) is None:
        raise ProblemError(INVALID_REQUEST, "Idempotency-Key: 1 to 255 printable ASCII characters without spaces")
    mailbox = request.query_params.get("mailbox")
    if mailbox is not None and (len(mailbox) > 255 or not mailbox.isprintable()):
        raise ProblemError(INVALID_REQUEST, "mailbox: at most 255 printable characters")
    return Received(
        method=request.method,
        path=request.url.path,
        media_type=media_type,
        content=await request.body(),
        idempotency_key=key,
        mailbox=mailbox,
    )


class BodyLimit:
    """Stops reading a body that is too large, whether it announces its length or comes in chunks."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counting `receive`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"")
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            if announced.isdigit() and int(announced[:20]) > self._max_bytes:
                raise self._too_large()
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_bytes:
                raise self._too_large()
            return message

        await self._app(scope, counted, send)

    def _too_large(self) -> ProblemError:
        detail = f"at most {self._max_bytes:,} bytes (setting max_body_bytes)"
        return ProblemError(TOO_LARGE, detail, headers={"Connection": "close"})
