"""What an answer may say: checked before it is saved, and again before it is approved."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from data.answer import Answer, BodyFormat, Translation, Variant
from data.rich_text import RichTextError, sanitised
from data.template import block_names, template_faults
from serving.answers.attachments import attachment_faults
from serving.store.answers import AnswerStoreError
from serving.store.blocks import Texts

MOST_LANGUAGES = 50
MOST_QUESTIONS = 100
LONGEST_NAME = 200
LONGEST_TITLE = 500
LONGEST_BODY = 50_000
LONGEST_QUESTION = 1_000
SHOWN_FAULTS = 5


class TemplateError(AnswerStoreError):
    """A text that no answer may hold; `faults` say what to change, one sentence each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        more = f"; and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        super().__init__("; ".join(faults[:SHOWN_FAULTS]) + more)
        self.faults = faults


def checked_content(answer: Answer, slots: Collection[str], blocks: Collection[str]) -> Answer:
    """The answer with its HTML sanitised.

    Raises:
        TemplateError: it holds what no answer may hold.
    """
    try:
        clean = replace(answer, variants=tuple(_sanitised(variant) for variant in answer.variants))
    except RichTextError as error:
        raise TemplateError((str(error),)) from error
    faults = (*_shape_faults(clean), *(fault for one in clean.variants for fault in _text_faults(one, slots, blocks)))
    if faults:
        raise TemplateError(faults)
    return clean


def block_faults(answer: Answer, texts: Texts) -> Iterator[str]:
    """Phrase blocks that have no approved text in the language of a variant that names them."""
    for variant in answer.variants:
        for name in block_names(variant.body):
            if variant.language not in texts.get(name, {}):
                yield f"{variant.language}: phrase block {name!r} has no approved text in this language; write and approve one"


def with_translation_states(before: Answer, after: Answer) -> Answer:
    """The edited answer, with the translations that did not follow a changed original marked as outdated."""
    original = next((variant for variant in after.variants if variant.translation is Translation.ORIGINAL), None)
    earlier = before.variant(original.language) if original else None
    if original is None or earlier is None or _said(original) == _said(earlier):
        return after
    return replace(after, variants=tuple(_followed(before.variant(variant.language), variant) for variant in after.variants))


def _followed(earlier: Variant | None, variant: Variant) -> Variant:
    if variant.translation is Translation.ORIGINAL or earlier is None or _said(earlier) != _said(variant):
        return variant
    return replace(variant, translation=Translation.OUTDATED)


def _said(variant: Variant) -> tuple[str, str, str]:
    return variant.title, variant.body, variant.format


def _sanitised(variant: Variant) -> Variant:
    return replace(variant, body=sanitised(variant.body).html) if variant.format is BodyFormat.HTML else variant


def _shape_faults(answer: Answer) -> Iterator[str]:
    languages = [variant.language for variant in answer.variants]
    if not 0 < len(languages) <= MOST_LANGUAGES or len(set(languages)) < len(languages):
        yield f"1 to {MOST_LANGUAGES} variants are needed, each in a language of its own"
    if sum(variant.translation is Translation.ORIGINAL for variant in answer.variants) > 1:
        yield "only one variant can be the original; mark the others as current or outdated"
    for name, text in (("topic", answer.topic), ("owner", answer.owner)):
        if text is not None and not (0 < len(text) <= LONGEST_NAME and text.isprintable()):
            yield f"{name}: 1 to {LONGEST_NAME} printable characters are needed, or none at all"
    if answer.valid_from and answer.valid_until and answer.valid_from > answer.valid_until:
        yield f"it would end on {answer.valid_until}, before it begins on {answer.valid_from}; swap the dates"
    yield from attachment_faults(answer.attachments)


def _text_faults(variant: Variant, slots: Collection[str], blocks: Collection[str]) -> Iterator[str]:
    code = variant.language
    if not (0 < len(code) <= 20 and code.isascii() and code.replace("-", "").isalnum()):
        yield f"{code[:20]!r} is no language code such as en or pt-br"
    for name, text, longest in (("title", variant.title, LONGEST_TITLE), ("body", variant.body, LONGEST_BODY)):
        if not text.strip() or len(text) > longest:
            yield f"{code}: the {name} needs 1 to {longest:,} characters"
    yield from (f"{code}, title: {fault}" for fault in template_faults(variant.title, slots))
    yield from (f"{code}, body: {fault}" for fault in template_faults(variant.body, slots, blocks))
    if len(variant.questions) > MOST_QUESTIONS or any(len(question) > LONGEST_QUESTION for question in variant.questions):
        yield f"{code}: at most {MOST_QUESTIONS} questions of at most {LONGEST_QUESTION:,} characters are kept"
    if any(not is_keepable(text) for text in (variant.title, variant.body, *variant.questions)):
        yield f"{code}: a text holds characters that no database keeps; type it anew"


def is_keepable(text: str) -> bool:
    """False for texts with NUL or halves of characters, which PostgreSQL refuses."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= character < "\ue000" for character in text))
