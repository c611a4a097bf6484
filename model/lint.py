"""What is wrong with an answer's text: a table of small rules, each of which says what to do."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from html import escape

from data.answer import Answer, BodyFormat, State, Translation, Variant
from data.language import UNDETERMINED, LanguageDetector
from data.markup import visible_text
from data.template import BLOCK, SLOT, block_names, template_faults, with_blocks
from model.prose.links import LinkFault, faults_of_links
from model.prose.personal import personal_data
from model.prose.reply_phrases import SLOT_MARK, is_greeting_line, lacks_its_name, speaks_of_attachment
from model.prose.words import checked_words

Blocks = Mapping[str, Mapping[str, str]]
"""Texts of phrase blocks, by name and language."""

MAX_WORDS = 250
SOON = timedelta(days=30)
GREETING_LINES = 6
SHOWN = 80
SHOWN_WORDS = 8
# Short texts and those of two languages are told apart too badly to complain about.
LEAST_LETTERS = 60
LEAST_PROBABILITY = 0.8
LOUD_WORDS = 3
LOUD_LETTERS = 4


class Severity(StrEnum):
    """An error should not reach a customer, a warning deserves a look, a note says what was not checked."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Rule(StrEnum):
    """What can be found."""

    EMPTY_TEXT = "empty_text"
    TEMPLATE = "template"
    LINK = "link"
    LANGUAGE = "language"
    GREETING = "greeting"
    SPELLING = "spelling"
    LENGTH = "length"
    PERSONAL_DATA = "personal_data"
    ATTACHMENT = "attachment"
    TRANSLATION = "translation"
    VALIDITY = "validity"
    SHOUTING = "shouting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to mend. `text` is what was found, `place` where (`title`, `body`, `question 2`, `answer`), `advice` what to do."""

    rule: Rule
    severity: Severity
    language: str | None
    place: str
    text: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LintContext:
    """What an organisation has declared and stored, against which its answers are checked.

    slots: declared slots. blocks: the texts of the phrase blocks, by name and language.
    own_hosts: hosts of the organisation; a link to their subdomains is its own too. None: links are not compared with it.
    own_contacts: addresses, phone numbers and account numbers that may stand in answers; `@example.com` allows a whole domain.
    files: sha256 of the stored files.
    max_words: most words by language, 250 where none is given.
    misspelt: for each language with a dictionary the words that it does not know; a language that is absent was not checked.
    link_is_alive: asks the network, where that is wanted; None from it means that it could not tell.
    """

    slots: Collection[str]
    detector: LanguageDetector
    today: date
    blocks: Blocks = field(default_factory=dict)
    own_hosts: frozenset[str] | None = None
    own_contacts: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    max_words: Mapping[str, int] = field(default_factory=dict)
    misspelt: Mapping[str, frozenset[str]] = field(default_factory=dict)
    link_is_alive: Callable[[str], bool | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A variant as a customer would read it: phrase blocks put in, markup off. Slots still stand in `text`."""

    variant: Variant
    source: str
    text: str

    @classmethod
    def of(cls, variant: Variant, blocks: Blocks) -> "Page":
        """Put the blocks in and take the markup off."""
        is_html = variant.format is BodyFormat.HTML
        texts = {name: by_language[variant.language] for name, by_language in blocks.items() if variant.language in by_language}
        source = with_blocks(variant.body, {name: escape(text) if is_html else text for name, text in texts.items()})
        return cls(variant=variant, source=source, text=visible_text(source) if is_html else source)

    @property
    def lines(self) -> list[str]:
        """The lines with text, a mark for each slot."""
        marked = BLOCK.sub(SLOT_MARK, SLOT.sub(SLOT_MARK, self.text))
        return [line.strip() for line in marked.split("\n") if line.strip()]

    def finding(self, rule: Rule, severity: Severity, text: str, advice: str, *, place: str = "body") -> Finding:
        """Something to mend in this variant."""
        return Finding(rule=rule, severity=severity, language=self.variant.language, place=place, text=_shown(text), advice=advice)

    @property
    def prose(self) -> str:
        """The text without slots."""
        return BLOCK.sub(" ", SLOT.sub(" ", self.text))


def lint(answer: Answer, known: LintContext) -> tuple[Finding, ...]:
    """Everything that the rules find in an answer, errors first; rules of the answer as a whole before those of its variants."""
    found = [finding for rule in ANSWER_RULES for finding in rule(answer, known)]
    for variant in answer.variants:
        page = Page.of(variant, known.blocks)
        found.extend(finding for rule in TEXT_RULES for finding in rule(page, known))
    return tuple(sorted(found, key=lambda finding: list(Severity).index(finding.severity)))


def check_validity(answer: Answer, known: LintContext) -> Iterator[Finding]:
    """An active answer whose last day is past or near."""
    if answer.state is not State.ACTIVE or answer.valid_until is None:
        return
    last = answer.valid_until
    if last < known.today:
        advice = "it has run out and is not given any more: extend it or archive it"
        yield _of_answer(Rule.VALIDITY, Severity.ERROR, last.isoformat(), advice)
    elif last - known.today <= SOON:
        advice = f"it runs out in {(last - known.today).days} days: extend it or write its successor"
        yield _of_answer(Rule.VALIDITY, Severity.WARNING, last.isoformat(), advice)


def check_files(answer: Answer, known: LintContext) -> Iterator[Finding]:
    """Files that are not stored: the answer cannot be sent."""
    for attachment in answer.attachments:
        if attachment.sha256 not in known.files:
            advice = "the file is not stored, so nothing can be sent: upload it again"
            yield _of_answer(Rule.ATTACHMENT, Severity.ERROR, attachment.name, advice)


def check_mentioned_files(answer: Answer, known: LintContext) -> Iterator[Finding]:
    """A text that speaks of an attachment when there is none."""
    for page in [] if answer.attachments else [Page.of(variant, known.blocks) for variant in answer.variants]:
        line = next((line for line in page.lines for part in line.split(". ") if speaks_of_attachment(part)), None)
        if line is not None:
            advice = "the text speaks of an attachment and there is none: attach the file or change the sentence"
            yield page.finding(Rule.ATTACHMENT, Severity.WARNING, line, advice)


def check_emptiness(page: Page, known: LintContext) -> Iterator[Finding]:
    """A variant without a title or without a text."""
    if not page.variant.title.strip():
        yield page.finding(Rule.EMPTY_TEXT, Severity.ERROR, "", "it has no title: nobody can tell what it answers", place="title")
    if not any(character.isalnum() for character in page.text):
        yield page.finding(Rule.EMPTY_TEXT, Severity.ERROR, "", "it has no text: write it or delete the variant")


def check_template(page: Page, known: LintContext) -> Iterator[Finding]:
    """Slots and blocks that nobody declared, expressions, single braces; anything in braces outside the body."""
    variant = page.variant
    for fault in template_faults(variant.body, known.slots, known.blocks):
        yield page.finding(Rule.TEMPLATE, Severity.ERROR, fault, "use a declared name, or declare this one in the settings")
    for name in block_names(page.source):
        if name in known.blocks:
            advice = f"the block {name!r} has no text in {variant.language!r}: write it, or take the block out"
            yield page.finding(Rule.TEMPLATE, Severity.ERROR, f"{{{{> {name}}}}}", advice)
    others = [("title", variant.title), *((f"question {number}", text) for number, text in enumerate(variant.questions, start=1))]
    for place, text in others:
        if "{{" in text or "}}" in text:
            advice = "slots are filled in the body alone: write it without"
            yield page.finding(Rule.TEMPLATE, Severity.ERROR, text, advice, place=place)


def check_links(page: Page, known: LintContext) -> Iterator[Finding]:
    """Links that lead nowhere, to somebody else or without encryption."""
    for fault in faults_of_links(page.source, known.own_hosts, known.link_is_alive):
        severity = Severity.ERROR if fault.kind in (LinkFault.BROKEN, LinkFault.DEAD) else Severity.WARNING
        yield page.finding(Rule.LINK, severity, fault.link, fault.advice)


def check_language(page: Page, known: LintContext) -> Iterator[Finding]:
    """A text that is written in another language than its variant says."""
    declared, prose = page.variant.language, page.prose
    if declared not in known.detector.languages:
        advice = f"texts in {declared!r} are not checked; configured: {', '.join(known.detector.languages)}"
        yield page.finding(Rule.LANGUAGE, Severity.NOTE, declared, advice)
        return
    if sum(character.isalpha() for character in prose) < LEAST_LETTERS:
        return
    guess = known.detector.detect(prose)
    if guess.code not in (declared, UNDETERMINED) and guess.probability >= LEAST_PROBABILITY:
        advice = f"this reads as {guess.code!r} and not as {declared!r}: move it to the right variant or translate it"
        yield page.finding(Rule.LANGUAGE, Severity.ERROR, page.prose.strip(), advice)


def check_greeting(page: Page, known: LintContext) -> Iterator[Finding]:
    """A greeting from which the name is gone, and two greetings one after the other."""
    top = page.lines[:GREETING_LINES]
    for line in top:
        if lacks_its_name(line, page.variant.language):
            advice = "nobody is greeted here: use {{customer_name}}, or a greeting that needs no name"
            yield page.finding(Rule.GREETING, Severity.ERROR, line, advice)
    greetings = [line for line in top if is_greeting_line(line)]
    if len(greetings) > 1:
        advice = "it greets twice: keep one greeting, also where a phrase block brings one"
        yield page.finding(Rule.GREETING, Severity.WARNING, " / ".join(greetings), advice)


def check_spelling(page: Page, known: LintContext) -> Iterator[Finding]:
    """Words that the dictionary of the language does not know; a note where there is no dictionary."""
    wrong = known.misspelt.get(page.variant.language)
    if wrong is None:
        advice = f"not checked: no dictionary for {page.variant.language!r} is installed"
        yield page.finding(Rule.SPELLING, Severity.NOTE, "", advice)
        return
    found = [word for word in checked_words(f"{page.variant.title}\n{page.prose}") if word in wrong]
    if found:
        more = f" and {len(found) - SHOWN_WORDS} more" if len(found) > SHOWN_WORDS else ""
        advice = "the dictionary does not know this: correct it, or add a name of yours to the known words"
        yield page.finding(Rule.SPELLING, Severity.WARNING, ", ".join(found[:SHOWN_WORDS]) + more, advice)


def check_length(page: Page, known: LintContext) -> Iterator[Finding]:
    """More words than a customer reads."""
    words, most = len(page.prose.split()), known.max_words.get(page.variant.language, MAX_WORDS)
    if words > most:
        advice = f"{words} words, at most {most} are wanted: shorten it or make two answers of it"
        yield page.finding(Rule.LENGTH, Severity.WARNING, page.prose.strip(), advice)


def check_personal_data(page: Page, known: LintContext) -> Iterator[Finding]:
    """What belongs to one customer or one colleague and was left in the text."""
    for trace in personal_data(page.lines, known.own_contacts):
        severity = Severity.ERROR if trace.is_certain else Severity.WARNING
        yield page.finding(Rule.PERSONAL_DATA, severity, trace.text, trace.advice)


def check_translation(page: Page, known: LintContext) -> Iterator[Finding]:
    """A translation of what the original said before it was changed."""
    if page.variant.translation is Translation.OUTDATED:
        advice = "the original has changed since: translate it again"
        yield page.finding(Rule.TRANSLATION, Severity.WARNING, page.variant.title, advice)


def check_shouting(page: Page, known: LintContext) -> Iterator[Finding]:
    """Several words in capitals one after the other, or rows of exclamation marks."""
    run: list[str] = []
    for word in (*page.prose.split(), ""):
        letters = word.strip("!?.,:;()\"'")
        if len(letters) >= LOUD_LETTERS and letters.isalpha() and letters.isupper():
            run.append(word)
            continue
        if len(run) >= LOUD_WORDS or word.endswith("!!"):
            found = " ".join([*run, word] if word.endswith("!!") else run)
            yield page.finding(Rule.SHOUTING, Severity.WARNING, found, "this reads as shouting: write it calmly")
        run = []


def _of_answer(rule: Rule, severity: Severity, text: str, advice: str) -> Finding:
    return Finding(rule=rule, severity=severity, language=None, place="answer", text=_shown(text), advice=advice)


def _shown(text: str) -> str:
    line = " ".join(text.replace(SLOT_MARK, "…").split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


ANSWER_RULES: tuple[Callable[[Answer, LintContext], Iterator[Finding]], ...] = (check_validity, check_files, check_mentioned_files)
TEXT_RULES: tuple[Callable[[Page, LintContext], Iterator[Finding]], ...] = (
    check_emptiness,
    check_template,
    check_links,
    check_language,
    check_greeting,
    check_spelling,
    check_length,
    check_personal_data,
    check_translation,
    check_shouting,
)
