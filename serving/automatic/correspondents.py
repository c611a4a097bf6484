"""Who writes, and what their mail answers: as hashes by which budgets and later mails are recognised."""

from dataclasses import dataclass

from data.mail import Mail
from serving.mail_request import MailRequest
from serving.store.arrivals import hashed

MOST_REFERENCES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondent:
    """A customer as far as a mail tells.

    customer: by the caller's own name. sender: by address. arrivals: what a later mail of the same conversation would carry too.
    """

    customer: str | None
    sender: str | None
    arrivals: tuple[str, ...]


def correspondent_of(request: MailRequest) -> Correspondent:
    """Who wrote this mail."""
    named = request.context.customer.external_id
    address = (request.mail.sender or "").strip().casefold()
    customer, sender = (hashed("customer", named) if named else None), (hashed("sender", address) if address else None)
    where = request.mailbox or ""
    people = tuple(hashed("mailbox", where, who) for who in (customer, sender) if who)
    return Correspondent(customer=customer, sender=sender, arrivals=(*people, *_messages(request.mail)))


def _messages(mail: Mail) -> tuple[str, ...]:
    """The mail itself, and those that it answers: who answers the same mail writes in between."""
    named = " ".join(value for name, value in mail.headers if name in ("in-reply-to", "references")).split()
    ids = dict.fromkeys([*([mail.message_id] if mail.message_id else []), *named[-MOST_REFERENCES:]])
    return tuple(hashed("message", message_id) for message_id in ids)
