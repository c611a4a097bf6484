"""The whole base under the rules, and what is said of it at the end."""

from datetime import date
from pathlib import Path

from data.answer import State
from model.lint import Rule
from serving.answers.linting import House, Linted, lint_answers, linted_to_json, make_context, summary
from tests.factories import make_answer

HOUSE = House(languages=("en", "de"), own_hosts=frozenset(["alvento.example"]))
TODAY = date(2026, 11, 21)
GOOD = make_answer(id="good", body="Hello,\n\nyour parcel is on its way.")
BAD = make_answer(id="bad", body="Dear ,\n\nyour {{nonsense}} is at http://elsewhere.example.")
GONE = (make_answer(id="old", body="Dear ,", state=State.ARCHIVED), make_answer(id="alias", body="Dear ,", merged_into="good"))


def linted(house: House = HOUSE) -> list[Linted]:
    answers = (GOOD, BAD, *GONE)
    return list(lint_answers(answers, make_context(house, answers, {}, (), today=TODAY)))


def test_checks_all_but_archived_and_merged_answers() -> None:
    assert [(one.answer_id, one.has_errors) for one in linted()] == [("good", False), ("bad", True)]


def test_sums_up_what_was_found_and_what_was_not_checked() -> None:
    assert summary(linted()) == {
        "answers": 2,
        "with_errors": 1,
        "by_rule": {"link": 2, "template": 1, "greeting": 1},
        "not_checked": ["spelling en"],
    }


def test_looks_words_up_once_for_all_answers(tmp_path: Path) -> None:
    program = tmp_path / "hunspell"
    program.write_text(f"#!/bin/sh\necho run >> {tmp_path}/runs\ngrep -x parcel\nexit 0\n", encoding="utf-8")
    program.chmod(0o755)
    found = linted(House(languages=("en", "de"), hunspell=program))
    assert [finding.text for one in found for finding in one.findings if finding.rule is Rule.SPELLING] == ["parcel"] * 2
    assert (tmp_path / "runs").read_text().split() == ["run", "run"]


def test_a_finding_is_plain_json() -> None:
    shown = linted_to_json(linted()[1])
    assert shown["answer"] == "bad"
    assert set(shown["findings"][0]) == {"rule", "severity", "language", "place", "text", "advice"}
