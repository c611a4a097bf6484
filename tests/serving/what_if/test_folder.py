"""Files as an archive: order, truth, and what cannot be used."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from data.parse import mail_from_file
from data.taxonomy import Taxonomy
from model.policy import Policy
from serving.service import Service
from serving.what_if.folder import ArchiveError, Arrived, open_archive
from serving.what_if.trying import UNREADABLE, Entry, Missed, Trial, Tried, try_out, under_policy
from tests.serving.automatic.certified import allow, policy_document
from tests.serving.automatic.conftest import Clock
from tests.serving.automatic.mails import released
from tests.serving.conftest import NOW
from tests.serving.engines import SEEDS

TAXONOMY = Taxonomy.load(SEEDS / "taxonomy.toml")
ARRIVED = Arrived(now=NOW, mailbox="support")
RAW = "From: ana@example.com\nDate: {date}\nSubject: Where is it?\n\nMy parcel {name} is late.\n"
FILES = sorted(sorted((SEEDS / "mails").glob("*.eml"))[:16], key=lambda file: (mail_from_file(file).date or NOW, file.name))
# A service whose clock went back would take what it has just reserved for expired.
OLDEST = mail_from_file(FILES[0]).date or NOW


def _mail(name: str, date: str = "Fri, 20 Nov 2026 10:00:00 +0000") -> str:
    return RAW.format(date=date, name=name)


def _entries(path: Path) -> list[Entry | Missed]:
    return list(open_archive(path, TAXONOMY, ARRIVED))


def test_mails_of_a_folder_come_in_order_of_time_and_undated_ones_come_now(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.eml").write_text(_mail("a"))
    (tmp_path / "deep" / "b.EML").write_text(_mail("b", "Thu, 19 Nov 2026 10:00:00 +0000"))
    (tmp_path / "c.eml").write_text("Subject: hello\n\nWhere is my parcel?\n")
    (tmp_path / "notes.txt").write_text("no mail")
    archive = open_archive(tmp_path, TAXONOMY, ARRIVED)
    entries = [entry for entry in archive if isinstance(entry, Entry)]
    assert [entry.id for entry in entries] == ["deep/b.EML", "a.eml", "c.eml"]
    assert [entry.at for entry in entries] == [NOW.replace(day=19, hour=10, minute=0), NOW.replace(day=20, hour=10, minute=0), NOW]
    assert (len(archive), archive.undated) == (3, 1)
    assert {entry.request.mailbox for entry in entries} == {"support"}


def test_an_mbox_is_an_archive(tmp_path: Path) -> None:
    lines = [f"From ana@example.com Fri Nov 20 10:00:00 2026\n{_mail(name)}From here on it is silent.\n\n" for name in "ab"]
    (tmp_path / "box").write_text("".join(lines))
    entries = _entries(tmp_path / "box")
    assert [entry.id for entry in entries] == ["box#1", "box#2"]
    assert [entry.request.mail.body for entry in entries if isinstance(entry, Entry)] == [
        f"My parcel {name} is late.\nFrom here on it is silent." for name in "ab"
    ]


def test_what_is_no_mail_is_missed_and_named(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"\0\1\2\3" * 50)
    (tmp_path / "b.eml").write_text("From: ana@example.com\n\n\n")
    (tmp_path / "c.eml").write_text(_mail("c"))
    found = _entries(tmp_path)
    assert {one.id for one in found if isinstance(one, Missed) and one.reason == UNREADABLE} == {"a.eml", "b.eml"}


def test_examples_bring_their_truth(tmp_path: Path) -> None:
    label = TAXONOMY.labels[0]
    rows = [
        {"id": "1", "body": "Hello?", "topic": label, "answers": ["x"]},
        {"id": "2", "body": "Hello!", "from": "ana@example.com", "in_scope": False},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    first, second = (entry for entry in _entries(tmp_path / "rows.jsonl") if isinstance(entry, Entry))
    assert (first.truth.answers, first.truth.topics, second.truth.in_scope) == (("x",), (label,), False)
    assert first.request.client_id == "1"
    assert (first.request.mail.sender, second.request.mail.sender) == ("example-1@example.invalid", "ana@example.com")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none", None, "No such file"),
        ("empty", None, "no mails"),
        ("rows.jsonl", '{"body": "Hello", "topic": "no.such"}', "unknown topic no.such"),
        ("rows.csv", "id,subject\n", "no rows"),
        ("letter.txt", "Dear Sir", "neither a folder"),
    ],
)
def test_an_archive_that_cannot_be_used_is_one_line(tmp_path: Path, name: str, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    elif name == "empty":
        (tmp_path / name).mkdir()
    with pytest.raises(ArchiveError, match=said) as raised:
        open_archive(tmp_path / name, TAXONOMY, ARRIVED)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("clock", [OLDEST], indirect=True, ids=["from the oldest on"])
def test_a_folder_gives_what_really_sending_it_through_gives(caller: TestClient, sending: Service, clock: Clock, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"holdout_share": 0.2, "audit_share": 0.5}
    allow(sending, **changes)
    really = []
    for file in FILES:
        shutil.copy(file, tmp_path)
        clock.now = mail_from_file(file).date or NOW
        headers = {"Content-Type": "message/rfc822"}
        response = caller.post("/v1/score", params={"mailbox": "support"}, content=file.read_bytes(), headers=headers)
        assert response.status_code == 200, response.text
        really.append(response.json())
        if really[-1]["action"] == "auto_reply":
            assert released(caller, really[-1]["decision_id"]).status_code == 200
    current = sending.engines.current
    engine = under_policy(current, Policy.from_json(policy_document(current.bundle.taxonomy, **changes), current.bundle.taxonomy))
    entries = open_archive(tmp_path, current.bundle.taxonomy, Arrived(now=NOW + timedelta(hours=1), mailbox="support"))
    tried = [one for one in try_out(entries, Trial(engine)) if isinstance(one, Tried)]
    assert [(one.action.value, one.queue, one.held_out, one.audit) for one in tried] == [
        (decision["action"], decision["queue"], decision["holdout"], decision["audit"]) for decision in really
    ]
    assert any(one.action == "auto_reply" for one in tried)
