"""Tests of serving.answers.sources.zammad."""

import json
from pathlib import Path

from data.answer import Visibility
from tests.serving.answers.sources.files import items_of, refused, taken, written

MACROS = [
    {
        "id": 3,
        "name": "Close with thanks",
        "perform": {
            "article.note": {"body": "<div>Hello #{ticket.customer.firstname},<br>it is done.</div>", "internal": "false", "subject": "Re"},
            "ticket.state_id": {"value": "4"},
        },
        "active": True,
        "ux_flow_next_up": "none",
        "note": "after a return",
        "updated_at": "2026-02-01T10:00:00.000Z",
    },
    {"id": 4, "name": "Note", "perform": {"article.note": {"body": "Escalated to the team.", "internal": "true"}}, "active": False},
    {"id": 5, "name": "Close", "perform": {"ticket.state_id": {"value": "4"}}},
    "rubbish",
]
MODULE = {
    "id": 9,
    "name": "greeting",
    "keywords": "hi hello",
    "content": "<div>Dear customer, thank you for your mail.</div>",
    "active": True,
}


def test_reads_what_macros_say_and_refuses_those_that_say_nothing(tmp_path: Path) -> None:
    items = items_of(written(tmp_path / "macros.json", json.dumps(MACROS)), language="en")
    public, internal = taken(items)
    assert (public.external_id, public.answer.variants[0].title) == ("macro-3", "Close with thanks")
    assert public.answer.variants[0].body == "<p>Hello {{customer_name}},<br>it is done.</p>"
    assert (public.extra, public.updated_at is not None) == ({"note": "after a return"}, True)
    assert (internal.answer.visibility, internal.remarks) == (Visibility.INTERNAL, ("switched off in Zammad",))
    assert [item.reason for item in refused(items)] == ["changes tickets and says nothing", "no macro and no text module"]


def test_reads_text_modules_also_among_assets(tmp_path: Path) -> None:
    (listed,) = taken(items_of(written(tmp_path / "a.json", json.dumps([MODULE])), language="en"))
    full = {"record_ids": [9], "assets": {"TextModule": {"9": MODULE}, "User": {"1": {}}}}
    (among,) = taken(items_of(written(tmp_path / "b.json", json.dumps(full)), language="en"))
    assert listed.external_id == among.external_id == "text_module-9"
    assert listed.extra == {"keywords": "hi hello"}
