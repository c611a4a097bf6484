"""A large mapping that is never changed, with a few changes on top: the next version of it costs what the changes cost."""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Layered(Mapping[str, Value], Generic[Value]):
    """What `below` says where `above` is silent; None in `above` means that the key is gone."""

    __slots__ = ("_above", "_below", "_size")

    def __init__(self, below: Mapping[str, Value], above: Mapping[str, Value | None] | None = None) -> None:
        self._below = below
        self._above = dict(above or {})
        self._size = len(below) + sum((value is not None) - (key in below) for key, value in self._above.items())

    @classmethod
    def over(cls, mapping: Mapping[str, Value], changes: Mapping[str, Value | None]) -> "Layered[Value]":
        """A mapping after some changes; layers do not pile up, and the mapping stays as it is."""
        return mapping._changed(changes) if isinstance(mapping, Layered) else cls(mapping, changes)

    def _changed(self, changes: Mapping[str, Value | None]) -> "Layered[Value]":
        return Layered(self._below, {**self._above, **changes})

    def __getitem__(self, key: str) -> Value:
        if key not in self._above:
            return self._below[key]
        value = self._above[key]
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        yield from (key for key in self._below if key not in self._above)
        yield from (key for key, value in self._above.items() if value is not None)

    def __len__(self) -> int:
        return self._size
