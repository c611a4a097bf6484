"""Tests of serving.answers.harvest."""

import pytest

from data.mail import Mail
from data.parse import mail_from_fields
from serving.answers.harvest import harvested
from serving.answers.sources.reading import RowError

TEXT = "Dear Ms Schmidt,\n\nyou can send the lamp back within 30 days, and we refund 29,99 EUR.\n\nKind regards\nTom Becker\nShop"
AGENTS = ("@shop.example",)


def reply(text: str = TEXT, sender: str = "tom@shop.example", subject: str = "RE: [Case 1] Lamp", **headers: str) -> Mail:
    return mail_from_fields(subject=subject, body=text, sender=sender, headers=headers)


def test_keeps_what_the_answer_says_and_drops_who_it_was_said_to() -> None:
    row = harvested(reply(), AGENTS)
    assert row is not None
    assert row.columns["body"] == "you can send the lamp back within 30 days, and we refund 29,99 EUR."
    assert row.columns["title"] == "[Case 1] Lamp"
    assert row.remarks == ()


def test_masks_accounts_phones_and_customers_addresses_but_not_our_own() -> None:
    text = "We paid to DE89 3704 0044 0532 0130 00 and wrote to anna@example.com; call +34 600 111 222 or help@shop.example for more help."
    row = harvested(reply(text), AGENTS)
    assert row is not None
    assert row.columns["body"] == "We paid to <iban> and wrote to <email>; call <phone> or help@shop.example for more help."
    assert row.remarks == ("masked: 1 email, 1 iban, 1 phone; make slots of them or write what belongs there",)


@pytest.mark.parametrize(
    "mail",
    [
        reply(sender="anna@example.com"),
        reply(sender="tom@evilshop.example"),
        reply(subject="Our newsletter"),
        reply(**{"Auto-Submitted": "auto-replied"}),
    ],
)
def test_passes_over_mail_that_is_no_reply_of_an_agent(mail: Mail) -> None:
    assert harvested(mail, AGENTS) is None


def test_a_new_mail_that_names_an_earlier_one_is_a_reply() -> None:
    assert harvested(reply(subject="Lamp", **{"In-Reply-To": "<1@example.com>"}), ("TOM@shop.example",)) is not None


def test_refuses_a_reply_that_says_next_to_nothing() -> None:
    with pytest.raises(RowError, match="too short"):
        harvested(reply("Hello,\n\ndone.\n\nKind regards\nTom"), AGENTS)
