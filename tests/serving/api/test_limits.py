"""Budgets of calls."""

import pytest

from serving.api.limits import Budget
from serving.problems import ProblemError


def test_a_key_that_calls_too_often_is_told_when_to_come_back() -> None:
    now = 0.0
    budget = Budget(60, clock=lambda: now)
    for _ in range(10):
        budget.spend("a")
    with pytest.raises(ProblemError) as error:
        budget.spend("a")
    assert (error.value.kind.status, error.value.headers["Retry-After"]) == (429, "1")
    budget.spend("b")
    now = 1.0
    budget.spend("a")


def test_a_small_budget_still_allows_one_call() -> None:
    budget = Budget(1, clock=lambda: 0.0)
    budget.spend("a")
    with pytest.raises(ProblemError) as error:
        budget.spend("a")
    assert error.value.headers["Retry-After"] == "60"
