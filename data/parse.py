"""Raw mail to `Mail`: whatever the bytes are, the answer is a mail or one `MailError`, in bounded time.

The MIME structure is walked here with limits of its own; the reasons why `email`'s parser is not let loose on bytes from
strangers are in `data.headers`.
"""

import hashlib
import quopri
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

from data.characters import clean
from data.charsets import decoded
from data.clean import newest_text
from data.headers import addresses, aware_date, decoded_base64, header_text, split_head
from data.mail import Mail, MailAttachment
from data.markup import visible_text

SIZE_LIMIT = 40 * 1024 * 1024
TEXT_LIMIT = 2 * 1024 * 1024
DEPTH_LIMIT = 20
PART_LIMIT = 500
ATTACHMENT_LIMIT = 50
SNIFFED = 65_536


class MailError(ValueError):
    """The bytes are not a mail, or more than is accepted; the message says which."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One node of the MIME tree: `head` for its parameters, `body` still transfer-encoded."""

    head: "Message[str, str]"
    body: bytes
    children: tuple["_Part", ...] = ()

    @property
    def type(self) -> str:
        return self.head.get_content_type()

    @property
    def is_text(self) -> bool:
        if self.children or self.type not in ("text/plain", "text/html", "text/enriched"):
            return False
        return self.head.get_content_disposition() != "attachment" and not self.filename

    @property
    def filename(self) -> str:
        try:
            name = self.head.get_filename("")
        except (LookupError, ValueError, TypeError, IndexError):
            return ""
        return header_text(name.encode("utf-8", errors="replace"))


def mail_from_file(path: Path) -> Mail:
    """Read an `.eml` file.

    Raises:
        MailError: the file cannot be read, is too large or is no mail.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise MailError(f"{path}: {error.strerror}") from error
    try:
        return mail_from_bytes(raw)
    except MailError as error:
        raise MailError(f"{path}: {error}") from error


def mail_from_bytes(raw: bytes) -> Mail:
    """Read a raw RFC 5322 message.

    Raises:
        MailError: nothing but rubbish, or more than 40 MB.
    """
    if len(raw) > SIZE_LIMIT:
        raise MailError(f"larger than the {SIZE_LIMIT // 1024 // 1024} MB that a mail may have")
    if b"\n" not in raw[:SNIFFED]:
        raw = raw.replace(b"\r", b"\n")  # Line ends of old Macs, still seen in bounces.
    headers, start = split_head(raw)
    if not headers and (not raw.strip() or _is_binary(raw)):
        raise MailError("not a mail: it has no header and no text")
    root = _tree(headers, raw[start:])
    body = _readable(root).text[: TEXT_LIMIT * 2]
    return _mail(headers, body, tuple(_attachments(root)))


def mail_from_fields(
    subject: str = "",
    body: str = "",
    sender: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    message_id: str | None = None,
    date: datetime | None = None,
) -> Mail:
    """A mail from fields that somebody else has parsed; fields that are missing are taken from `headers`."""
    rows = [(name.lower(), value.encode("utf-8", errors="replace")) for name, value in (headers or {}).items()]
    mail = _mail(rows, clean(body[:TEXT_LIMIT]).strip("\n"), ())
    from_sender = addresses(sender.encode("utf-8", errors="replace")) if sender else ()
    return Mail(
        subject=" ".join(clean(subject).split()) or mail.subject,
        body=mail.body,
        text=mail.text,
        sender=from_sender[0] if from_sender else mail.sender,
        recipients=mail.recipients,
        headers=mail.headers,
        message_id=" ".join(clean(message_id).split()) if message_id else mail.message_id,
        date=(date if date.tzinfo else date.replace(tzinfo=UTC)) if date else mail.date,
    )


def _mail(headers: list[tuple[str, bytes]], body: str, attachments: tuple[MailAttachment, ...]) -> Mail:
    first = dict(reversed(headers))
    senders = addresses(first.get("from", b"")) or addresses(first.get("sender", b""))
    recipients = (address for name, value in headers if name in ("to", "cc") for address in addresses(value))
    return Mail(
        subject=header_text(first.get("subject", b"")),
        body=body,
        text=newest_text(body),
        sender=senders[0] if senders else None,
        recipients=tuple(dict.fromkeys(recipients)),
        headers=tuple((name, header_text(value)) for name, value in headers),
        message_id=header_text(first.get("message-id", b"")) or None,
        date=aware_date(first.get("date", b"")),
        attachments=attachments,
    )


def _is_binary(raw: bytes) -> bool:
    """Bytes that no text has: NUL, or many other control characters."""
    sample = raw[:SNIFFED]
    controls = len(sample) - len(sample.translate(None, bytes(set(range(32)) - {8, 9, 10, 12, 13, 27})))
    return b"\0" in sample or controls > len(sample) // 20


def _tree(headers: list[tuple[str, bytes]], body: bytes) -> _Part:
    return _node(_parameters(headers), body, DEPTH_LIMIT, [PART_LIMIT])


def _node(head: "Message[str, str]", body: bytes, depth: int, budget: list[int]) -> _Part:
    """A part and what lies in it; what is nested too deep or comes after part 500 is left as one piece."""
    boundary = head.get_boundary() if head.get_content_maintype() == "multipart" else None
    if not boundary or depth == 0:
        return _Part(head, body)
    children: list[_Part] = []
    for piece in _pieces(body, boundary.encode()):
        budget[0] -= 1
        if budget[0] < 0:
            break
        headers, start = split_head(piece)
        children.append(_node(_parameters(headers), piece[start:], depth - 1, budget))
    return _Part(head, body, tuple(children))


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """What stands between the boundary lines; a missing last boundary ends with the body."""
    mark = b"--" + boundary
    start = -1
    position = 0 if body.startswith(mark) else _next(body, mark, 0)
    while position >= 0:
        end_of_line = body.find(b"\n", position)
        end_of_line = len(body) if end_of_line < 0 else end_of_line
        rest = body[position + len(mark) : end_of_line].rstrip()
        if rest in (b"", b"--"):
            if start >= 0:
                yield body[start : max(start, position - 1)].removesuffix(b"\r")
            if rest:
                return
            start = end_of_line + 1
        position = _next(body, mark, end_of_line)
    if start >= 0:
        yield body[start:]


def _next(body: bytes, mark: bytes, position: int) -> int:
    found = body.find(b"\n" + mark, position)
    return found + 1 if found >= 0 else -1


def _parameters(headers: list[tuple[str, bytes]]) -> "Message[str, str]":
    """The three headers that say what a part is, for the parameter parser of the standard library."""
    head: Message[str, str] = Message()
    for name, value in headers:
        if name in ("content-type", "content-disposition", "content-transfer-encoding") and name not in head:
            head[name] = clean(value[:2_000].decode("utf-8", errors="replace")).replace("\n", " ")
    return head


def _content(part: _Part) -> bytes:
    """The body of a leaf without its transfer encoding."""
    encoding = str(part.head.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "base64":
        return decoded_base64(part.body)
    return quopri.decodestring(part.body) if encoding == "quoted-printable" else part.body


@dataclass(frozen=True, slots=True)
class _Text:
    text: str = ""
    is_plain: bool = True


def _readable(part: _Part) -> _Text:
    """The best text of a part: of alternatives the plain one, else the last that says something."""
    if not part.children:
        return _leaf_text(part) if part.is_text else _Text()
    texts = [_readable(child) for child in part.children]
    texts = [text for text in texts if text.text.strip()]
    if part.type == "multipart/alternative":
        return next((text for text in texts if text.is_plain), texts[-1] if texts else _Text())
    return _Text("\n\n".join(text.text for text in texts), all(text.is_plain for text in texts))


def _leaf_text(part: _Part) -> _Text:
    charset = part.head.get_param("charset")
    name = charset if isinstance(charset, str) else None
    content = _content(part)[:TEXT_LIMIT]
    if _is_binary(content) and not (name or "").lower().startswith(("utf-16", "utf-32")):
        content = content.replace(b"\0", b"")
    text = clean(decoded(content, name))
    if part.type != "text/plain":
        return _Text(visible_text(text), is_plain=False)
    flowed = str(part.head.get_param("format", "")).lower() == "flowed"
    return _Text((_unflowed(text) if flowed else text).strip("\n"))


def _unflowed(text: str) -> str:
    """Join the soft line breaks of `format=flowed` (RFC 3676), so that a paragraph is one line again."""
    lines: list[list[str]] = []
    open_line = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        if open_line and not quoted:
            lines[-1].append(line.removeprefix(" "))
        else:
            lines.append([line if quoted else line.removeprefix(" ")])
        open_line = line.endswith(" ") and line != "-- " and not quoted
    return "\n".join("".join(line) for line in lines)


def _attachments(root: _Part) -> Iterator[MailAttachment]:
    for _, part in zip(range(ATTACHMENT_LIMIT), _files(root), strict=False):
        content = _content(part)
        name = part.filename or ("message.eml" if part.type == "message/rfc822" else "")
        yield MailAttachment(name=name, mime=part.type, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def _files(part: _Part) -> Iterator[_Part]:
    if not part.children and not part.is_text:
        yield part
    for child in part.children:
        yield from _files(child)
