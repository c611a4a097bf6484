"""Progress bars on long work, for people; silent for machines and tests."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

Advance = Callable[[int], None]


class Progress(Protocol):
    """Shows how far a task is."""

    def task(self, title: str, total: int) -> AbstractContextManager[Advance]:
        """A context that yields a function to call with the number of finished steps."""


class Silent:
    """No output at all."""

    @contextmanager
    def task(self, title: str, total: int) -> Iterator[Advance]:
        """Count in silence."""
        yield lambda steps: None


class Terminal:
    """One bar a task on standard error; only a line a task when that is no terminal."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr)

    @contextmanager
    def task(self, title: str, total: int) -> Iterator[Advance]:
        """Show a bar until the context ends."""
        columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=self._console) as bars:
            number = bars.add_task(title, total=total)
            yield lambda steps: bars.advance(number, steps)
