"""A stored decision as the request that it answered, while its text is there."""

from serving.mail_request import MailRequest, context_from_json, mail_from_json
from serving.store.decisions import StoredDecision


def request_of(stored: StoredDecision) -> MailRequest | None:
    """The mail and its context as they came in; None when the text was purged."""
    if stored.mail is None or stored.context is None:
        return None
    return MailRequest(
        mail=mail_from_json(stored.mail),
        context=context_from_json(stored.context),
        client_id=stored.client_id,
        source=stored.source,
        mailbox=stored.mailbox,
    )
