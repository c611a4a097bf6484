"""Bytes to text: the charset a mail names, when it can be believed, else the likeliest one. Never an error."""

import codecs

SAMPLE = 65_536
ALIASES = {
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "cp-850": "cp850",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
}
# An allow-list, because Python also has "codecs" that are no charsets (zip, hex, rot13, unicode_escape, utf-7, idna).
SINGLE_BYTE = frozenset(
    [f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)]
    + [f"cp125{digit}" for digit in range(9)]
    + ["cp437", "cp850", "cp852", "cp858", "cp866", "koi8-r", "koi8-u", "mac-roman", "mac-latin2", "tis-620"]
)
MULTI_BYTE = frozenset(
    ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949", "euc_kr", "iso2022_kr"]
)
# What text without a charset is searched among, and the letters that tell which one makes words of it. Statistical detectors
# confuse these code pages on texts as short as a mail ("aoŭt" for "août").
CANDIDATES = ("cp1252", "cp1250", "iso8859-2")
LETTERS = frozenset("áéíóúüñ¿¡ºªàâçèêëîïôûùœæäößąćęłńóśźż€’‘“”„–—…«»°§" + "ÁÉÍÓÚÜÑÀÂÇÈÊËÎÏÔÛÙŒÆÄÖĄĆĘŁŃŚŹŻ")


def decoded(raw: bytes, charset: str | None) -> str:
    """Text of `raw`.

    UTF-8 that is valid wins over any single-byte charset: text in such a charset is never valid UTF-8 by accident, while UTF-8
    under a wrong label is common. A charset that is unknown or does not fit is guessed from the bytes.
    """
    codec = _codec(charset)
    if codec in MULTI_BYTE:
        return raw.decode(codec, errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode(codec or _likeliest(raw), errors="replace")


def _codec(charset: str | None) -> str | None:
    """The Python name of an allowed charset other than UTF-8 and ASCII, or None."""
    name = (charset or "").strip().strip("\"'").lower()
    try:
        found = codecs.lookup(ALIASES.get(name, name)).name
    except (LookupError, ValueError):
        return None
    return found if found in SINGLE_BYTE or found in MULTI_BYTE else None


def _likeliest(raw: bytes) -> str:
    """The candidate under which most letters are such as the supported languages use; the first of equals."""
    foreign = raw[:SAMPLE].translate(None, bytes(range(128)))
    return max(CANDIDATES, key=lambda candidate: sum(letter in LETTERS for letter in foreign.decode(candidate, errors="replace")))
