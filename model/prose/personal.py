"""Personal data that was left in a text written for everybody."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from data.redact import PATTERN, mask
from model.prose.reply_phrases import greeted_name, names_with_title

CERTAIN = frozenset(["email", "iban", "card", "phone"])
LEAST_DIGITS = 5
GREETING_LINES = 6
ADVICE = {
    "email": "an address of somebody: take it out, or add it to the own contacts",
    "iban": "an account number: take it out, or add it to the own contacts",
    "card": "a card number: take it out",
    "phone": "a phone number: take it out, or add it to the own contacts",
    "id": "this looks like the number of one case or customer: use a slot such as {{order_number}}",
    "greeting": "a customer is greeted by name: use {{customer_name}}, or a greeting that needs no name",
    "name": "this looks like the name of a person: take it out or use a slot",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Something personal: what it is, the text, and whether it is beyond doubt."""

    kind: str
    text: str

    @property
    def is_certain(self) -> bool:
        """True for what has the shape of an address or an account, false for what only looks like a name or number of one case."""
        return self.kind in CERTAIN

    @property
    def advice(self) -> str:
        """What to do about it."""
        return ADVICE[self.kind]


def personal_data(lines: Sequence[str], own: Collection[str]) -> tuple[Trace, ...]:
    """Addresses, phone, account and case numbers and names in the lines of a text, each once.

    Args:
        lines: the text, slots taken out.
        own: contacts that may stand in any answer; `@example.com` allows all addresses of a domain.
    """
    allowed = {_plain(contact) for contact in own}
    found = [trace for line in lines for trace in _numbers(line) if not _is_own(trace, allowed)]
    found += _names(lines)
    return tuple(dict.fromkeys(found))


def _numbers(line: str) -> Iterator[Trace]:
    for match in PATTERN.finditer(line):
        kind = str(match.lastgroup)
        if kind == "digits":
            kind = mask(match[0]).strip("<>")
        digits = sum(character.isdigit() for character in match[0])
        if kind in CERTAIN or (kind == "id" and digits >= LEAST_DIGITS):
            yield Trace(kind=kind, text=match[0])


def _names(lines: Sequence[str]) -> Iterator[Trace]:
    greeted = next((name for line in lines[:GREETING_LINES] if (name := greeted_name(line))), None)
    if greeted is not None:
        yield Trace(kind="greeting", text=greeted)
    for line in lines:
        for name in names_with_title(line):
            if greeted is None or greeted.split()[-1] not in name:
                yield Trace(kind="name", text=name)


def _is_own(trace: Trace, allowed: Collection[str]) -> bool:
    plain = _plain(trace.text)
    return plain in allowed or (trace.kind == "email" and f"@{plain.rpartition('@')[2]}" in allowed)


def _plain(contact: str) -> str:
    """Addresses in small letters; numbers without blanks, brackets and signs."""
    if "@" in contact:
        return contact.strip().lower()
    return re.sub(r"[^\w+]", "", contact).lower()
