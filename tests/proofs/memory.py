"""How much memory a process and its children hold together, looked at several times a second."""

import threading
from itertools import chain
from pathlib import Path

SAMPLED_EVERY = 0.1
GIGABYTE = 1024**3


class MemoryWatch:
    """A context in which the memory of a process is looked at; `gigabytes` is the most that it and its children held at one time."""

    def __init__(self, process: int, every: float = SAMPLED_EVERY) -> None:
        self.gigabytes = 0.0
        self._process, self._every = process, every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(self._every):
            held = sum(memory(number) for number in chain([self._process], _children(self._process)))
            self.gigabytes = max(self.gigabytes, held / GIGABYTE)


def memory(process: int) -> int:
    """Bytes of one process, pages that several share in equal parts; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _children(process: int) -> list[int]:
    try:
        direct = [int(number) for path in Path(f"/proc/{process}/task").glob("*/children") for number in path.read_text("ascii").split()]
    except OSError:
        return []
    return direct + [number for child in direct for number in _children(child)]
