"""The automatic part of a policy: cautious by default, and one line for each fault."""

import json
from typing import Any

import pytest

from data.answer import DataClass
from model.deciding.automatic import Automatic, Budget
from model.policy import PolicyError
from tests.factories import make_taxonomy

TAXONOMY = make_taxonomy()


def test_nothing_said_is_the_cautious_default() -> None:
    automatic = Automatic.from_json({}, TAXONOMY)
    assert automatic == Automatic()
    assert automatic.data_classes == (DataClass.PUBLIC,)
    assert (automatic.mail_attachments, automatic.slots_from_mail, automatic.budget.customer_day) == (False, (), 1)


@pytest.mark.parametrize(
    ("urgencies", "allowed"),
    [
        (("low", "normal", "high", "critical"), ("low", "normal")),
        (("calm", "now"), ("calm",)),
        (("very_low", "low", "medium", "high", "critical"), ("very_low", "low")),
    ],
)
def test_by_default_the_lower_half_of_the_urgencies_may_be_automatic(urgencies: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    assert Automatic().allowed_urgencies(make_taxonomy(urgencies=urgencies)) == allowed


@pytest.mark.parametrize(
    "automatic",
    [
        Automatic(),
        Automatic(
            alpha=0.01,
            delta=0.1,
            urgencies=("low", "unknown"),
            data_classes=(DataClass.PUBLIC, DataClass.ACCOUNT),
            verified_only=True,
            mail_attachments=True,
            slots_from_mail=("order_number",),
            audit_share=1.0,
            holdout_share=0.0,
            least_exchangeability=0.05,
            most_age_hours=4,
            budget=Budget(hour=0, day=9, customer_day=2),
        ),
    ],
)
def test_json_gives_an_equal_value_again(automatic: Automatic) -> None:
    assert Automatic.from_json(json.loads(json.dumps(automatic.to_json())), TAXONOMY) == automatic


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (5, "automatic must be a table of names and values, not 5"),
        ({"alfa": 0.1}, "automatic: unknown key alfa; known: alpha, .*"),
        ({"alpha": 1}, "automatic.alpha must be a number above 0 and below 1, not 1"),
        ({"alpha": 0}, "automatic.alpha must be a number above 0 and below 1, not 0"),
        ({"delta": 1.5}, "automatic.delta must be a number above 0 and below 1, not 1.5"),
        ({"delta": True}, "automatic.delta must be a number above 0 and below 1, not True"),
        ({"audit_share": 1.1}, "automatic.audit_share must be a number from 0 to 1, not 1.1"),
        ({"holdout_share": float("nan")}, "automatic.holdout_share must be a number from 0 to 1, not nan"),
        ({"least_exchangeability": "x"}, "automatic.least_exchangeability must be a number from 0 to 1, not 'x'"),
        ({"most_age_hours": 0}, "automatic.most_age_hours must be a number above 0 and up to 8784, not 0"),
        ({"urgencies": ["panic"]}, "automatic.urgencies: unknown urgency panic; known: .*unknown"),
        ({"urgencies": "low"}, "automatic.urgencies must be a list of names, not 'low'"),
        ({"data_classes": ["secret"]}, "automatic.data_classes: unknown data class secret; known: account, personal, public"),
        ({"verified_only": 1}, "automatic.verified_only must be true or false, not 1"),
        ({"mail_attachments": "no"}, "automatic.mail_attachments must be true or false, not 'no'"),
        (
            {"slots_from_mail": ["customer_name"]},
            "automatic.slots_from_mail: slot without a closed pattern customer_name; known: .*order_number",
        ),
        ({"budget": 5}, "automatic.budget must be a table"),
        ({"budget": {"minute": 1}}, "automatic.budget: unknown key minute; known: customer_day, day, hour"),
        ({"budget": {"hour": -1}}, "automatic.budget.hour must be a whole number from 0 to 1000000, not -1"),
        ({"budget": {"hour": 2.5}}, "automatic.budget.hour must be a whole number"),
        ({"budget": {"hour": 300}}, "automatic.budget: day must be at least hour and customer_day, not 200"),
    ],
)
def test_a_fault_is_one_line_that_names_the_key(given: Any, says: str) -> None:
    with pytest.raises(PolicyError, match=f"^{says}") as raised:
        Automatic.from_json(given, TAXONOMY)
    assert "\n" not in str(raised.value)
