"""What automatic replies really saved: what is known to be right, what is only silent, and how the hold-out fared."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import hypot
from typing import Any

from scipy.stats import binomtest
from sqlalchemy.orm import Session

from serving.store.decisions import count_decisions
from serving.store.outcomes import Outcome, outcomes_of
from serving.store.replies import Reply, ReplyState, replies_between

CONFIDENCE = 0.95
BAD = frozenset([Outcome.CAME_BACK, Outcome.COMPLAINED, Outcome.JUDGED_WRONG])
AGAIN = frozenset([Outcome.CAME_BACK, Outcome.COMPLAINED])
Said = Mapping[str, Mapping[Outcome, datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, with the Wilson interval of the share at 95 %; None where there is nothing to divide."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None

    @classmethod
    def of_counts(cls, count: int, of: int) -> "Share":
        """Wilson 1927, which stays inside 0 and 1 also for few and for none."""
        if of == 0:
            return cls(count=count, of=of, share=None, low=None, high=None)
        interval = binomtest(count, of).proportion_ci(CONFIDENCE, method="wilson")
        return cls(count=count, of=of, share=count / of, low=float(interval.low), high=float(interval.high))


def report(session: Session, start: datetime, end: datetime) -> dict[str, Any]:
    """The automatic replies that were reserved in a time, and the mails that the hold-out kept back."""
    replies = replies_between(session, start, end)
    said = outcomes_of(session, [reply.decision_id for reply in replies])
    sent = [reply for reply in replies if reply.state is ReplyState.SENT]
    held = [reply for reply in replies if reply.state is ReplyState.HELD_OUT]
    states = Counter(reply.state for reply in replies)
    return {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "decisions": count_decisions(session, start, end),
        "replies": {state.value: states[state] for state in ReplyState},
        "lapsed": dict(Counter((reply.reason or "").partition(":")[0] for reply in replies if reply.state is ReplyState.LAPSED)),
        "sent": _became(sent, said),
        "audit": _audit(replies, said),
        "holdout": _compared(sent, held, said),
        "topics": {topic: _became([reply for reply in sent if reply.topic == topic], said) for topic in sorted(_topics(sent))},
    }


def difference(one: Share, other: Share) -> dict[str, float] | None:
    """One share less the other, with the interval of Newcombe 1998 (his method 10) at 95 %; None where either has no cases."""
    if one.share is None or other.share is None or one.low is None or one.high is None or other.low is None or other.high is None:
        return None
    middle = one.share - other.share
    low = middle - hypot(one.share - one.low, other.high - other.share)
    high = middle + hypot(one.high - one.share, other.share - other.low)
    return {"difference": middle, "low": max(-1.0, low), "high": min(1.0, high)}


def _became(sent: Sequence[Reply], said: Said) -> dict[str, int]:
    """Of replies that were sent. Silence is no proof: what is saved lies between `confirmed_right` and `at_most`."""
    counts = Counter(outcome for reply in sent for outcome in said.get(reply.decision_id, {}))
    bad = sum(bool(BAD & said.get(reply.decision_id, {}).keys()) for reply in sent)
    silent = sum(not said.get(reply.decision_id, {}).keys() - {Outcome.SENT} for reply in sent)
    return {
        "count": len(sent),
        "confirmed_right": counts[Outcome.JUDGED_RIGHT],
        "judged_wrong": counts[Outcome.JUDGED_WRONG],
        "came_back": counts[Outcome.CAME_BACK],
        "complained": counts[Outcome.COMPLAINED],
        "silent": silent,
        "at_most": len(sent) - bad,
    }


def _audit(replies: Sequence[Reply], said: Said) -> dict[str, Any]:
    """Of the sample that was drawn by chance: the only share of wrong replies that speaks for all of them."""
    drawn = [reply for reply in replies if reply.audit and reply.state in (ReplyState.SENT, ReplyState.RELEASED, ReplyState.UNKNOWN)]
    wrong = sum(Outcome.JUDGED_WRONG in said.get(reply.decision_id, {}) for reply in drawn)
    right = sum(Outcome.JUDGED_RIGHT in said.get(reply.decision_id, {}) for reply in drawn)
    return {"drawn": len(drawn), "awaited": len(drawn) - wrong - right, "wrong": asdict(Share.of_counts(wrong, wrong + right))}


def _compared(sent: Sequence[Reply], held: Sequence[Reply], said: Said) -> dict[str, Any]:
    """How many customers wrote again or complained, after an automatic reply and after a person's to mails that qualified too."""
    automatic, people = _again(sent, said), _again(held, said)
    return {"automatic": asdict(automatic), "people": asdict(people), "automatic_less_people": difference(automatic, people)}


def _again(replies: Sequence[Reply], said: Said) -> Share:
    return Share.of_counts(sum(bool(AGAIN & said.get(reply.decision_id, {}).keys()) for reply in replies), len(replies))


def _topics(replies: Sequence[Reply]) -> set[str]:
    return {reply.topic for reply in replies if reply.topic}
