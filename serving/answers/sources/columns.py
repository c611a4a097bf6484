"""Which column of a file is which: our names, people's own names, and what is kept as extra."""

from collections.abc import Mapping, Sequence
from typing import Any

from serving.answers.sources.reading import ImportFileError

NAMES = (
    *("id", "title", "body", "language", "topic", "questions", "format", "translation", "state", "visibility", "data_class"),
    *("valid_from", "valid_until", "owner", "uses", "updated", "attachments", "variants"),
)


class Columns:
    """Sorts the values of a row under our names. Names of columns are compared without case."""

    def __init__(self, wanted: Mapping[str, str]) -> None:
        """Remember people's own names for our columns.

        Raises:
            ImportFileError: a name on our side that does not exist.
        """
        unknown = sorted(set(wanted) - set(NAMES))
        if unknown:
            raise ImportFileError(f"no column is called {unknown[0]!r}; there are: {', '.join(NAMES)}")
        self._mapped = dict(wanted)
        self._ours = {_folded(name): name for name in NAMES if name not in wanted} | {
            _folded(theirs): ours for ours, theirs in wanted.items()
        }

    def check(self, where: str, names: Sequence[str]) -> None:
        """Refuse a head without a body column, with a column twice, or without one that was mapped.

        Raises:
            ImportFileError: the head is refused; lists the columns found.
        """
        found = f"columns found: {', '.join(repr(name) for name in names[:50])}"
        folded = [_folded(name) for name in names]
        twice = sorted({name for name in folded if folded.count(name) > 1}) if len(set(folded)) < len(folded) else []
        if twice:
            raise ImportFileError(f"{where}: columns named twice: {', '.join(repr(name) for name in twice[:10])}")
        for ours, theirs in self._mapped.items():
            if _folded(theirs) not in folded:
                raise ImportFileError(f"{where}: no column {theirs!r} for {ours}; {found}")
        if not any(self._ours.get(name) == "body" for name in folded):
            raise ImportFileError(f"{where}: no column body; name yours with --map body=COLUMN; {found}")

    def sorted(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values under our names, and the others under theirs."""
        ours: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, value in values.items():
            known = self._ours.get(_folded(name))
            if known is None:
                extra[name.strip()] = value
            else:
                ours[known] = value
        return ours, extra


def _folded(name: str) -> str:
    return "_".join(name.casefold().split())
