"""Two processes fight for replies: each reservation is released by one of them, and together they stay within the budget."""

import json
import subprocess
import sys
import time
from pathlib import Path

from serving.store.database import Database
from serving.store.decisions import save_decisions
from serving.store.replies import ReplyState, load_reply, usage
from tests.serving.conftest import NOW
from tests.serving.factories import make_decision
from tests.serving.store.racer import BUDGET
from tests.serving.store.replies import store_reply

ROOT = Path(__file__).resolve().parents[3]


def _race(database: Database, work: str, folder: Path) -> list[list[str]]:
    url, go = database.url.render_as_string(hide_password=False), folder / "go"
    command = [sys.executable, "-m", "tests.serving.store.racer", url, work]
    racers = [
        subprocess.Popen([*command, name, str(go)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        for name in ("p", "q")
    ]
    while not all((folder / f"go-{name}").exists() or racer.poll() is not None for name, racer in zip(("p", "q"), racers, strict=True)):
        time.sleep(0.01)
    go.touch()
    outcomes = [racer.communicate(timeout=120) for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0], [said for _, said in outcomes]
    return [json.loads(won) for won, _ in outcomes]


def test_each_reservation_is_released_by_one_process(database: Database, tmp_path: Path) -> None:
    ids = {store_reply(database).decision_id for _ in range(25)}
    one, other = _race(database, "release", tmp_path)
    assert set(one) | set(other) == ids
    assert not set(one) & set(other)
    with database.reading() as session:
        replies = [load_reply(session, decision_id) for decision_id in one]
    assert all(reply and reply.state is ReplyState.RELEASED and reply.text == "p" for reply in replies)


def test_together_they_reserve_no_more_than_the_budget(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        save_decisions(session, [make_decision() for _ in range(2 * BUDGET)])
    one, other = _race(database, "reserve", tmp_path)
    assert len(one) + len(other) == BUDGET
    with database.reading() as session:
        assert usage(session, NOW, customer="x", sender=None).hour == BUDGET
