"""Each rule finds its fault, says what to do, and leaves a good answer alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.answer import Answer, AnswerAttachment, BodyFormat, State, Translation, Variant, load_answers
from data.language import LanguageDetector
from data.template import DECLARED_SLOTS
from model.lint import Finding, LintContext, Rule, Severity, lint
from tests.factories import make_answer
from tests.serving.engines import SEEDS

TODAY = date(2026, 11, 21)
DETECTOR = LanguageDetector(["es", "fr", "pl", "en", "de"])
PDF = AnswerAttachment(name="form.pdf", mime="application/pdf", size=10, sha256="a" * 64)
GOOD = "Hello,\n\nyour parcel {{order_number}} leaves our warehouse within two working days.\n\nKind regards\nYour team"


def known(**rest: Any) -> LintContext:
    """What a house declares; nothing is misspelt."""
    given: Mapping[str, Any] = {"misspelt": dict.fromkeys(("en", "de", "fr", "es", "pl"), frozenset())} | rest
    return LintContext(slots=DECLARED_SLOTS, detector=DETECTOR, today=TODAY, **given)


def found(body: str = GOOD, language: str = "en", context: LintContext | None = None, **variant: Any) -> list[Finding]:
    """What is found in an answer with this body."""
    variants = (Variant(**{"language": language, "title": "Delivery", "body": body, **variant}),)
    return list(lint(make_answer(variants=variants), context or known()))


def of_answer(context: LintContext | None = None, **rest: Any) -> list[Finding]:
    return list(lint(make_answer(body=GOOD, **rest), context or known()))


def rules(findings: list[Finding]) -> list[tuple[Rule, Severity]]:
    return [(finding.rule, finding.severity) for finding in findings]


def test_a_good_answer_is_left_alone() -> None:
    assert found() == []


def test_the_starter_answers_are_good() -> None:
    answers = load_answers(SEEDS / "answers")
    context = known(files=frozenset(file.sha256 for answer in answers for file in answer.attachments))
    assert [(answer.id, lint(answer, context)) for answer in answers if lint(answer, context)] == []


def test_every_finding_says_where_what_and_what_to_do() -> None:
    (finding,) = found("Hello,\n\nyour code is {{nonsense}}.")
    assert (finding.language, finding.place) == ("en", "body")
    assert "nonsense" in finding.text
    assert "declare" in finding.advice


@pytest.mark.parametrize(
    "body", ["Your {{nonsense}} is here.", "Your {{order_number is here.", "{{ self.__class__ }}", "Your {{> nothing}}"]
)
def test_finds_unknown_and_unbalanced_slots(body: str) -> None:
    assert (Rule.TEMPLATE, Severity.ERROR) in rules(found(body))


def test_knows_the_phrase_blocks_and_reads_their_text() -> None:
    context = known(blocks={"hello": {"en": "Hello,"}})
    assert found("{{> hello}}\n\nyour parcel is on its way.", context=context) == []
    assert rules(found("{{> hello}}\nDear customer,\nyour parcel is on its way.", context=context)) == [(Rule.GREETING, Severity.WARNING)]


def test_finds_a_block_without_a_text_in_the_language_of_the_variant() -> None:
    (finding,) = found("Hello,\n\n{{> sorry}}", context=known(blocks={"sorry": {"de": "Entschuldigung."}}))
    assert (finding.rule, finding.text) == (Rule.TEMPLATE, "{{> sorry}}")


def test_slots_are_filled_in_the_body_alone() -> None:
    findings = found(title="Order {{order_number}}", questions=("Where?", "Where is {{order_number}}?"))
    assert [(finding.rule, finding.place) for finding in findings] == [(Rule.TEMPLATE, "title"), (Rule.TEMPLATE, "question 2")]


def test_finds_dead_and_foreign_links() -> None:
    body = "Hello,\n\nsee https://shop.alvento.example/returns and https://elsewhere.example/x."
    assert found(body) == []
    context = known(own_hosts=frozenset(["alvento.example"]), link_is_alive=lambda link: "elsewhere" in link)
    findings = found(body, context=context)
    assert rules(findings) == [(Rule.LINK, Severity.ERROR), (Rule.LINK, Severity.WARNING)]
    assert [finding.text for finding in findings] == ["https://shop.alvento.example/returns", "https://elsewhere.example/x"]


def test_finds_links_in_markup() -> None:
    body = '<p>Hello,</p><p>see <a href="http://alvento.example">our page</a> for your parcel.</p>'
    assert rules(found(body, format=BodyFormat.HTML)) == [(Rule.LINK, Severity.WARNING)]


def test_finds_a_text_in_another_language() -> None:
    german = "Guten Tag,\n\nIhr Paket verlässt unser Lager innerhalb von zwei Werktagen und ist danach drei Tage unterwegs."
    findings = found(german)
    assert rules(findings) == [(Rule.LANGUAGE, Severity.ERROR)]
    assert "'de'" in findings[0].advice
    assert found(german, language="de") == []


def test_says_which_languages_it_cannot_tell() -> None:
    assert rules(found(language="it")) == [(Rule.LANGUAGE, Severity.NOTE), (Rule.SPELLING, Severity.NOTE)]


@pytest.mark.parametrize(
    ("greeting", "language"),
    [("Dear ,", "en"), ("Dear Mr. ,", "en"), ("Sehr geehrte ,", "de"), ("Estimada Sra. ,", "es"), ("Cher ,", "fr"), ("Drogi ,", "pl")],
)
def test_finds_a_greeting_without_its_name(greeting: str, language: str) -> None:
    assert (Rule.GREETING, Severity.ERROR) in rules(found(f"{greeting}\n\nok.", language=language))


@pytest.mark.parametrize(
    ("greeting", "language"),
    [
        ("Dear {{customer_name}},", "en"),
        ("Dear Sir,", "en"),
        ("Hello,", "en"),
        ("Sehr geehrte Damen und Herren,", "de"),
        ("Liebe Kundin, lieber Kunde,", "de"),
        ("Bonjour ,", "fr"),
        ("Chère Madame,", "fr"),
        ("Estimado cliente:", "es"),
        ("Szanowni Państwo,", "pl"),
        ("Szanowna Pani,", "pl"),
    ],
)
def test_leaves_whole_greetings_alone(greeting: str, language: str) -> None:
    assert found(f"{greeting}\n\nok.", language=language) == []


def test_finds_two_greetings() -> None:
    (finding,) = found("Hello,\n\nDear {{customer_name}},\n\nyour parcel is on its way.")
    assert (finding.rule, finding.text) == (Rule.GREETING, "Hello, / Dear …,")


def test_lists_misspelt_words_once() -> None:
    body = "Hello,\n\nyour parcle is on its way, your parcle and yuor {{order_number}}."
    (finding,) = found(body, context=known(misspelt={"en": frozenset(["parcle", "yuor"])}))
    assert (finding.rule, finding.text) == (Rule.SPELLING, "parcle, yuor")


def test_says_that_spelling_was_not_checked() -> None:
    (finding,) = found(context=known(misspelt={"de": frozenset()}))
    assert (finding.rule, finding.severity) == (Rule.SPELLING, Severity.NOTE)
    assert "not checked" in finding.advice


def test_finds_a_text_that_is_too_long() -> None:
    body = "Hello,\n\n" + "your parcel is on its way. " * 50
    assert rules(found(body)) == [(Rule.LENGTH, Severity.WARNING)]
    assert found(body, context=known(max_words={"en": 400})) == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Hello,\n\nwrite to anna.miller@post.example please.", "anna.miller@post.example"),
        ("Hello,\n\ncall us at +49 30 1234567 please.", "+49 30 1234567"),
        ("Hello,\n\npay to DE89 3704 0044 0532 0130 00 please.", "DE89 3704 0044 0532 0130 00"),
    ],
)
def test_finds_addresses_and_numbers_unless_they_are_the_houses_own(body: str, text: str) -> None:
    (finding,) = found(body)
    assert (finding.rule, finding.severity, finding.text) == (Rule.PERSONAL_DATA, Severity.ERROR, text)
    assert found(body, context=known(own_contacts=frozenset([text]))) == []


def test_finds_names_and_case_numbers() -> None:
    findings = found("Dear Mrs Miller,\n\nyour order ALV-5520917 is on its way.")
    assert {finding.text for finding in findings} == {"Miller", "ALV-5520917"}
    assert {(finding.rule, finding.severity) for finding in findings} == {(Rule.PERSONAL_DATA, Severity.WARNING)}


def test_finds_a_mentioned_file_that_is_not_there() -> None:
    body = "Hello,\n\nplease find the form attached."
    assert rules(found(body)) == [(Rule.ATTACHMENT, Severity.WARNING)]
    attached = make_answer(body=body, attachments=(PDF,))
    assert lint(attached, known(files=frozenset([PDF.sha256]))) == ()
    assert rules(list(lint(attached, known()))) == [(Rule.ATTACHMENT, Severity.ERROR)]


def test_a_customer_may_be_asked_to_attach_something() -> None:
    assert found("Hello,\n\nplease reply with the signed form attached.") == []


def test_finds_an_outdated_translation() -> None:
    assert rules(found(translation=Translation.OUTDATED)) == [(Rule.TRANSLATION, Severity.WARNING)]


def test_finds_answers_that_run_out() -> None:
    assert of_answer(valid_until=TODAY + timedelta(days=31)) == []
    assert rules(of_answer(valid_until=TODAY + timedelta(days=30))) == [(Rule.VALIDITY, Severity.WARNING)]
    assert rules(of_answer(valid_until=TODAY - timedelta(days=1))) == [(Rule.VALIDITY, Severity.ERROR)]
    assert of_answer(valid_until=TODAY - timedelta(days=1), state=State.EXPIRED) == []


@pytest.mark.parametrize("body", ["Hello,\n\nPLEASE READ THIS CAREFULLY first.", "Hello,\n\nthank you!! We will see."])
def test_finds_shouting(body: str) -> None:
    assert rules(found(body)) == [(Rule.SHOUTING, Severity.WARNING)]


def test_finds_variants_without_title_or_text() -> None:
    assert rules(found(title=" ")) == [(Rule.EMPTY_TEXT, Severity.ERROR)]
    assert rules(found("<p> </p>", format=BodyFormat.HTML)) == [(Rule.EMPTY_TEXT, Severity.ERROR)]


def test_errors_come_first() -> None:
    answer: Answer = make_answer(body="Hello,\n\nHello,\n\nthank you!! {{nonsense}}")
    severities = [finding.severity for finding in lint(answer, known())]
    assert severities == sorted(severities, key=list(Severity).index)
    assert severities[0] is Severity.ERROR


def test_a_hostile_text_costs_no_more_than_any_other() -> None:
    for piece in ("{{", "http://", "a@", "Dear ", "href='", "attached ", "+1 ", "<a "):
        answer = make_answer(body=piece * (30_000 // len(piece)))
        assert lint(replace(answer), known())


@given(st.text(max_size=300), st.sampled_from(list(BodyFormat)), st.sampled_from(["en", "fr", "xx"]))
def test_any_text_can_be_checked(body: str, format: BodyFormat, language: str) -> None:
    assert all(finding.advice for finding in found(body, language, format=format, title=body[:40]))
