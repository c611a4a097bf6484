"""Macros and text modules of Zammad: what `GET /api/v1/macros` and `GET /api/v1/text_modules` give, also with `?full=true`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from data.imported import Refused
from serving.answers.sources.json_lines import parsed
from serving.answers.sources.reading import ReadOptions, Row, read_text

ASSETS = {"Macro": "macro", "TextModule": "text_module"}


def read(path: Path, options: ReadOptions) -> Iterator[Row | Refused]:
    """All macros and text modules, with their place in the file.

    Raises:
        ImportFileError: the file cannot be read.
    """
    found = parsed(path, read_text(path, options.limits), list, dict)
    for number, value in enumerate(_entries(found), start=1):
        yield _row(number, value) if isinstance(value, Mapping) else Refused(line=number, reason="no macro and no text module")


def is_export(value: Any) -> bool:
    """True for what Zammad gives."""
    if isinstance(value, Mapping):
        return isinstance(value.get("assets"), Mapping) and any(name in value["assets"] for name in ASSETS)
    return isinstance(value, list) and any(isinstance(item, Mapping) and ("perform" in item or _is_module(item)) for item in value[:100])


def _entries(found: Any) -> list[Any]:
    if isinstance(found, list):
        return found
    assets = found.get("assets")
    groups = [assets.get(name) for name in ASSETS] if isinstance(assets, Mapping) else []
    return [value for group in groups if isinstance(group, Mapping) for value in group.values()]


def _is_module(value: Mapping[str, Any]) -> bool:
    return "content" in value and "keywords" in value


def _row(number: int, value: Mapping[str, Any]) -> Row | Refused:
    if _is_module(value):
        return _entry(number, "text_module", value, {"body": value["content"]}, {"keywords": value.get("keywords")})
    perform = value.get("perform")
    note = perform.get("article.note") if isinstance(perform, Mapping) else None
    if not isinstance(note, Mapping) or not note.get("body"):
        return Refused(line=number, reason="changes tickets and says nothing", external_id=f"macro-{value.get('id')}"[:100])
    is_internal = str(note.get("internal", "")).lower() == "true"
    return _entry(number, "macro", value, {"body": note["body"], **({"visibility": "internal"} if is_internal else {})}, {})


def _entry(number: int, kind: str, value: Mapping[str, Any], columns: Mapping[str, Any], extra: Mapping[str, Any]) -> Row:
    remarks = () if value.get("active", True) else ("switched off in Zammad",)
    known = {
        "id": f"{kind}-{value['id']}" if value.get("id") is not None else None,
        "title": value.get("name"),
        "updated": value.get("updated_at"),
    }
    return Row(number, {**known, **columns}, {**extra, "note": value.get("note")}, remarks)
