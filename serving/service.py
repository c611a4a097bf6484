"""Everything that a running process shares, put together once by `serving.app` and handed to whoever needs it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from serving.bundles import Engines
from serving.metrics import Metrics
from serving.neighbours import Neighbours
from serving.settings import Settings
from serving.store.database import Database

T = TypeVar("T")
Clock = Callable[[], datetime]

# One thread reads while another waits for the disk. More only fight for the interpreter, unless the encoder gathers calls.
THREADS = 4
THREADS_WHEN_GATHERING = 64


def utc_now() -> datetime:
    """The clock of a running service."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Settings, database, models, numbers and clock of one process."""

    settings: Settings
    database: Database
    engines: Engines
    neighbours: Neighbours
    metrics: Metrics
    clock: Clock = utc_now
    batch_arrived: threading.Event = field(default_factory=threading.Event)
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(THREADS))

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run blocking work beside the event loop, with a bound on how much of it at once."""
        return await to_thread.run_sync(partial(work), limiter=self.limiter)
