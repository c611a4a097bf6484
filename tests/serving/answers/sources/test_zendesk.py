"""Tests of serving.answers.sources.zendesk."""

import json
from pathlib import Path

from tests.serving.answers.sources.files import items_of, refused, taken, written

MACROS = [
    {
        "id": 25,
        "title": "Returns",
        "active": True,
        "usage_7d": 4,
        "usage_30d": 20,
        "updated_at": "2026-01-02T00:00:00Z",
        "description": "For returns",
        "actions": [
            {"field": "status", "value": "solved"},
            {"field": "comment_value", "value": ["channel:all", "Hi {{ticket.requester.first_name}}, send it back."]},
        ],
    },
    {"id": 26, "title": "Rich", "active": False, "actions": [{"field": "comment_value_html", "value": "<p>Hello <i>there</i></p>"}]},
    {"id": 27, "title": "Liquid", "actions": [{"field": "comment_value", "value": "{% if ticket.id %}x{% endif %}"}]},
    {"id": 28, "title": "Tags", "actions": [{"field": "set_tags", "value": ["a"]}]},
]


def test_reads_what_macros_say(tmp_path: Path) -> None:
    items = items_of(written(tmp_path / "macros.json", json.dumps({"macros": MACROS, "next_page": None, "count": 4})), language="en")
    first, second = taken(items)
    assert (first.external_id, first.uses, first.answer.variants[0].body) == ("macro-25", 20, "Hi {{customer_name}}, send it back.")
    assert first.extra == {"description": "For returns"}
    assert (second.answer.variants[0].body, second.remarks) == ("<p>Hello <i>there</i></p>", ("switched off in Zendesk",))
    assert [item.external_id for item in refused(items)] == ["macro-27", "macro-28"]
    assert "expressions are not read" in refused(items)[0].reason


def test_a_bare_list_of_macros_is_known_by_its_actions(tmp_path: Path) -> None:
    assert len(taken(items_of(written(tmp_path / "macros.json", json.dumps(MACROS)), language="en"))) == 2
