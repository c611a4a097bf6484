"""Machine mail: every rule, in every spelling that a mail server lets through."""

import time

import pytest

from data.mail import Mail, MailAttachment
from data.parse import mail_from_bytes
from model.vetoes import PARKING, RULES, vetoes
from tests.factories import make_mail

SUPPRESS = "X-Auto-Response-Suppress"
ROBOTS = ["noreply", "No-Reply", "no_reply", "DO-NOT-REPLY", "donotreply", "MAILER-DAEMON", "postmaster", "bounce", "nicht-antworten"]


def fired(mail: Mail) -> set[str]:
    """Rules that fired."""
    return {veto.rule for veto in vetoes(mail) if veto.fired}


def raw(*lines: str, sender: str = "ana@example.com") -> Mail:
    """A mail that went through the parser, with these header lines."""
    head = "\r\n".join(["From: " + sender, "Subject: Hello", *lines])
    return mail_from_bytes(f"{head}\r\n\r\nWhere is my parcel?\r\n".encode())


CASES = [
    ("R01", "Return-Path: <>", "RETURN-PATH:   <MAILER-DAEMON>", ("Return-Path: <ana@example.com>", "Return-Path: <>")),
    (
        "R20",
        "Auto-Submitted: auto-replied",
        "AUTO-submitted:\r\n Auto-Generated; x=y",
        ("Auto-Submitted: no", "Auto-Submitted: auto-notified"),
    ),
    ("R21", "List-Id: <a.example>", "LIST-UNSUBSCRIBE: <mailto:x@example.com>", ("List-Id: ", "List-Id: <a.example>")),
    ("R22", "Precedence: bulk", "PRECEDENCE:  Auto_Reply", ("Precedence: first-class", "X-Precedence: JUNK")),
    ("R23", f"{SUPPRESS}: All", f"{SUPPRESS.upper()}: rn, oof", (f"{SUPPRESS}: None", f"{SUPPRESS}: DR")),
    ("R25", "X-Autoreply: yes", "x-AUTORESPOND: 1", ("X-Autoreply: no", "X-Autoreply: yes")),
    ("R02", "From: ben@example.com", "FROM:  Ben <ben@example.com>", ("From: ben@example.com", "From: ana@example.com")),
    ("R07", "Reply-To: ana@shop.test", "REPLY-to:\r\n Ana <ana@shop.test>", ("Reply-To: ana@example.com", "Reply-To: ana@shop.test")),
    ("R13", "X-Loop: no", "x-LOOP:", ("X-Loop: a", "X-MS-Exchange-Inbox-Rules-Loop: ana@example.com")),
    ("R24", "Content-Type: multipart/report; report-type=x", "CONTENT-TYPE:\r\n Multipart/Report", ("X-Failed-Recipients: a", "X-Note: b")),
    ("R26", "Feedback-ID: a:b", "FEEDBACK-id:", ("X-Campaign-ID: 1", "Feedback-ID: ")),
    ("R27", "X-Spam-Flag: YES", "X-SPAM-STATUS: Yes, score=9", ("X-Spam-Flag: no", "X-Spam-Flag: yes")),
    ("R31", "Content-Type: text/calendar; method=REQUEST", "content-TYPE: TEXT/Calendar", ("Content-Type: text/calendar", "X-Note: b")),
    ("R32", "Content-Type: multipart/encrypted", "CONTENT-type: application/PKCS7-mime", ("Content-Type: multipart/encrypted", "X: b")),
]


@pytest.mark.parametrize(("rule", "canonical", "mixed", "contradictory"), CASES)
def test_a_header_fires_in_each_spelling(rule: str, canonical: str, mixed: str, contradictory: tuple[str, str]) -> None:
    assert fired(raw(canonical)) == {rule}
    assert fired(raw(mixed)) == {rule}
    assert fired(raw(*contradictory)) == {rule}
    assert fired(raw(*reversed(contradictory))) == {rule}


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: no",
        "auto-submitted: NO",
        "Auto-Submitted: no; reason=none",
        "Auto-Submitted: no (a person wrote)",
        "X-Auto-Response-Suppress: None",
        "X-Auto-Response-Suppress: RN, NRN",
        "Precedence: first-class",
        "Return-Path: <ana@example.com>",
        "Subject-Note: Auto-Submitted: auto-replied",
        "Reply-To: Ana <a.garcia@EXAMPLE.com>",
        "X-Spam-Status: No, score=0.1",
        "Content-Type: text/plain; charset=utf-8",
        "Received: by a.example",
    ],
)
def test_a_harmless_header_fires_nothing(line: str) -> None:
    assert fired(raw(line)) == set()


@pytest.mark.parametrize("value", ["", "auto-generated", "unknown-token", "nope", "no-reply", "yes"])
def test_any_other_word_than_no_means_a_machine(value: str) -> None:
    assert fired(raw(f"Auto-Submitted: {value}")) == {"R20"}


@pytest.mark.parametrize(
    "local",
    [
        "noreply",
        "No-Reply",
        "no_reply",
        "DO-NOT-REPLY",
        "donotreply",
        "MAILER-DAEMON",
        "postmaster",
        "bounce",
        "bounces",
        "nicht-antworten",
    ],
)
def test_the_address_of_a_robot_fires(local: str) -> None:
    assert fired(raw(sender=f"Shop <{local}@example.com>")) == {"R03"}


@pytest.mark.parametrize("local", ["ana.noreply", "reply", "norbert", "postmaster.jones", "n.o.reply", "daemonic"])
def test_the_address_of_a_person_does_not(local: str) -> None:
    assert fired(raw(sender=f"{local}@example.com")) == set()


def test_a_mail_without_a_sender_or_headers_fires_nothing() -> None:
    assert fired(make_mail(sender=None)) == set()


def test_every_rule_is_recorded_once_and_in_order_with_a_value_that_is_short() -> None:
    recorded = vetoes(raw("Auto-Submitted: " + "x" * 1000))
    assert [veto.rule for veto in recorded] == [rule for rule, _, _ in RULES]
    assert [veto.value for veto in recorded if veto.fired] == ["x" * 200]
    assert not any(veto.value for veto in recorded if not veto.fired)


def test_mail_of_a_list_is_recorded_but_still_goes_to_people() -> None:
    assert {rule for rule, _, _ in RULES} - PARKING == {
        *("R02", "R03", "R06", "R07", "R13", "R21", "R23", "R24", "R26", "R27", "R30", "R31", "R32")
    }


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office: back on Monday",
        "AW: Abwesenheitsnotiz",
        "RE: AW: Automatische Antwort: Ihre Anfrage",
        "Respuesta automática: pedido",
        "RV: Fuera de la oficina",
        "Réponse automatique : commande",
        "TR: Absence du bureau",
        "ODP: Automatyczna odpowiedź",
        "Autoodpowiedź: zamówienie",
        "Re: Risposta automatica: ordine",
        "Resposta automática: encomenda",
        "Automatisch antwoord: bestelling",
        "Automatická odpověď: objednávka",
        "Automatiskt svar: order",
        "Undeliverable: your message",
        "Unzustellbar: Ihre Nachricht",
        "Mail delivery failed: returning message",
        "Réponse automatique",
    ],
)
def test_the_subject_of_a_robot_without_headers_fires(subject: str) -> None:
    assert fired(make_mail(subject=subject)) == {"R30"}


@pytest.mark.parametrize(
    "subject",
    [
        "Your out of office hours",
        "Leave request form",
        "Re: my order",
        "Where is my automatic reply umbrella?",
        "Re:",
        "",
        "On leaves and trees",
    ],
)
def test_the_subject_of_a_person_does_not(subject: str) -> None:
    assert fired(make_mail(subject=subject)) == set()


def test_many_recipients_or_hops_or_senders_in_one_header_fire() -> None:
    assert fired(make_mail(recipients=tuple(f"{number}@example.com" for number in range(11)))) == {"R06"}
    assert fired(make_mail(recipients=tuple(f"{number}@example.com" for number in range(10)))) == set()
    assert fired(make_mail(headers=(("received", "by a"),) * 51)) == {"R13"}
    assert fired(make_mail(headers=(("received", "by a"),) * 50)) == set()
    assert fired(make_mail(headers=(("from", "ana@example.com, ben@example.com"),))) == {"R02"}


def test_parts_that_a_person_has_to_open_fire() -> None:
    for mime, rule in (("message/delivery-status", "R24"), ("text/calendar", "R31"), ("application/pkcs7-mime", "R32")):
        attachment = MailAttachment(name="a", mime=mime, size=1, sha256="0" * 64)
        assert fired(make_mail(attachments=(attachment,))) == {rule}


@pytest.mark.parametrize("subject", ["re " * 200_000, "́" * 200_000, "out of " * 200_000])
def test_an_endless_subject_costs_no_time(subject: str) -> None:
    started = time.monotonic()
    vetoes(make_mail(subject=subject))
    assert time.monotonic() - started < 1.0
