"""Intervals, against published examples and as properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.automatic.deflection import Share, difference


def test_the_intervals_are_those_of_newcombe() -> None:
    """Newcombe 1998, Statistics in Medicine 17:873, table II, method 10."""
    found = difference(Share.of_counts(56, 70), Share.of_counts(48, 80))
    assert found is not None
    assert (found["difference"], found["low"], found["high"]) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    one = Share.of_counts(81, 263)  # Newcombe 1998, 17:857, table I, method 3
    assert (one.low, one.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_nothing_of_nothing_has_no_share() -> None:
    empty = Share.of_counts(0, 0)
    assert (empty.share, empty.low, empty.high) == (None, None, None)
    assert difference(empty, Share.of_counts(1, 2)) is None


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_an_interval_holds_its_share_and_changes_sides_with_its_shares(a: int, m: int, b: int, n: int) -> None:
    one, other = Share.of_counts(min(a, m), m), Share.of_counts(min(b, n), n)
    there, back = difference(one, other), difference(other, one)
    assert there is not None
    assert back is not None
    assert -1 <= there["low"] <= there["difference"] + 1e-12
    assert there["difference"] - 1e-12 <= there["high"] <= 1
    assert (there["low"], there["high"]) == pytest.approx((-back["high"], -back["low"]))
