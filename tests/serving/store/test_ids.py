"""Identifiers sort by time and are recognised by their shape."""

from datetime import UTC, datetime, timedelta

from serving.store.ids import is_id, new_id

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_later_ids_sort_behind_earlier_ones() -> None:
    ids = [new_id("dec", NOW + timedelta(milliseconds=step)) for step in range(50)]
    assert ids == sorted(ids)


def test_ids_of_the_same_moment_differ() -> None:
    assert len({new_id("dec", NOW) for _ in range(1000)}) == 1000


def test_only_ids_of_the_kind_are_taken_for_ids() -> None:
    assert is_id(new_id("dec", NOW), "dec")
    assert not is_id(new_id("sug", NOW), "dec")
    assert not any(is_id(text, "dec") for text in ("", "dec_", "dec_1", "dec_" + "I" * 26, "dec_" + "0" * 26 + "\n", "dec_" + "\0" * 26))
