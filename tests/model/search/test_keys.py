"""Which texts lead to an answer, also when it took the place of others."""

from dataclasses import replace

import pytest

from data.answer import Answer, BodyFormat, State, Variant
from model.search.keys import Families, keys_of
from tests.factories import make_answer


def told(families: Families, answer_id: str) -> list[tuple[str, str]]:
    """Kind and text of every key of an answer; none when it cannot be found."""
    family = families.family(answer_id)
    return [(key.kind, key.text) for key in family.keys] if family else []


def chain(*links: tuple[str, str | None]) -> list[Answer]:
    """Answers, each merged into the one that is named beside it."""
    return [make_answer(id=name, title="", body=f"body of {name}", merged_into=into) for name, into in links]


def test_slots_blocks_and_empty_texts_are_no_keys() -> None:
    answer = make_answer(title=" ", questions=("", "Where?"), body="Order {{order_number}} left. {{> closing}}")
    assert [(key.kind, key.text) for key in keys_of(answer)] == [("question", "Where?"), ("body", "Order  left. ")]


def test_a_body_of_html_is_read_as_its_text() -> None:
    variant = Variant(language="en", title="", body="<p>Print the <b>label</b>.</p><script>x()</script>", format=BodyFormat.HTML)
    assert [key.text for key in keys_of(make_answer(variants=(variant,)))] == ["Print the label."]


def test_what_was_merged_into_an_answer_leads_to_it_also_over_several_steps() -> None:
    families = Families.of(chain(("root", None), ("one", "root"), ("two", "one")))
    assert told(families, "root") == [("body", "body of root"), ("alias", "body of one"), ("alias", "body of two")]
    assert [families.root(name) for name in ("root", "one", "two")] == ["root"] * 3


def test_a_merged_answer_is_never_found_itself() -> None:
    families = Families.of(chain(("root", None), ("one", "root")))
    assert [family.answer.id for family in families.all()] == ["root"]
    assert families.family("one") is None


def test_an_alias_adds_no_text_that_is_a_key_already() -> None:
    same = [make_answer(id="root"), make_answer(id="copy", merged_into="root")]
    assert "alias" not in [kind for kind, _ in told(Families.of(same), "root")]


@pytest.mark.parametrize("state", [state for state in State if state is not State.ACTIVE])
def test_an_answer_that_is_not_active_takes_its_aliases_with_it(state: State) -> None:
    root, alias = chain(("root", None), ("one", "root"))
    assert list(Families.of([replace(root, state=state), alias]).all()) == []


@pytest.mark.parametrize("links", [[("a", "b"), ("b", "a")], [("a", "a")], [("a", "gone")]])
def test_a_circle_of_merges_and_one_into_nothing_lead_nowhere(links: list[tuple[str, str]]) -> None:
    families = Families.of(chain(*links))
    assert list(families.all()) == []
    assert families.root("a") is None


def test_an_unmerged_answer_takes_its_texts_along() -> None:
    root, one = chain(("root", None), ("one", "root"))
    later, touched = Families.of([root, one]).changed([replace(one, merged_into=None)], ())
    assert touched == {"root", "one"}
    assert (told(later, "root"), told(later, "one")) == ([("body", "body of root")], [("body", "body of one")])


def test_a_merge_of_an_answer_that_others_were_merged_into_moves_them_all() -> None:
    families = Families.of(chain(("new", None), ("root", None), ("one", "root")))
    later, touched = families.changed(chain(("root", "new")), ())
    assert touched == {"root", "new"}
    assert [text for _, text in told(later, "new")] == ["body of new", "body of root", "body of one"]


def test_the_base_before_a_change_stays_as_it_was() -> None:
    families = Families.of(chain(("root", None), ("one", "root")))
    families.changed([], ["one"])
    assert [text for _, text in told(families, "root")] == ["body of root", "body of one"]
