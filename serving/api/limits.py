"""How many calls a key may make: one budget for interactive calls, one for batches, counted in each worker process."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from serving.problems import TOO_MANY, ProblemError

KEYS_REMEMBERED = 10_000


class Budget:
    """A bucket of calls for each key, which fills up evenly. A full bucket holds ten seconds of calls, at least one."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_minute / 60
        self._size = max(1.0, per_minute / 6)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, key: str) -> None:
        """Take one call.

        Raises:
            ProblemError: none is left; Retry-After says when one will be.
        """
        now = self._clock()
        with self._lock:
            left, at = self._buckets.pop(key, (self._size, now))
            left = min(self._size, left + (now - at) * self._per_second)
            allowed = left >= 1
            self._buckets[key] = (left - 1 if allowed else left, now)
            if len(self._buckets) > KEYS_REMEMBERED:
                self._buckets.popitem(last=False)
        if not allowed:
            wait = math.ceil((1 - left) / self._per_second)
            raise ProblemError(TOO_MANY, f"this key may call again in {wait} s", headers={"Retry-After": str(wait)})
