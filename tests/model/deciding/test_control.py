"""The state of the service that a decision rests on, as plain JSON and back."""

import json

import pytest

from model.deciding.automatic import Budget
from model.deciding.control import Control

FULL = Control(kill_switch=True, suspended=frozenset({"delivery", "all"}), budget_left={"hour": 3})


@pytest.mark.parametrize("control", [Control(), FULL])
def test_json_gives_an_equal_control_again(control: Control) -> None:
    assert Control.from_json(json.loads(json.dumps(control.to_json()))) == control


def test_suspended_groups_are_written_in_a_fixed_order() -> None:
    assert FULL.to_json()["suspended"] == ["all", "delivery"]


def test_nothing_recorded_means_nothing_counted_and_so_nothing_allowed() -> None:
    assert Control.from_json(None) == Control()
    assert Budget().left("hour", Control.from_json(None).budget_left) is None


@pytest.mark.parametrize(("counted", "left"), [({}, None), ({"hour": 7}, 7), ({"hour": 700}, 20), ({"hour": -1}, -1), ({"day": 7}, None)])
def test_no_more_is_left_than_the_policy_gives_and_what_nobody_counted_is_not_left(counted: dict[str, int], left: int | None) -> None:
    assert Budget().left("hour", counted) == left
