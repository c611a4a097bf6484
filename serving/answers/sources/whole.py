"""Answers of our own export: taken as they are, with everything that the base knew about them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from data.answer import Answer, AnswerError
from data.imported import Decided, ImportedAnswer
from serving.answers.content import TemplateError, checked_content
from serving.answers.sources import cells
from serving.answers.sources.reading import ReadOptions, Row, RowError

# Beside what an answer says, one key holds what the base knows about it.
KEPT = "kept"
# The source of answers that came from no file.
OWN = "replywell"
MOST_PAIRS = 100_000


def whole_answer(row: Row, options: ReadOptions) -> ImportedAnswer:
    """One line of the answers export.

    Raises:
        RowError: it is none, or it holds what no answer may hold.
    """
    value = {**row.columns, **row.extra}
    kept = _object(KEPT, value.pop(KEPT, None))
    blocks = _blocks(kept, options)
    known = replace(options, blocks={*options.blocks, *blocks})
    answer = _answer(value, known)
    draft = _answer({**_object("draft", kept["draft"]), "id": answer.id}, known) if kept.get("draft") else None
    return ImportedAnswer(
        external_id=cells.as_id("external_id", kept.get("external_id")) or answer.id,
        line=row.line,
        answer=replace(answer, state=options.state or answer.state),
        source=cells.as_id("source", kept.get("source")) or OWN,
        uses=cells.as_count("uses", kept.get("uses")),
        updated_at=cells.as_moment("updated_at", kept.get("updated_at")),
        extra=cells.as_extra(_object("extra", kept.get("extra")), options.limits.cell_characters),
        remarks=row.remarks,
        decided=Decided(draft=draft, blocks=blocks, together=_ids("together", kept), apart=_ids("apart", kept)),
    )


def _object(name: str, value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise RowError(f"{name} must be an object")
    return dict(value or {})


def _ids(name: str, kept: Mapping[str, Any]) -> tuple[str, ...]:
    found = kept.get(name) or ()
    if not isinstance(found, list | tuple) or len(found) > MOST_PAIRS:
        raise RowError(f"{name} must be a list of ids")
    return tuple(cells.as_id(name, answer_id) for answer_id in found)


def _blocks(kept: Mapping[str, Any], options: ReadOptions) -> dict[str, dict[str, str]]:
    longest = options.limits.cell_characters
    found: dict[str, dict[str, str]] = {}
    for name, texts in _object("blocks", kept.get("blocks")).items():
        found[cells.as_id("a block's name", name)] = {
            cells.as_id("language", language): cells.as_text(f"block {name[:40]}", text, longest)
            for language, text in _object("a block", texts).items()
        }
    return found


def _answer(value: Mapping[str, Any], options: ReadOptions) -> Answer:
    """JSON has all kinds of values where an answer has texts; what is of another kind shows when it is checked."""
    try:
        answer = Answer.from_json(value)
        _check_kinds(answer)
        return checked_content(answer, options.slots, options.blocks)
    except (AnswerError, TemplateError) as error:
        raise RowError(str(error)) from error
    except (AttributeError, TypeError, RecursionError) as error:
        raise RowError(f"not a line of an answers export ({error})") from error


def _check_kinds(answer: Answer) -> None:
    ids: list[Any] = [answer.id, *answer.aliases, *([] if answer.merged_into is None else [answer.merged_into])]
    for name in ids:
        if not isinstance(name, str) or not name or cells.as_id("id", name) != name:
            raise RowError(f"{name!r:.60} is no id")
    for day in (answer.valid_from, answer.valid_until):
        if not isinstance(day, date | None):
            raise RowError(f"{day!r:.60} is no date such as 2026-03-31")
    texts: list[Any] = [text for one in answer.variants for text in (one.title, one.body, one.language, *one.questions)]
    texts += [text for text in (answer.topic, answer.owner) if text is not None]
    sizes: list[Any] = [answer.version, *(one.size for one in answer.attachments)]
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(size, int) for size in sizes):
        raise RowError("a text or a number is of another kind than in an answers export")
