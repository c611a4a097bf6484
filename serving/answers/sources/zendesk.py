"""Macros of Zendesk: what `GET /api/v2/macros` gives, one page or a list of macros."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from data.imported import Refused
from serving.answers.sources.json_lines import parsed
from serving.answers.sources.reading import ReadOptions, Row, read_text

TEXTS = ("comment_value_html", "comment_value")
USES = ("usage_30d", "usage_7d")


def read(path: Path, options: ReadOptions) -> Iterator[Row | Refused]:
    """All macros, with their place in the file.

    Raises:
        ImportFileError: the file cannot be read.
    """
    found = parsed(path, read_text(path, options.limits), list, dict)
    macros = found.get("macros", ()) if isinstance(found, Mapping) else found
    for number, value in enumerate(macros if isinstance(macros, list) else (), start=1):
        yield _row(number, value) if isinstance(value, Mapping) else Refused(line=number, reason="no macro")


def is_export(value: Any) -> bool:
    """True for what Zendesk gives."""
    if isinstance(value, Mapping):
        return isinstance(value.get("macros"), list)
    return isinstance(value, list) and any(isinstance(item, Mapping) and isinstance(item.get("actions"), list) for item in value[:100])


def _row(number: int, value: Mapping[str, Any]) -> Row | Refused:
    actions = value.get("actions")
    said = {
        str(action.get("field")): action.get("value")
        for action in (actions if isinstance(actions, list) else ())
        if isinstance(action, Mapping)
    }
    # A comment may name its channel first: ["channel:web", "Thanks for writing in."]
    texts = [text[-1] if isinstance(text, list) and text else text for text in (said.get(name) for name in TEXTS)]
    body = next((text for text in texts if text), None)
    external_id = f"macro-{value['id']}" if value.get("id") is not None else None
    if body is None:
        return Refused(line=number, reason="changes tickets and says nothing", external_id=external_id)
    columns = {"id": external_id, "title": value.get("title"), "body": body, "updated": value.get("updated_at")}
    columns["uses"] = next((value[name] for name in USES if isinstance(value.get(name), int)), None)
    if str(said.get("comment_mode_is_public", "")).lower() == "false":
        columns["visibility"] = "internal"
    remarks = () if value.get("active", True) else ("switched off in Zendesk",)
    return Row(number, columns, {"description": value.get("description")}, remarks)
