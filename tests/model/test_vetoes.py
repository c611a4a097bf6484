"""Machine mail: every rule, in every spelling that a mail server lets through."""

import pytest

from data.mail import Mail
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
    assert {rule for rule, _, _ in RULES} - PARKING == {"R03", "R21", "R23"}
