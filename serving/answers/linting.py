"""The whole base, or one answer before it is saved, under the rules of `model.lint`."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from data.answer import Answer, State
from data.language import LanguageDetector
from data.template import DECLARED_SLOTS
from model.lint import Blocks, Finding, LintContext, Severity, lint
from serving.answers.spelling import misspelt_words, words_of_answers

UNCHECKED_STATES = frozenset([State.ARCHIVED])


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What an organisation says about itself: its slots, languages, hosts, contacts, words, and how long its answers may be."""

    languages: Sequence[str]
    slots: Collection[str] = DECLARED_SLOTS
    own_hosts: frozenset[str] | None = None
    own_contacts: frozenset[str] = frozenset()
    known_words: frozenset[str] = frozenset()
    max_words: Mapping[str, int] = field(default_factory=dict)
    hunspell: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """An answer with what was found, errors first."""

    answer_id: str
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """True when something should not reach a customer."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def make_context(house: House, answers: Sequence[Answer], blocks: Blocks, files: Collection[str], *, today: date) -> LintContext:
    """What these answers are checked against; all their words are looked up at once.

    Args:
        house: what the organisation says about itself.
        answers: those that will be checked.
        blocks: the approved texts of the phrase blocks, by name and language.
        files: sha256 of the stored files.
        today: the day that validity is measured from.

    Raises:
        SpellingError: Hunspell did not finish.
    """
    return LintContext(
        slots=house.slots,
        detector=LanguageDetector(house.languages),
        today=today,
        blocks=blocks,
        own_hosts=house.own_hosts,
        own_contacts=house.own_contacts,
        files=frozenset(files),
        max_words=house.max_words,
        misspelt=misspelt_words(words_of_answers(answers, blocks), house.known_words, house.hunspell),
    )


def lint_answers(answers: Sequence[Answer], known: LintContext) -> Iterator[Linted]:
    """Check answers one after the other; archived ones and those merged into another are left out."""
    for answer in answers:
        if answer.state not in UNCHECKED_STATES and answer.merged_into is None:
            yield Linted(answer_id=answer.id, findings=lint(answer, known))


def linted_to_json(linted: Linted) -> dict[str, Any]:
    """One answer as the API and `--json` give it."""
    return {"answer": linted.answer_id, "findings": [asdict(finding) for finding in linted.findings]}


def summary(base: Sequence[Linted]) -> dict[str, Any]:
    """How many answers have errors, and how often each rule spoke, notes apart."""
    spoken = [finding for linted in base for finding in linted.findings]
    return {
        "answers": len(base),
        "with_errors": sum(linted.has_errors for linted in base),
        "by_rule": dict(Counter(finding.rule.value for finding in spoken if finding.severity is not Severity.NOTE).most_common()),
        "not_checked": sorted({f"{finding.rule} {finding.language}" for finding in spoken if finding.severity is Severity.NOTE}),
    }
