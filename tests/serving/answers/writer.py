"""A process of its own that writes to the base of another: `python -m tests.serving.answers.writer URL NAME ROUNDS`.

Every edit adds a word that nobody else writes to the newest text that the writer saw. It prints the words whose edits were taken.
"""

import json
import random
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime

from data.answer import Answer
from serving.answers.lifecycle import Rules, approve, archive, edit, expire, move_due
from serving.store.answer_merges import merge, unmerge
from serving.store.answers import AnswerStoreError, Stamp, StoredAnswer, load_answer
from serving.store.database import Database

IDS = ("a", "b", "c")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def work(database: Database, name: str, rounds: int, taken: list[str]) -> None:
    """Read an answer, then change what was read, in two transactions as two clicks of a curator are."""
    chance = random.Random(name)
    for number in range(rounds):
        answer_id, other = chance.sample(IDS, 2)
        with database.reading() as session:
            seen = load_answer(session, answer_id)
        assert seen is not None
        word = f"{name}-{number}"
        step = chance.choice(["edit", "edit", "edit", "approve", "expire", "archive", "merge", "unmerge", "unmerge"])
        try:
            write(database, (seen, other), step, (word, Stamp(by=name, at=NOW)))
        except AnswerStoreError:
            continue
        if step == "edit":
            taken.append(word)


def write(database: Database, answers: tuple[StoredAnswer, str], step: str, said: tuple[str, Stamp]) -> None:
    """One change with the revision that was read."""
    (seen, other), (word, stamp) = answers, said
    answer_id, held = seen.answer.id, seen.revision
    with database.writing() as session:
        match step:
            case "edit":
                edit(session, with_word(seen.draft or seen.answer, word), held, stamp, Rules())
            case "approve":
                approve(session, answer_id, held, stamp, Rules(four_eyes=True))
            case "expire":
                expire(session, answer_id, held, stamp)
            case "archive":
                archive(session, answer_id, held, stamp)
            case "merge":
                merge(session, answer_id, [other], stamp, if_revision=held)
            case "unmerge":
                unmerge(session, answer_id, stamp, if_revision=held)
        move_due(session, NOW.date(), stamp)


def with_word(answer: Answer, word: str) -> Answer:
    """The answer with one word more in its text."""
    first, *rest = answer.variants
    return replace(answer, variants=(replace(first, body=f"{first.body} {word}"), *rest))


def main(url: str, name: str, rounds: int) -> None:
    """Two curators in this process."""
    database = Database.connect(url)
    taken: list[str] = []
    threads = [threading.Thread(target=work, args=(database, f"{name}{number}", rounds, taken)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    sys.stdout.write(json.dumps(taken))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
