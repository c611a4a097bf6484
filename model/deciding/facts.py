"""Which facts may stand in a reply that nobody reads before it goes out: short, plain, and from where the policy allows."""

import re
from collections.abc import Collection, Iterable, Iterator

from data.template import BRACES, slot_names
from model.slots import CUES, FORBIDDEN, is_safe_value
from model.understanding import SlotValue

MAX_FACT = 200
# `shop.example` becomes a link in many mail programs, whoever wrote it into the field for the name.
LINKED = re.compile(r"\w\.[^\W\d_]{2}")


def slot_faults(
    body: str, required: Iterable[str], of_mail: Iterable[SlotValue], of_context: Iterable[tuple[str, str]], from_mail: Collection[str]
) -> Iterator[str]:
    """What keeps the slots of a body from being filled automatically, as `name:fault`, without their values.

    The caller's value comes before that of the mail, also where it is unsafe. From the mail come only slots with a closed pattern that
    the policy names (`from_mail`). `required` are needed whether the body has them or not.
    """
    context = dict(of_context)
    mail = {slot.name: slot.text for slot in of_mail if slot.source == "mail"}
    for name in dict.fromkeys((*slot_names(body), *required)):
        fault = _fault(name, context.get(name), mail.get(name), from_mail)
        if fault:
            yield f"{name}:{fault}"
    if any(not slot_names(mark) for mark in BRACES.findall(body)):
        yield "template:unread"


def is_safe_fact(value: str) -> bool:
    """At most 200 characters on one line, without markup, address, link, or a name that mail programs make a link of."""
    is_plain = bool(value.strip()) and len(value) <= MAX_FACT and value.isprintable()
    return is_plain and not FORBIDDEN.search(value) and not LINKED.search(value)


def _fault(name: str, asserted: str | None, written: str | None, from_mail: Collection[str]) -> str:
    if asserted is not None:
        return "" if is_safe_fact(asserted) else "unsafe"
    if written is None:
        return "missing"
    if name not in from_mail or name not in CUES:
        return "only_in_mail"
    return "" if is_safe_value(written) else "unsafe"
