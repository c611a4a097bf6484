"""Budgets of a trial are spent as those of the store."""

from datetime import datetime, timedelta

import hypothesis.strategies as st
from hypothesis import given

from model.deciding.automatic import Budget
from serving.automatic.correspondents import Correspondent
from serving.what_if.budgets import Ledger
from tests.serving.conftest import NOW

BUDGET = Budget(hour=3, day=6, customer_day=2)
NAMES = st.sampled_from([None, "a", "b"])
PEOPLE = st.builds(lambda customer, sender: Correspondent(customer=customer, sender=sender, arrivals=()), NAMES, NAMES)


def _is_same(one: Correspondent, other: Correspondent) -> bool:
    if (one.customer, one.sender) == (None, None):
        return (other.customer, other.sender) == (None, None)
    named = one.customer is not None and one.customer == other.customer
    return named or (one.sender is not None and one.sender == other.sender)


@given(st.lists(st.tuples(st.integers(0, 500), PEOPLE), max_size=40))
def test_what_is_left_is_what_counting_all_replies_anew_gives(mails: list[tuple[int, Correspondent]]) -> None:
    ledger, now = Ledger(), NOW
    sent: list[tuple[datetime, Correspondent]] = []
    for minutes, who in mails:
        now += timedelta(minutes=minutes)
        day = [(at, one) for at, one in sent if at > now - timedelta(days=1)]
        hour = [at for at, _ in day if at > now - timedelta(hours=1)]
        same = [one for _, one in day if _is_same(who, one)]
        left = ledger.left(BUDGET, who, now)
        assert left == {"hour": max(0, 3 - len(hour)), "day": max(0, 6 - len(day)), "customer_day": max(0, 2 - len(same))}
        if min(left.values()):
            ledger.spend(who, now)
            sent.append((now, who))


def test_all_mails_that_name_nobody_are_of_one_customer() -> None:
    ledger, nobody = Ledger(), Correspondent(customer=None, sender=None, arrivals=())
    ledger.spend(nobody, NOW)
    assert ledger.left(BUDGET, nobody, NOW)["customer_day"] == 1
    assert ledger.left(BUDGET, Correspondent(customer=None, sender="a", arrivals=()), NOW)["customer_day"] == 2
