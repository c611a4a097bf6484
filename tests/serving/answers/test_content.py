"""What an answer may say."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from data.answer import Answer, AnswerAttachment, BodyFormat, Translation, Variant
from data.template import DECLARED_SLOTS
from serving.answers.content import TemplateError, checked_content
from tests.serving.answers.factories import make_answer

ENGLISH = Variant(language="en", title="Title", body="Body")


def _with(**change: Any) -> Answer:
    return make_answer(variants=(replace(ENGLISH, **change),))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (make_answer(variants=()), "1 to 50 variants"),
        (make_answer(variants=(ENGLISH, ENGLISH)), "each in a language of its own"),
        (
            make_answer(
                variants=tuple(Variant(language=code, title="t", body="b", translation=Translation.ORIGINAL) for code in ("en", "de"))
            ),
            "only one",
        ),
        (make_answer(topic="a\nb"), "topic: 1 to 200 printable"),
        (make_answer(owner=""), "owner: 1 to 200 printable"),
        (make_answer(valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)), "swap the dates"),
        (make_answer(attachments=(AnswerAttachment(name="../a", mime="text/plain", size=1, sha256="a" * 64),)), "without folders"),
        (_with(language="en,de"), "no language code"),
        (_with(title=" "), "the title needs 1 to 500"),
        (_with(body="x" * 50_001), "the body needs 1 to 50,000"),
        (_with(body="<script>alert(1)</script>", format=BodyFormat.HTML), "the body needs 1"),
        (_with(body="{{ self.__class__ }}"), "expressions are not read"),
        (_with(title="{{unknown}}"), "title: unknown slot 'unknown'"),
        (_with(body="{{order_number}} " * 51), "51 placeholders"),
        (_with(questions=("x" * 1001,)), "questions of at most"),
        (_with(questions=("a\ud800",)), "no database keeps"),
        (_with(body="a\0"), "no database keeps"),
        (_with(body="<b>" * 6000, format=BodyFormat.HTML), "paste it as plain text"),
    ],
)
def test_refuses_what_no_answer_may_hold(answer: Answer, said: str) -> None:
    with pytest.raises(TemplateError, match=said):
        checked_content(answer, DECLARED_SLOTS, ())


def test_harmless_html_stays_and_the_rest_is_taken_off() -> None:
    answer = checked_content(
        _with(body="<p onclick='x()'>Hi <b>{{customer_name}}</b></p> {{> bye}}", format=BodyFormat.HTML), DECLARED_SLOTS, ["bye"]
    )
    assert answer.variants[0].body == "<p>Hi <b>{{customer_name}}</b></p> {{> bye}}"


def test_many_faults_are_counted() -> None:
    answer = make_answer(variants=tuple(replace(ENGLISH, language=f"x{number}", title="") for number in range(9)))
    with pytest.raises(TemplateError, match="; and 4 more") as error:
        checked_content(answer, DECLARED_SLOTS, ())
    assert len(error.value.faults) == 9
