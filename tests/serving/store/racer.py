"""A process of its own that fights for replies: `python -m tests.serving.store.racer URL release|reserve NAME GO`.

It says that it is ready by the file GO-NAME and waits until the file GO is there. `release` tries to take every reservation; `reserve`
tries to make reservations within an hourly budget. It prints the ids of what it won.
"""

import json
import random
import sys
import time
from pathlib import Path

from sqlalchemy import select

from serving.store.automatic_tables import ReplyRow
from serving.store.control import lock_switch
from serving.store.database import Database
from serving.store.replies import load_reply, release_reply, save_replies, usage
from serving.store.tables import DecisionRow
from tests.serving.store.reservations import NOW, make_reply

BUDGET = 10


def release_all(database: Database, name: str) -> list[str]:
    """Every reservation once, in an order of one's own."""
    with database.reading() as session:
        ids = list(session.scalars(select(ReplyRow.decision_id)))
    random.Random(name).shuffle(ids)
    return [decision_id for decision_id in ids if _released(database, decision_id, name)]


def reserve_all(database: Database, name: str) -> list[str]:
    """Every second decision, as far as the budget of all together allows."""
    with database.reading() as session:
        free = sorted(session.scalars(select(DecisionRow.id)))
    won: list[str] = []
    for decision_id in free[name == "p" :: 2]:
        with database.writing() as session:
            lock_switch(session)
            if usage(session, NOW, customer=name, sender=None).hour < BUDGET:
                save_replies(session, [make_reply(decision_id, customer=name)])
                won.append(decision_id)
    return won


def _released(database: Database, decision_id: str, name: str) -> bool:
    with database.writing() as session:
        reply = load_reply(session, decision_id)
        return reply is not None and release_reply(session, reply, name, NOW)


def main(url: str, work: str, name: str, go: str) -> None:
    """Wait for the start, then fight."""
    database = Database.connect(url)
    with database.reading() as session:
        lock_switch(session)
    Path(f"{go}-{name}").touch()
    while not Path(go).exists():
        time.sleep(0.005)
    won = {"release": release_all, "reserve": reserve_all}[work](database, name)
    database.close()
    sys.stdout.write(json.dumps(won))


if __name__ == "__main__":
    main(*sys.argv[1:5])
