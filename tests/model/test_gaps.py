"""Gaps: ranked by the work they make, independent of order, with nothing invented."""

from datetime import timedelta
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.gaps import Likeness, Unanswered, Why, find_gaps
from tests.factories import NOW

LIKENESS = Likeness(within_topic=0.5, without_topic=0.8)


def mail(number: int, direction: int = 0, topic: str | None = "delivery", **rest: Any) -> Unanswered:
    """A mail whose vector points into one of a few directions."""
    vector = np.eye(4, dtype=np.float32)[direction]
    text = f"Where is parcel number {direction} of mine?"
    return Unanswered(**{"id": f"m{number:03}", "text": text, "language": "en", "topic": topic, "vector": vector, "at": NOW, **rest})


def test_a_topic_without_any_answer_is_one_gap() -> None:
    mails = [mail(number, number % 3) for number in range(6)]
    (gap,) = find_gaps(mails, (), LIKENESS)
    assert (gap.topic, gap.volume) == ("delivery", 6)


def test_a_topic_with_answers_is_cut_by_what_is_asked() -> None:
    mails = [mail(number, int(number >= 4)) for number in range(7)]
    assert [(gap.topic, gap.volume) for gap in find_gaps(mails, {"delivery"}, LIKENESS)] == [("delivery", 4), ("delivery", 3)]


def test_handling_time_outweighs_volume() -> None:
    mails = [mail(number, 0, "billing", handling_minutes=2.0) for number in range(4)]
    mails += [mail(number + 10, 1, "returns", handling_minutes=20.0 if number else None) for number in range(3)]
    assert [(gap.topic, gap.minutes) for gap in find_gaps(mails, (), LIKENESS)] == [("returns", 60.0), ("billing", 8.0)]


def test_unmeasured_gaps_rank_with_the_usual_time() -> None:
    mails = [mail(number, 0, "billing", handling_minutes=5.0) for number in range(2)] + [
        mail(number + 10, 1, "returns") for number in range(3)
    ]
    assert [(gap.topic, gap.minutes) for gap in find_gaps(mails, (), LIKENESS)] == [("returns", None), ("billing", 10.0)]


def test_mails_without_a_topic_join_what_they_resemble() -> None:
    mails = [mail(number, 0) for number in range(2)] + [mail(10, 0, None), mail(11, 1, None), mail(12, 1, None, language="und")]
    first, second = find_gaps(mails, (), LIKENESS)
    assert (first.topic, first.volume) == ("delivery", 3)
    assert (second.topic, second.volume, second.languages) == (None, 2, ("en",))


def test_one_mail_is_no_gap() -> None:
    assert find_gaps([mail(1)], (), LIKENESS) == ()
    assert len(find_gaps([mail(1)], (), LIKENESS, min_volume=1)) == 1


def test_gives_at_most_as_many_as_wanted() -> None:
    mails = [mail(number, number % 4, f"topic-{number % 4}") for number in range(12)]
    assert len(find_gaps(mails, (), LIKENESS, limit=2)) == 2


def test_says_why_since_when_and_in_which_languages() -> None:
    mails = [
        mail(1, language="de", why=Why.REJECTED, at=NOW - timedelta(days=2)),
        mail(2, language="de", why=Why.REJECTED),
        mail(3, language="en", why=Why.NOVEL),
    ]
    (gap,) = find_gaps(mails, (), LIKENESS)
    assert gap.languages == ("de", "en")
    assert gap.why == ((Why.REJECTED, 2), (Why.NOVEL, 1))
    assert (gap.first_at, gap.last_at) == (NOW - timedelta(days=2), NOW)


def test_the_draft_is_what_an_agent_wrote() -> None:
    mails = [mail(1, reply="We deliver on Saturdays too."), mail(2), mail(3, reply="Also on Saturdays we deliver.")]
    (gap,) = find_gaps(mails, (), LIKENESS)
    assert gap.draft in {"We deliver on Saturdays too.", "Also on Saturdays we deliver."}
    assert find_gaps(mails[1:2] * 2, (), LIKENESS)[0].draft is None


def test_nothing_unanswered_is_no_gap() -> None:
    assert find_gaps([], {"delivery"}, LIKENESS) == ()


@given(st.permutations(range(10)))
def test_the_order_of_the_mails_does_not_matter(order: list[int]) -> None:
    mails = [mail(number, number % 3, [None, "billing", "returns"][number % 3]) for number in range(10)]
    assert find_gaps([mails[number] for number in order], {"billing"}, LIKENESS) == find_gaps(mails, {"billing"}, LIKENESS)
