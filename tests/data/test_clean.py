"""The newest text: what a customer wrote this time, in five languages and several programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clean import newest_text

NEW = "Where is my parcel?"


@pytest.mark.parametrize(
    "heading",
    [
        "On Tue, Mar 3, 2026 at 10:15 AM Shop <shop@example.com> wrote:",
        "On Tue, Mar 3, 2026 at 10:15 AM Shop\n<shop@example.com> wrote:",
        "El mar, 3 mar 2026 a las 10:15, Tienda (<shop@example.com>) escribió:",
        "Le mar. 3 mars 2026 à 10:15, Boutique <shop@example.com> a écrit :",
        "W dniu 3.03.2026 o 10:15, Sklep pisze:",
        "wt., 3 mar 2026 o 10:15 Sklep <shop@example.com> napisał(a):",
        "Am 03.03.2026 um 10:15 schrieb Laden:",
        "Am Di., 3. März 2026 um 10:15 Uhr schrieb Laden <\nshop@example.com>:",
        "2026-03-03 10:15 GMT+01:00 Shop <shop@example.com>:",
        "-----Original Message-----",
        "-----Mensaje original-----",
        "-----Message d’origine-----",
        "-----Wiadomość oryginalna-----",
        "-----Ursprüngliche Nachricht-----",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
        "From: Shop\nSent: Tuesday, 3 March 2026\nTo: Ana\nSubject: parcel",
        "________________________________\n*De:* Tienda\n*Enviado:* martes\n*Para:* Ana\n*Asunto:* paquete",
        "De : Boutique\nEnvoyé : mardi 3 mars 2026\nÀ : Ana\nObjet : colis",
        "Od: Sklep\nWysłano: wtorek, 3 marca 2026\nDo: Ana\nTemat: paczka",
        "Von: Laden\nGesendet: Dienstag, 3. März 2026\nAn: Ana\nBetreff: Paket",
    ],
)
@pytest.mark.parametrize("quote", ["It is on its way.", "> It is on its way."])
def test_cuts_the_quote_under_its_heading(heading: str, quote: str) -> None:
    assert newest_text(f"{NEW}\n\n{heading}\n\n{quote}\n") == NEW


def test_keeps_answers_written_between_the_quotes() -> None:
    body = "On 3 March 2026, Shop wrote:\n> Which order?\nNumber 12.\n> Since when?\nTuesday."
    assert newest_text(body) == "Number 12.\nTuesday."


@pytest.mark.parametrize(
    "sentence",
    [
        "My neighbour wrote:\nyour parcel is here",
        "From: what I have seen it is broken",
        "Order:\nTo: my mother\nthanks",
        "De: nada\nque te vaya bien",
        "I wrote to you on Monday: no answer",
        "This is a message about my data. Delete it, it is confidential.",
    ],
)
def test_keeps_sentences_that_only_look_like_a_heading(sentence: str) -> None:
    assert newest_text(sentence) == sentence


@pytest.mark.parametrize("mark", ["-- ", "--"])
def test_cuts_the_signature(mark: str) -> None:
    assert newest_text(f"{NEW}\n{mark}\nAna\nSales, Example Ltd") == NEW


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Get Outlook for Android<https://aka.example/x>",
        "Enviado desde mi iPhone",
        "Envoyé de mon iPhone",
        "Envoye depuis mon mobile Android",
        "Wysłane z iPhone’a",
        "Wysłano z telefonu Samsung Galaxy",
        "Von meinem iPhone gesendet",
        "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
    ],
)
def test_drops_the_line_of_the_phone(line: str) -> None:
    assert newest_text(f"{NEW}\n\n{line}") == NEW


@pytest.mark.parametrize(
    "legal",
    [
        "CONFIDENTIALITY NOTICE: for the recipient only.",
        "This e-mail and any attachments are confidential and intended solely for the addressee. If you received it in error, delete it.",
        "Este mensaje es confidencial y va dirigido a su destinatario. Si lo ha recibido por error, elimínelo de inmediato.",
        "Ce message est confidentiel et destiné à son destinataire. Si vous l'avez reçu par erreur, merci de le détruire sans délai.",
        "Niniejsza wiadomość jest poufna i przeznaczona wyłącznie dla adresata. Jeśli otrzymali ją Państwo omyłkowo, prosimy o usunięcie.",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Empfänger sind, löschen Sie diese Nachricht bitte.",
        "Sitz der Gesellschaft: Musterfeld, Amtsgericht Musterfeld HRB 00000",
    ],
)
def test_drops_the_disclaimer_but_never_the_whole_mail(legal: str) -> None:
    assert newest_text(f"{NEW}\n\n________________\n{legal}\n") == NEW
    assert newest_text(legal) == legal


def test_keeps_a_request_to_delete_personal_data() -> None:
    request = (
        "Hallo,\n\nich bitte Sie, alle meine personenbezogenen Daten zu löschen und die Löschung vertraulich zu behandeln. "
        "Als Empfänger der Werbung habe ich nie zugestimmt, das ist nach DSGVO nicht gestattet."
    )
    assert newest_text(request) == request


def test_cuts_contact_data_below_the_closing_formula() -> None:
    body = f"{NEW}\n\nBest regards\nAna Example\n\nExample Ltd | 1 High Street\nTel: 020 0000 000"
    assert newest_text(body) == f"{NEW}\n\nBest regards\nAna Example"


def test_keeps_an_order_number_below_the_closing_formula() -> None:
    body = f"{NEW}\n\nBest regards\n\nOrder 12345\nTel: 020 0000 000"
    assert newest_text(body) == body


def test_reads_the_forwarded_mail_when_nothing_else_was_written() -> None:
    body = "---------- Forwarded message ---------\nFrom: Ana <a@example.org>\nDate: Tue\nSubject: broken\nTo: Shop\n\nIt is broken.\n"
    assert newest_text(body) == "It is broken."
    assert newest_text("> all\n> quoted") == "all\nquoted"
    assert newest_text(">> twice\n>> quoted") == "twice\nquoted"


@pytest.mark.parametrize("body", ["", "\n\n", "   "])
def test_is_empty_for_a_blank_body(body: str) -> None:
    assert newest_text(body) == ""


LINES = st.sampled_from(
    [
        "",
        " ",
        "hello",
        "> quoted",
        ">",
        "-- ",
        "On 3 March 2026, X wrote:",
        "From: a",
        "Sent: b",
        "To: c",
        "Subject: d",
        "Sent from my iPhone",
    ]
    + ["-----Original Message-----", "____________", "Regards", "Tel. 1 | x", "Disclaimer", "schrieb:", "a:"]
)


@given(st.one_of(st.text(max_size=80), st.lists(LINES, max_size=14).map("\n".join)))
def test_never_loses_all_text_and_never_invents_any(body: str) -> None:
    newest = newest_text(body)
    assert bool(newest) or not any(character.isalnum() for character in body)
    assert set(newest.split()) <= {word.lstrip(">") for word in body.split()} | set(body.split())
