"""Characters that a reader cannot see, or that a database cannot store, taken out of a text."""

import re
import unicodedata
from typing import Literal

# Zero-width space, joiner of words, byte order mark, soft hyphen, directional controls, and the "tag" letters that can carry
# a hidden ASCII text. The zero-width (non-)joiners stay: emoji and several scripts need them.
INVISIBLE = [0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, *range(0xE0000, 0xE0080)]
LINE_BREAKS = (0x0B, 0x0C, 0x85, 0x2028, 0x2029)
CONTROLS = [code for code in [*range(0x20), *range(0x7F, 0xA0)] if code not in (0x09, 0x0A)]
PIECE = re.compile(r"[^\n]{1,512}\n?|\n")
TABLE: dict[int, str | None] = {
    **dict.fromkeys(CONTROLS),
    **dict.fromkeys(INVISIBLE),
    **dict.fromkeys(LINE_BREAKS, "\n"),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


def clean(text: str) -> str:
    """`text` in Unicode NFC with plain line breaks, without control, directional and invisible characters."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(TABLE)
    return text if text.isascii() else normal_form("NFC", text)


def normal_form(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Unicode normal form in linear time: piece by piece, because sorting one endless run of accents takes quadratic time."""
    return "".join(unicodedata.normalize(form, piece) for piece in PIECE.findall(text))
