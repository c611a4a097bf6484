"""A mapping under changes: what it says, and that nothing below it moves."""

from hypothesis import given, settings
from hypothesis import strategies as st

from model.search.layered import Layered

KEYS = st.sampled_from("abcdef")


@settings(deadline=None)
@given(st.dictionaries(KEYS, st.integers()), st.lists(st.dictionaries(KEYS, st.none() | st.integers()), max_size=4))
def test_a_layered_mapping_is_the_dictionary_with_the_same_changes(start: dict[str, int], changes: list[dict[str, int | None]]) -> None:
    layered, plain, before = Layered(start), dict(start), dict(start)
    for change in changes:
        older, said = layered, dict(layered)
        layered = Layered.over(layered, change)
        plain = {key: value for key, value in {**plain, **change}.items() if value is not None}
        assert dict(older) == said
    assert dict(layered) == plain
    assert len(layered) == len(plain)
    assert start == before


def test_a_plain_mapping_gets_its_first_layer() -> None:
    assert dict(Layered.over({"a": 1, "b": 2}, {"a": None, "c": 3})) == {"b": 2, "c": 3}
