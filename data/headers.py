"""Mail headers: raw block to decoded names and values, addresses and dates. Every cost is bounded, nothing here raises.

`email.policy.default` is not used: on Python 3.11 it raises IndexError, AttributeError and RecursionError on real headers, takes
minutes for a subject of some megabytes, and decodes encoded words with any codec, compression included.
"""

import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from data.characters import clean
from data.charsets import decoded

BLOCK_LIMIT = 256 * 1024
HEADER_LIMIT = 1_000
VALUE_LIMIT = 8 * 1024
RAW_VALUE_LIMIT = 32 * 1024
ADDRESS_LIMIT = 500
ENCODED_WORD = re.compile(rb"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]*)\?=")
ESCAPED_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
HEADER_NAME = re.compile(rb"[!-9;-~]{1,100}")
LOCAL_PART = re.compile(r"[^\s\"(),:;<>@\[\]\\]{1,64}")
DOMAIN = re.compile(r"[^\s\"(),:;<>@\[\]\\.]{1,63}(?:\.[^\s\"(),:;<>@\[\]\\.]{1,63}){0,20}")


def split_head(raw: bytes) -> tuple[list[tuple[str, bytes]], int]:
    """Raw headers (lower-case name, unfolded value) and where the body starts.

    A first line that is no header means there is no head at all: the body starts at 0. A line inside that is none ends the head.
    """
    headers: list[tuple[str, bytes]] = []
    position = _after_envelope_line(raw)
    limit = position + BLOCK_LIMIT
    while position < min(limit, len(raw)):
        end = raw.find(b"\n", position)
        end = len(raw) if end < 0 else end
        line = raw[position:end].rstrip(b"\r")
        if not line.strip():
            return headers, end + 1
        if line[:1] in b" \t" and headers:
            _fold(headers, line)
        elif not _add(headers, line):
            return headers, position if headers else 0
        position = end + 1
    return headers, _after_blank_line(raw, position)


def _after_blank_line(raw: bytes, position: int) -> int:
    """Where the body starts when the head is longer than what is read of it."""
    found = re.compile(rb"\r?\n\r?\n").search(raw, max(0, position - 1))
    return found.end() if found else len(raw)


def _after_envelope_line(raw: bytes) -> int:
    """Skip blank lines and the `From ` line of an mbox."""
    position = len(raw) - len(raw.lstrip(b"\r\n"))
    return raw.find(b"\n", position) + 1 if raw[position : position + 5] == b"From " and b"\n" in raw[position:] else position


def _add(headers: list[tuple[str, bytes]], line: bytes) -> bool:
    """Append a header line; False when it is none. Headers beyond the limit are counted as read and dropped."""
    name, colon, value = line.partition(b":")
    if not colon or not HEADER_NAME.fullmatch(name.rstrip()):
        return False
    if len(headers) < HEADER_LIMIT:
        headers.append((name.rstrip().decode("ascii").lower(), value[:RAW_VALUE_LIMIT].strip()))
    return True


def _fold(headers: list[tuple[str, bytes]], line: bytes) -> None:
    name, value = headers[-1]
    if len(value) < RAW_VALUE_LIMIT:
        headers[-1] = (name, (value + b" " + line.strip())[:RAW_VALUE_LIMIT])


def header_text(value: bytes) -> str:
    """A header as a reader sees it: encoded words decoded, at most 8 KiB, on one line."""
    value = value[:VALUE_LIMIT]
    pieces: list[str] = []
    pending, charset, position = b"", "", 0
    for match in ENCODED_WORD.finditer(value):
        between = value[position : match.start()]
        name = match[1].decode("ascii", errors="replace").partition("*")[0].lower()
        # Words that follow each other are one text: a letter may be split between two of them.
        if between.strip() or name != charset:
            pieces.append(decoded(pending, charset))
            pieces.append(decoded(between, None) if between.strip() or not pending else "")
            pending = b""
        pending, charset, position = pending + _word(match[2], match[3]), name, match.end()
    pieces += [decoded(pending, charset), decoded(value[position:], None)]
    return " ".join(clean("".join(pieces)).split())


def _word(encoding: bytes, content: bytes) -> bytes:
    if encoding in b"bB":
        return decoded_base64(content)
    return ESCAPED_BYTE.sub(lambda match: bytes([int(match[1], 16)]), content.replace(b"_", b" "))


def decoded_base64(content: bytes) -> bytes:
    """Base64 as far as it can be read: missing padding is added, foreign characters are skipped."""
    try:
        return binascii.a2b_base64(content)
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
        kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
        return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def addresses(value: bytes) -> tuple[str, ...]:
    """Bare addresses of an address header, in order, at most 500.

    Display names and comments are dropped before anything is searched, so that an address inside a name is never taken for the
    sender's. An entry that does not hold exactly one well-formed address is skipped.
    """
    found: list[str] = []
    for entry in _plain(decoded(value, None)).replace(";", ",").split(","):
        inside = entry.rpartition("<")[2].partition(">")[0] if "<" in entry else entry
        address = inside.rpartition(":")[2].strip() if "<" not in entry else inside.strip()
        if _is_address(address):
            found.append(clean(address))
        if len(found) == ADDRESS_LIMIT:
            break
    return tuple(found)


def _is_address(text: str) -> bool:
    local, at, domain = text.partition("@")
    return bool(at and LOCAL_PART.fullmatch(local) and DOMAIN.fullmatch(domain))


def _plain(text: str) -> str:
    """An address header without quoted strings and comments, in one pass."""
    kept: list[str] = []
    depth, quoted, skip = 0, False, False
    for character in text:
        if skip:
            skip = False
        elif character == "\\":
            skip = True
        elif quoted or (character == '"' and not depth):
            quoted = character != '"' if quoted else True
        elif character in "()":
            depth = max(0, depth + (1 if character == "(" else -1))
        elif not depth:
            kept.append(character)
    return "".join(kept)


def aware_date(value: bytes) -> datetime | None:
    """The date with its offset (`-0000` and none count as UTC), or None when it cannot be read."""
    try:
        date = parsedate_to_datetime(value[:200].decode("ascii", errors="replace"))
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return date
