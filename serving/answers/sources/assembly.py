"""Raw rows to answers: the same rules for every kind of file."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from data.answer import Answer, BodyFormat, DataClass, State, Translation, Variant, Visibility
from data.imported import ImportedAnswer, Refused
from data.language import UNDETERMINED, LanguageDetector
from data.rich_text import RichTextError, as_text, is_html, sanitised
from serving.answers.content import MOST_LANGUAGES, TemplateError, checked_content
from serving.answers.sources import cells
from serving.answers.sources.attached import attachments_named
from serving.answers.sources.placeholders import with_slots
from serving.answers.sources.reading import Item, ReadOptions, Row, RowError
from serving.answers.sources.whole import whole_answer

PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}")
TITLE_CHARACTERS = 80
GREETING_WORDS = 4


class Assembler:
    """Makes answers of the rows of one file. It remembers the ids that it has seen."""

    def __init__(self, options: ReadOptions, source: str = "import") -> None:
        self._options = options
        self._source = source
        self._detector = LanguageDetector(options.languages)
        self._lines: dict[str, int] = {}
        self._repeats: Counter[str] = Counter()

    def answers(self, rows: Iterable[Row | Refused]) -> Iterator[Item]:
        """Rows that follow each other under one id become the languages of one answer; every other repeated id is refused."""
        pending: ImportedAnswer | None = None
        for row in rows:
            item = row if isinstance(row, Refused) else self._item(row)
            if isinstance(item, Refused):
                yield item
            elif pending is not None and item.external_id == pending.external_id:
                joined = _joined(pending, item)
                if isinstance(joined, Refused):
                    yield joined
                else:
                    pending = joined
            elif (first := self._lines.setdefault(item.external_id, item.line)) != item.line:
                reason = f"id {item.external_id!r} was in line {first} already; the languages of one answer must follow each other"
                yield Refused(line=item.line, reason=reason, external_id=item.external_id)
            else:
                if pending is not None:
                    yield pending
                pending = item
        if pending is not None:
            yield pending

    def _item(self, row: Row) -> Item:
        try:
            if row.columns.get("variants") is not None:
                return whole_answer(row, self._options)
            return self._answer(row)
        except (RowError, TemplateError) as error:
            return Refused(line=row.line, reason=str(error), external_id=_shown_id(row.columns))

    def _answer(self, row: Row) -> ImportedAnswer:
        options, columns = self._options, row.columns
        variant, remarks = self._variant(columns)
        external_id = cells.as_id("id", columns.get("id")) or self._derived_id(variant)
        state = options.state or cells.as_choice("state", columns.get("state"), State, State.DRAFT)
        longest = options.limits.cell_characters
        answer = Answer(
            id=external_id if PLAIN_ID.fullmatch(external_id) else f"i-{_digest(external_id)}",
            topic=cells.as_id("topic", columns.get("topic")) or None,
            variants=(variant,),
            attachments=attachments_named(cells.as_texts("attachments", columns.get("attachments"), longest), options),
            state=state,
            visibility=cells.as_choice("visibility", columns.get("visibility"), Visibility, options.visibility),
            data_class=cells.as_choice("data_class", columns.get("data_class"), DataClass, options.data_class),
            valid_from=cells.as_day("valid_from", columns.get("valid_from")),
            valid_until=cells.as_day("valid_until", columns.get("valid_until")),
            owner=cells.as_id("owner", columns.get("owner")) or None,
        )
        return ImportedAnswer(
            external_id=external_id,
            line=row.line,
            answer=checked_content(answer, options.slots, options.blocks),
            source=self._source,
            uses=cells.as_count("uses", columns.get("uses")),
            updated_at=cells.as_moment("updated", columns.get("updated")),
            extra=cells.as_extra(row.extra, longest),
            remarks=(*row.remarks, *remarks),
        )

    def _variant(self, columns: Mapping[str, Any]) -> tuple[Variant, list[str]]:
        longest = self._options.limits.cell_characters
        body, written, remarks = self._body(columns)
        text = as_text(body) if written is BodyFormat.HTML else body
        title = " ".join(cells.as_text("title", columns.get("title"), longest).split())
        title = with_slots(title, self._options.placeholders) or _title_of(text)
        language = cells.as_language("language", columns.get("language")) or self._options.language
        if language is None:
            language = self._detector.detect(f"{title}\n{text}").code
            remarks += ["its language could not be told"] if language == UNDETERMINED else []
        variant = Variant(
            language=language,
            title=title,
            body=body,
            format=written,
            translation=cells.as_choice("translation", columns.get("translation"), Translation, Translation.ORIGINAL),
            questions=cells.as_texts("questions", columns.get("questions"), longest),
        )
        return variant, remarks

    def _body(self, columns: Mapping[str, Any]) -> tuple[str, BodyFormat, list[str]]:
        if "body" not in columns:
            raise RowError(f"no body; its columns: {', '.join(sorted(columns)) or 'none that is known'}; name yours with --map body=COLUMN")
        body = cells.as_text("body", columns["body"], self._options.limits.cell_characters)
        if not body:
            raise RowError("the body is empty")
        body = with_slots(body, self._options.placeholders)
        written = BodyFormat.HTML if is_html(body) else BodyFormat.TEXT
        written = cells.as_choice("format", columns.get("format"), BodyFormat, written)
        remarks: list[str] = []
        if written is BodyFormat.HTML:
            try:
                rich = sanitised(body)
            except RichTextError as error:
                raise RowError(str(error)) from error
            body, remarks = rich.html, list(rich.remarks)
        if not any(character.isalnum() for character in (as_text(body) if written is BodyFormat.HTML else body)):
            raise RowError("nothing is left of the body but marks; " + ("; ".join(remarks) or "write a text"))
        return body, written, remarks

    def _derived_id(self, variant: Variant) -> str:
        """From the text, so that the same file read again gives the same ids; equal texts are counted."""
        digest = _digest(f"{variant.language}\n{variant.title}\n{variant.body}")
        self._repeats[digest] += 1
        count = self._repeats[digest]
        return f"t-{digest}" if count == 1 else f"t-{digest}-{count}"


def _joined(first: ImportedAnswer, second: ImportedAnswer) -> Item:
    """The second row as another language of the first."""
    variant = second.answer.variants[0]
    if first.answer.variant(variant.language) is not None or len(second.answer.variants) != 1:
        reason = f"id {second.external_id!r} has a text in {variant.language} already (line {first.line})"
        return Refused(line=second.line, reason=reason, external_id=second.external_id)
    if variant.translation is Translation.ORIGINAL:
        variant = replace(variant, translation=Translation.CURRENT)
    if len(first.answer.variants) == MOST_LANGUAGES:
        reason = f"id {second.external_id!r} has {MOST_LANGUAGES} languages already (line {first.line})"
        return Refused(line=second.line, reason=reason, external_id=second.external_id)
    answer = replace(first.answer, variants=(*first.answer.variants, variant))
    return replace(first, answer=answer, extra={**second.extra, **first.extra}, remarks=(*first.remarks, *second.remarks))


def _title_of(text: str) -> str:
    """The first line that is more than a greeting, cut at a word."""
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    line = next((line for line in lines if len(line.split()) >= GREETING_WORDS), lines[0] if lines else "")
    return line if len(line) <= TITLE_CHARACTERS else f"{line[: TITLE_CHARACTERS - 1].rpartition(' ')[0] or line[: TITLE_CHARACTERS - 1]}…"


def _shown_id(columns: Mapping[str, Any]) -> str | None:
    value = columns.get("id")
    return " ".join(str(value).split())[:100] or None if isinstance(value, str | int | float) else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
