"""Targets refuse what is no share."""

import pytest

from model.risk.target import RiskError, Target


@pytest.mark.parametrize("alpha", [1, 1.0, 0, -0.1, 2, True, "0.02", float("nan")])
def test_refuses_an_alpha_that_is_no_share_and_says_what_is_allowed(alpha: float) -> None:
    with pytest.raises(RiskError, match="alpha must be a share above 0 and below 1"):
        Target(alpha=alpha, delta=0.05)


def test_refuses_a_delta_of_one() -> None:
    with pytest.raises(RiskError, match="delta must be a share above 0 and below 1"):
        Target(alpha=0.02, delta=1.0)


def test_splits_delta_evenly_and_keeps_alpha() -> None:
    assert Target(alpha=0.02, delta=0.05).split(5) == Target(alpha=0.02, delta=0.01)


def test_comes_back_from_json() -> None:
    target = Target(alpha=0.02, delta=0.05)
    assert Target.from_json(target.to_json()) == target


def test_says_what_a_target_without_delta_lacks() -> None:
    with pytest.raises(RiskError, match="alpha and delta"):
        Target.from_json({"alpha": 0.02})
