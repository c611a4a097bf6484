"""Tests of serving.answers.sources.freescout."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.serving.answers.sources.files import items_of, taken, written

REPLY = {
    "id": "2",
    "mailbox_id": "1",
    "name": "Invoice",
    "text": "<div>Hi {%customer.firstName%}, here is your invoice.</div>",
    "sort_order": "1",
}
TABLE = [{"type": "header"}, {"type": "database", "name": "freescout"}, {"type": "table", "name": "saved_replies", "data": [REPLY]}]


@pytest.mark.parametrize("value", [[REPLY], TABLE, {"_embedded": {"saved_replies": [REPLY]}}, {"saved_replies": [REPLY]}])
def test_reads_saved_replies_however_they_are_wrapped(tmp_path: Path, value: Any) -> None:
    (item,) = taken(items_of(written(tmp_path / "saved.json", json.dumps(value)), language="en"))
    assert (item.external_id, item.extra) == ("saved_reply-2", {"mailbox": "1"})
    assert item.answer.variants[0].body == "<p>Hi {{customer_name}}, here is your invoice.</p>"
