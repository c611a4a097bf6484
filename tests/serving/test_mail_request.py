"""A request and its plain JSON: nothing is lost, and the context says how the mail came in."""

import json
from datetime import UTC, datetime

from data.mail import MailAttachment
from model.context import Arrival, Context, Customer, SelfService, Thread
from serving.mail_request import MailRequest, context_from_json, context_to_json, mail_from_json, mail_to_json
from tests.factories import make_mail

CONTEXT = Context(
    customer=Customer(external_id="C-17", verified=True),
    slots=(("order_number", "77"),),
    self_service=SelfService(queries=("parcel",), answers_shown=("tracking",)),
    thread=Thread(is_follow_up=True, auto_replies_sent=1),
)


def test_the_context_says_how_the_mail_came_in() -> None:
    request = MailRequest(mail=make_mail(), context=CONTEXT, client_id="ticket-1", source="imap", mailbox="support")
    assert request.context.arrival == Arrival(source="imap", mailbox="support", client_id="ticket-1")
    assert request.context.customer == CONTEXT.customer


def test_a_request_that_is_read_again_has_an_equal_context() -> None:
    request = MailRequest(mail=make_mail(), context=CONTEXT, client_id="ticket-1", mailbox="support")
    again = context_from_json(json.loads(json.dumps(context_to_json(request.context))))
    assert again == CONTEXT
    assert MailRequest(mail=request.mail, context=again, client_id="ticket-1", mailbox="support") == request


def test_a_context_from_before_the_arrival_was_known_can_be_read() -> None:
    assert "arrival" not in context_to_json(CONTEXT)
    assert context_from_json(context_to_json(CONTEXT)) == CONTEXT


def test_a_mail_that_is_read_again_is_equal() -> None:
    attachment = MailAttachment(name="a.pdf", mime="application/pdf", size=3, sha256="0" * 64)
    mail = make_mail(
        date=datetime(2026, 11, 21, tzinfo=UTC), attachments=(attachment,), headers=(("to", "a"),), recipients=("b@example.com",)
    )
    assert mail_from_json(json.loads(json.dumps(mail_to_json(mail)))) == mail
