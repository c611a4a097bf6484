"""Budgets as a running service spends them, when every reply is released at the moment of its decision."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from model.deciding.automatic import Budget
from serving.automatic.correspondents import Correspondent
from serving.store.replies import DAY, HOUR

Name = tuple[str, str | None]


@dataclass(slots=True)
class Ledger:
    """Replies of the last day. Moments must come in order; what is a day old is forgotten."""

    _hour: deque[datetime] = field(default_factory=deque)
    _day: deque[tuple[datetime, int, frozenset[Name]]] = field(default_factory=deque)
    _of: dict[Name, set[int]] = field(default_factory=dict)
    _count: int = 0

    def left(self, budget: Budget, who: Correspondent, now: datetime) -> dict[str, int]:
        """What is left at a moment for a customer, by the names of `Budget`."""
        self._forget(now)
        same: set[int] = set().union(*(self._of.get(name, set()) for name in _names(who)))
        return {
            "hour": max(0, budget.hour - len(self._hour)),
            "day": max(0, budget.day - len(self._day)),
            "customer_day": max(0, budget.customer_day - len(same)),
        }

    def spend(self, who: Correspondent, now: datetime) -> None:
        """A reply goes out."""
        self._count += 1
        names = _names(who)
        self._hour.append(now)
        self._day.append((now, self._count, names))
        for name in names:
            self._of.setdefault(name, set()).add(self._count)

    def _forget(self, now: datetime) -> None:
        while self._hour and self._hour[0] <= now - HOUR:
            self._hour.popleft()
        while self._day and self._day[0][0] <= now - DAY:
            _, number, names = self._day.popleft()
            for name in names:
                self._of[name].discard(number)
                if not self._of[name]:
                    del self._of[name]


def _names(who: Correspondent) -> frozenset[Name]:
    """Two are one customer when they share a name; all mails that name nobody are of one customer."""
    named = {("customer", who.customer), ("sender", who.sender)}
    return frozenset(name for name in named if name[1] is not None) or frozenset([("nobody", None)])
