"""Identifiers that sort by time: `dec_` and 26 characters (48 bits of milliseconds, 80 random bits, Crockford base 32)."""

import re
import secrets
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SHAPE = re.compile(r"[a-z]{2,5}_[0-9A-HJKMNP-TV-Z]{26}")


def new_id(prefix: str, now: datetime) -> str:
    """A fresh identifier; ids of later milliseconds sort behind earlier ones."""
    number = int(now.timestamp() * 1000) << 80 | secrets.randbits(80)
    characters = (ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
    return f"{prefix}_{''.join(characters)}"


def is_id(value: str, prefix: str) -> bool:
    """True when the text has the shape of an identifier of this kind: anything else is never looked up."""
    return value.startswith(f"{prefix}_") and SHAPE.fullmatch(value) is not None
