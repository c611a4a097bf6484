"""Processes that read and judge side by side. What comes out does not depend on their number; with one, all happens in this process."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Part = TypeVar("Part")
Outcome = TypeVar("Outcome")

# Below so many answers it takes longer to start processes than they save.
WORTH_IT = 10_000


class Crew:
    """A context in which functions of modules are called for parts of a large task.

    The processes are started afresh and import what they need (`spawn`): to fork a process that has threads may leave locks held for ever.
    So a program that searches a large base has to guard its main module with `if __name__ == "__main__"`.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn")) if workers > 1 else None

    @classmethod
    def fitting(cls, answers: int, workers: int | None) -> "Crew":
        """So many workers, by default one a processor for a large base and this process alone for a small one."""
        return cls(workers or (processors() if answers >= WORTH_IT else 1))

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def begin(self, work: Callable[[Part], Outcome], parts: Iterable[Part]) -> Iterator[Outcome]:
        """The outcomes in the order of the parts. Processes begin at once and hold few parts at a time; this one waits to be asked."""
        if self._pool is None:
            return map(work, parts)
        return _results(deque(self._pool.submit(work, part) for part in parts))


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _results(futures: "deque[Future[Outcome]]") -> Iterator[Outcome]:
    while futures:
        yield futures.popleft().result()
