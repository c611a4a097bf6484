"""A mail with what its caller knows about it, and the plain JSON from which both can be read again."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from data.mail import Mail, MailAttachment
from model.context import Arrival, Context, Customer, SelfService, Thread
from model.records import flat


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRequest:
    """What was asked: the mail, its context, and how the caller names it."""

    mail: Mail
    context: Context = Context()
    client_id: str | None = None
    source: str = "api"
    mailbox: str | None = None
    api_key_id: str | None = None

    def __post_init__(self) -> None:
        """Let the context say how the mail came in: rules and samples depend on it."""
        arrival = Arrival(source=self.source, mailbox=self.mailbox, client_id=self.client_id)
        object.__setattr__(self, "context", replace(self.context, arrival=arrival))

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to see: no subject, no text, no attachment."""
        return not (self.mail.subject.strip() or self.mail.body.strip() or self.mail.attachments)

    @property
    def message_ref(self) -> dict[str, Any]:
        """How a decision names the mail."""
        return {"source": self.source, "mailbox": self.mailbox, "message_id": self.mail.message_id, "id": self.client_id}


def mail_to_json(mail: Mail) -> dict[str, Any]:
    """All of a parsed mail; `text` is left out where it equals `body`."""
    value = flat(mail)
    value["date"] = mail.date.isoformat() if mail.date else None
    value["attachments"] = tuple(flat(file) for file in mail.attachments)
    if mail.text == mail.body:
        del value["text"]
    return value


def mail_from_json(value: dict[str, Any]) -> Mail:
    """The mail that `mail_to_json` wrote: equal in every field."""
    return Mail(
        subject=value["subject"],
        body=value["body"],
        text=value.get("text", value["body"]),
        sender=value["sender"],
        recipients=tuple(value["recipients"]),
        headers=tuple((name, text) for name, text in value["headers"]),
        message_id=value["message_id"],
        date=datetime.fromisoformat(value["date"]) if value["date"] else None,
        attachments=tuple(MailAttachment(**attachment) for attachment in value["attachments"]),
    )


def context_to_json(context: Context) -> dict[str, Any]:
    """The context as plain JSON, without the arrival: a request knows that itself."""
    return {
        "customer": flat(context.customer),
        "slots": context.slots,
        "self_service": flat(context.self_service),
        "thread": flat(context.thread),
    }


def context_from_json(value: dict[str, Any]) -> Context:
    """The context that `context_to_json` wrote; the request it is put into adds the arrival."""
    shown = value["self_service"]
    return Context(
        customer=Customer(**value["customer"]),
        slots=tuple((name, text) for name, text in value["slots"]),
        self_service=SelfService(queries=tuple(shown["queries"]), answers_shown=tuple(shown["answers_shown"])),
        thread=Thread(**value["thread"]),
    )
