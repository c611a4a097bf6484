"""What a policy may hold, value by value: each function gives the checked value or one line that names the key and what is allowed."""

from collections.abc import Iterable, Mapping
from typing import Any

LONGEST_NAME = 200


class PolicyError(ValueError):
    """The policy cannot be used; the message names the file, the key and what is allowed."""


def table(key: str, value: Any) -> Mapping[str, Any]:
    """A table of names and values.

    Raises:
        PolicyError: it is something else; so do all functions of this module.
    """
    if not isinstance(value, Mapping):
        raise PolicyError(f"{key} must be a table of names and values, not {value!r}")
    return value


def names(key: str, value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise PolicyError(f"{key} must be a list of names, not {value!r}")
    return tuple(value)


def name(key: str, value: Any) -> str:
    """A text that is neither blank nor endless, on one line: it stands in reasons, logs and lists."""
    if not (isinstance(value, str) and value.strip() and value.isprintable() and len(value) <= LONGEST_NAME):
        raise PolicyError(f"{key} must be a name of at most {LONGEST_NAME} characters on one line, not {value!r}")
    return value


def flag(key: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise PolicyError(f"{key} must be true or false, not {value!r}")
    return value


def share(key: str, value: Any) -> float:
    """A number from 0 to 1."""
    if not _is_number(value) or not 0 <= value <= 1:
        raise PolicyError(f"{key} must be a number from 0 to 1, not {value!r}")
    return float(value)


def inner_share(key: str, value: Any) -> float:
    """A number above 0 and below 1: an error rate or a doubt that can be promised."""
    if not _is_number(value) or not 0 < value < 1:
        raise PolicyError(f"{key} must be a number above 0 and below 1, not {value!r}")
    return float(value)


def positive(key: str, value: Any, most: float) -> float:
    """A number above 0 and up to `most`."""
    if not _is_number(value) or not 0 < value <= most:
        raise PolicyError(f"{key} must be a number above 0 and up to {most}, not {value!r}")
    return float(value)


def whole(key: str, value: Any, least: int, most: int) -> int:
    """A whole number in a range."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise PolicyError(f"{key} must be a whole number from {least} to {most}, not {value!r}")
    return value


def only_known(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Nothing is given that is not known; `what` begins the message."""
    allowed = set(known)
    unknown = sorted({str(one) for one in given} - allowed)
    if unknown:
        raise PolicyError(f"{what} {', '.join(unknown)}; known: {', '.join(sorted(allowed))}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
