"""What trying a policy out amounts to: counts by topic and in all, with an interval for what would be wrong, and what changes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from scipy.stats import binomtest

from model.deciding.circumstances import Versions
from model.decision import Action
from serving.what_if.trying import PURGED, UNREADABLE, Missed, Tried

CONFIDENCE = 0.95
MISSED_SHOWN = 20
THEN = "what was decided then"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Of the replies that would be sent: how many are wrong among those where somebody said, with the exact interval at 95 %.

    The interval speaks for all replies only as far as those where somebody said are like the others. None where nobody said anything.
    """

    right: int
    wrong: int
    unknown: int
    share: float | None
    low: float | None
    high: float | None

    @classmethod
    def of_counts(cls, right: int, wrong: int, unknown: int) -> "Wrong":
        """Clopper & Pearson 1934, two-sided: it holds for few and for none."""
        known = right + wrong
        if not known:
            return cls(right=0, wrong=0, unknown=unknown, share=None, low=None, high=None)
        interval = binomtest(wrong, known).proportion_ci(CONFIDENCE, method="exact")
        return cls(right=right, wrong=wrong, unknown=unknown, share=wrong / known, low=float(interval.low), high=float(interval.high))


@dataclass(slots=True)
class Tally:
    """Counts of mails by what would happen to them; `stopped` counts what kept the others from an automatic reply."""

    mails: int = 0
    actions: Counter[Action] = field(default_factory=Counter)
    held_out: int = 0
    audit: int = 0
    verdicts: Counter[bool | None] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)

    def add(self, tried: Tried) -> None:
        """Count one mail."""
        self.mails += 1
        self.actions[tried.action] += 1
        self.held_out += tried.held_out
        self.audit += tried.audit
        if tried.action is Action.AUTO_REPLY:
            self.verdicts[tried.is_right] += 1
        else:
            self.stopped[tried.stopped_by] += 1

    @property
    def wrong(self) -> Wrong:
        """What is known of the replies that would be sent."""
        return Wrong.of_counts(self.verdicts[True], self.verdicts[False], self.verdicts[None])

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; `stopped` with the most frequent first."""
        return {
            "mails": self.mails,
            **{action.value: self.actions[action] for action in Action},
            "held_out": self.held_out,
            "audit": self.audit,
            "wrong": asdict(self.wrong),
            "stopped": _by_frequency(self.stopped),
        }


@dataclass(slots=True, kw_only=True)
class Result:
    """All counts. compared_with: what `changed` is about. remarks: what a reader must know about the archive."""

    versions: Versions
    compared_with: str
    remarks: tuple[str, ...] = ()
    everything: Tally = field(default_factory=Tally)
    topics: dict[str | None, Tally] = field(default_factory=dict)
    changed: list[Tried] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)

    def add(self, one: Tried | Missed) -> None:
        """Count one mail."""
        if isinstance(one, Missed):
            self.missed.append(one)
            return
        self.everything.add(one)
        self.topics.setdefault(one.topic, Tally()).add(one)
        if one.before is not None and (one.before.action, one.before.queue) != (one.action.value, one.queue):
            self.changed.append(one)

    def by_size(self) -> list[tuple[str | None, Tally]]:
        """Topics, the largest first; None are the mails without one."""
        return sorted(self.topics.items(), key=lambda pair: (-pair[1].mails, pair[0] or ""))

    def moves(self, kind: str) -> list[dict[str, Any]]:
        """How many mails go from which `action` or `queue` to which, the most frequent first."""
        counts = Counter((old, new) for one in self.changed for old, new in [_moved(one)[kind]] if old != new)
        return [{"from": old, "to": new, "count": count} for (old, new), count in counts.most_common()]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        reasons = Counter(one.reason for one in self.missed)
        unreadable = [{"id": one.id, "detail": one.detail} for one in self.missed if one.detail]
        return {
            "versions": asdict(self.versions),
            "all": self.everything.to_json(),
            "topics": [{"topic": topic, **tally.to_json()} for topic, tally in self.by_size()],
            "missed": {PURGED: reasons[PURGED], UNREADABLE: reasons[UNREADABLE], "first": unreadable[:MISSED_SHOWN]},
            "changed": {
                "compared_with": self.compared_with,
                "count": len(self.changed),
                "actions": self.moves("action"),
                "queues": self.moves("queue"),
                "mails": [_change(one) for one in self.changed],
            },
            "remarks": list(self.remarks),
        }


def wrong_in_words(wrong: Wrong) -> tuple[str, str]:
    """So many of so many that somebody judged, and the interval; dashes where nobody did."""
    if wrong.low is None or wrong.high is None:
        return "–", "–"
    return f"{wrong.wrong:,} of {wrong.right + wrong.wrong:,}", f"{wrong.low:.1%} to {wrong.high:.1%}"


def missed_in_words(result: Result) -> list[str]:
    """How many mails could not be decided, and the first that cannot be read."""
    reasons = Counter(one.reason for one in result.missed)
    first = next((f", the first: {one.id}: {one.detail}" for one in result.missed if one.detail), "")
    return [f"{count:,} {reason}{first if reason != PURGED else ''}" for reason, count in sorted(reasons.items())]


def remarks_on(result: Result, *, undated: int = 0) -> tuple[str, ...]:
    """What a reader must know to take the counts for no more than they are."""
    remarks = []
    if undated:
        remarks.append(f"{undated:,} mails have no date and were decided as if they came now, one after the other")
    stopped = sum(count for name, count in result.everything.stopped.items() if name.startswith("budget_"))
    if stopped:
        remarks.append(f"{stopped:,} mails were stopped by a budget; without budgets they might be sent")
    if result.everything.wrong.unknown:
        remarks.append("the interval speaks for all replies only as far as the judged ones are like the others")
    return tuple(remarks)


def _moved(one: Tried) -> dict[str, tuple[str, str]]:
    before = one.before
    assert before is not None  # only mails with something to compare are kept
    return {"action": (before.action, one.action.value), "queue": (before.queue, one.queue)}


def _change(one: Tried) -> dict[str, Any]:
    moved = {name: {"from": old, "to": new} for name, (old, new) in _moved(one).items() if old != new}
    return {"id": one.id, "at": one.at.isoformat(), "topic": one.topic, "stopped_by": one.stopped_by or None, **moved}


def _by_frequency(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
