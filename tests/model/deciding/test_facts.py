"""What may stand in a slot that nobody reads before it goes out."""

import pytest

from model.deciding.facts import is_safe_fact, slot_faults
from model.understanding import SlotValue

BODY = "Hello {{customer_name}}, order {{order_number}}"


def faults(
    body: str = BODY,
    required: tuple[str, ...] = (),
    mail: dict[str, str] | None = None,
    context: dict[str, str] | None = None,
    allowed: tuple[str, ...] = (),
) -> list[str]:
    """Faults of a body, by default without any fact."""
    of_mail = [SlotValue(name=name, text=text, source="mail") for name, text in (mail or {}).items()]
    return list(slot_faults(body, required, of_mail, (context or {}).items(), allowed))


KNOWN = {"customer_name": "Ana García", "order_number": "77-1"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"context": KNOWN}, []),
        ({}, ["customer_name:missing", "order_number:missing"]),
        ({"context": {"customer_name": "Ana"}, "mail": {"order_number": "77"}}, ["order_number:only_in_mail"]),
        ({"context": {"customer_name": "Ana"}, "mail": {"order_number": "77"}, "allowed": ("order_number",)}, []),
        ({"context": {"customer_name": "Ana"}, "mail": {"order_number": "7" * 41}, "allowed": ("order_number",)}, ["order_number:unsafe"]),
        ({"mail": KNOWN, "allowed": ("customer_name", "order_number")}, ["customer_name:only_in_mail"]),
        ({"context": KNOWN | {"customer_name": "see http://evil.example"}}, ["customer_name:unsafe"]),
        ({"context": KNOWN | {"order_number": ""}, "mail": {"order_number": "77"}, "allowed": ("order_number",)}, ["order_number:unsafe"]),
        ({"body": "Hello", "required": ("order_number",)}, ["order_number:missing"]),
        ({"body": "Hello", "required": ("order_number",), "context": KNOWN}, []),
        ({"body": "Hello {{> greeting}}"}, ["template:unread"]),
        ({"body": "Hello {% if x %}"}, ["template:unread"]),
        ({"body": "Hello {{1 + 1}}"}, ["template:unread"]),
    ],
)
def test_each_fault_is_named_with_its_slot_and_without_its_value(given: dict[str, object], found: list[str]) -> None:
    assert faults(**given) == found  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["Ana", "Müller & Söhne", "12,50 €", "on its way, arrives on 3 May", "z o.o.", "3.5 kg", "x" * 200])
def test_plain_facts_are_safe(value: str) -> None:
    assert is_safe_fact(value)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "   ",
            "https://a.example",
            "www.a.example",
            "evil.com",
            "win at evil.shop/x",
            "ana@example.com",
            "<b>Ana</b>",
            "{{order_number}}",
        ),
        *("two\nlines", "a\x00b", "a\u202eb", "x" * 201),
    ],
)
def test_links_addresses_markup_and_long_texts_are_not(value: str) -> None:
    assert not is_safe_fact(value)
