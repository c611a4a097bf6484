"""Samples by hash: even, independent of each other, and the same for the same mail."""

import pytest
from scipy.stats import binomtest, kstest

from model.context import Arrival
from model.deciding.sampling import natural_key, position
from tests.factories import make_mail

KEYS = [natural_key(make_mail(message_id=f"<{number}@example.com>"), Arrival()) for number in range(20_000)]


@pytest.mark.parametrize("sample", ["holdout", "audit"])
def test_mails_fall_evenly(sample: str) -> None:
    places = [position(key, "pol@1", sample) for key in KEYS]
    assert float(kstest(places, "uniform").pvalue) > 0.001
    assert 0 <= min(places) <= max(places) < 1
    assert all(round(place, 6) == place for place in places)


@pytest.mark.parametrize("other", [("pol@1", "audit"), ("pol@2", "holdout")])
def test_samples_and_versions_do_not_depend_on_each_other(other: tuple[str, str]) -> None:
    first = {key for key in KEYS if position(key, "pol@1", "holdout") < 0.3}
    both = sum(position(key, *other) < 0.3 for key in first)
    assert float(binomtest(both, len(first), 0.3).pvalue) > 0.001


def test_a_mail_is_named_by_its_message_id_then_by_its_caller_then_by_its_content() -> None:
    known, called = make_mail(message_id="<1@example.com>"), Arrival(client_id="ticket-1")
    assert natural_key(known, called) == natural_key(make_mail(text="other", message_id="<1@example.com>"), Arrival(client_id="ticket-2"))
    assert natural_key(make_mail(), called) == natural_key(make_mail(text="other"), called)
    assert natural_key(make_mail(), Arrival()) == natural_key(make_mail(), Arrival())
    assert natural_key(make_mail(), Arrival()) != natural_key(make_mail(text="other"), Arrival())


def test_the_same_message_id_in_another_mailbox_or_source_is_another_mail() -> None:
    mail = make_mail(message_id="<1@example.com>")
    arrivals = [Arrival(), Arrival(mailbox="support"), Arrival(mailbox="sales"), Arrival(source="imap")]
    assert len({natural_key(mail, arrival) for arrival in arrivals}) == len(arrivals)
