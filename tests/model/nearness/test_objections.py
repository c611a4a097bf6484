"""What speaks against a union is found once, and told from either side."""

from model.nearness.distinct import Texts, read_text
from model.nearness.objections import NO_OBJECTION, Objection, Objector
from tests.model.near_texts import ORIGINALS, entry, wrapped

BODY = ORIGINALS["en"]
BODIES = (BODY, BODY.replace("30 days", "60 days"), wrapped(BODY, "en"))


def objector(memory: int = 100) -> Objector:
    return Objector(Texts(texts=[read_text(entry(str(number), body)) for number, body in enumerate(BODIES)]), memory)


def days(found: Objection) -> list[tuple[str, ...]]:
    return [tuple(value.text for value in pair if value) for pair in found.differing]


def test_an_objection_reads_the_same_from_both_sides() -> None:
    texts = objector()
    assert days(texts.objection(0, 1)) == [("30 day", "60 day")]
    assert days(texts.objection(1, 0)) == [("60 day", "30 day")]
    assert days(objector().objection(1, 0)) == [("60 day", "30 day")]
    assert texts.objection(2, 0) == NO_OBJECTION


def test_remembers_the_last_pairs_and_nothing_without_memory() -> None:
    texts = objector(memory=2)
    for left, right in ((0, 1), (1, 2), (0, 2)):
        texts.objection(left, right)
    assert texts.known(0, 1) is None
    assert days(texts.known(2, 1) or NO_OBJECTION) == [("30 day", "60 day")]
    assert texts.known(0, 2) == NO_OBJECTION
    forgetful = objector(memory=0)
    forgetful.objection(0, 1)
    assert forgetful.known(0, 1) is None


def test_takes_over_what_another_found() -> None:
    one, other = objector(), objector()
    found = one.objection(1, 0)
    other.take_over(one)
    assert other.known(1, 0) == found
    one.forget()
    assert one.known(1, 0) is None
