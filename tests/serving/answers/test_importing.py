"""Tests of serving.answers.importing, on SQLite and PostgreSQL."""

import json
from pathlib import Path

import pytest

from data.answer import State
from model.encoder import load_encoder
from model.search.keys import keys_of
from serving.answers.embedding import known_vectors
from serving.answers.encoding import EncodingHere
from serving.answers.importing import ROWS_AT_ONCE, ImportOptions, import_answers
from serving.answers.sources.reading import ImportFileError, ReadOptions
from serving.store.answer_writes import publish_answer
from serving.store.answers import all_answers, load_answer
from serving.store.base_version import base_version
from serving.store.database import Database
from serving.store.files import load_file
from tests.serving.answers.factories import ANA, BEN
from tests.serving.answers.sources.files import written

HEAD = "id,title,body,language,topic,team\n"
BAD = '2,T,{{ self.__class__ }},en,,\n3,T,"=1+1",en,,\n'


def csv(count: int, text: str = "Within 30 days") -> str:
    return HEAD + "".join(f"a{number},Title {number},{text} for case {number}.,en,returns,north\n" for number in range(count))


def version_of(database: Database) -> int:
    with database.reading() as session:
        return base_version(session)


def count_of(database: Database) -> int:
    with database.reading() as session:
        return sum(1 for _ in all_answers(session))


def test_good_rows_come_in_and_bad_rows_are_reported_with_line_and_reason(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "base.csv", csv(1) + BAD)
    report = import_answers(database, path, ImportOptions(stamp=ANA, report=tmp_path / "report.jsonl"))
    assert (report.created, report.refused) == (1, 2)
    assert [(item.line, item.external_id) for item in report.refusals] == [(3, "2"), (4, "3")]
    written_down = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert [(line["outcome"], line["line"], line["id"]) for line in written_down] == [("refused", 3, "2"), ("refused", 4, "3")]
    with database.reading() as session:
        stored = load_answer(session, "a0")
    assert stored is not None
    assert (stored.source, stored.external_id, stored.answer.state, stored.extra, stored.author) == (
        *("base", "a0", State.DRAFT),
        *({"team": "north"}, "ana"),
    )


def test_a_dry_run_tells_the_same_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "base.csv", csv(3) + BAD)
    dry = import_answers(database, path, ImportOptions(stamp=ANA, is_dry_run=True), encoding=EncodingHere(load_encoder("hashing")))
    assert (count_of(database), version_of(database)) == (0, 0)
    real = import_answers(database, path, ImportOptions(stamp=ANA))
    assert {**dry.to_json(), "dry_run": False} == real.to_json()
    assert count_of(database) == 3


def test_a_second_run_changes_nothing_and_a_changed_row_is_updated(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "base.csv", csv(3))
    import_answers(database, path, ImportOptions(stamp=ANA))
    before = version_of(database)
    again = import_answers(database, path, ImportOptions(stamp=BEN))
    assert (again.created, again.unchanged, version_of(database)) == (0, 3, before)
    changed = written(tmp_path / "base.csv", csv(3).replace("days for case 1", "weeks for case 1"))
    assert (import_answers(database, changed, ImportOptions(stamp=BEN)).updated, count_of(database)) == (1, 3)


def test_an_import_that_was_stopped_goes_on_where_it_was(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "base.csv", csv(2 * ROWS_AT_ONCE + 10))

    def stop(step: str, done: int, whole: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_answers(database, path, ImportOptions(stamp=ANA), stop)
    assert count_of(database) == ROWS_AT_ONCE
    seen: list[tuple[str, int, int | None]] = []
    report = import_answers(database, path, ImportOptions(stamp=ANA), lambda *told: seen.append(told))
    assert (report.unchanged, report.created) == (ROWS_AT_ONCE, ROWS_AT_ONCE + 10)
    assert [done for _, done, _ in seen] == [501, 1_001, 1_011]
    assert {whole for _, _, whole in seen} == {1_012}


def test_what_curators_changed_here_stays(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "base.csv", csv(1))
    import_answers(database, path, ImportOptions(stamp=ANA))
    with database.writing() as session:
        publish_answer(session, "a0", 1, State.ACTIVE, BEN)
    import_answers(database, path, ImportOptions(stamp=ANA))
    with database.reading() as session:
        stored = load_answer(session, "a0")
    assert stored is not None
    assert (stored.answer.state, stored.draft) == (State.ACTIVE, None)


def test_files_that_rows_name_come_along(database: Database, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    written(tmp_path / "files" / "form.pdf", "a form")
    path = written(tmp_path / "base.csv", "id,body,language,attachments\n1,See the form.,en,form.pdf\n2,See this.,en,../form.pdf\n")
    report = import_answers(database, path, ImportOptions(stamp=ANA, read=ReadOptions(files=tmp_path / "files")))
    assert (report.created, report.refused) == (1, 1)
    with database.reading() as session:
        (stored,) = all_answers(session)
        assert load_file(session, stored.answer.attachments[0].sha256) == b"a form"


def test_texts_are_encoded_once(database: Database, tmp_path: Path) -> None:
    encoder = load_encoder("hashing")
    path = written(tmp_path / "base.csv", csv(5) + BAD)
    assert import_answers(database, path, ImportOptions(stamp=ANA), encoding=EncodingHere(encoder)).embedded == 10
    assert import_answers(database, path, ImportOptions(stamp=ANA), encoding=EncodingHere(encoder)).embedded == 0
    with database.reading() as session:
        texts = [key.text for stored in all_answers(session) for key in keys_of(stored.answer)]
        vectors = known_vectors(session, encoder.reference, [*texts, "never seen"])
    assert set(vectors) == set(texts)
    assert vectors[texts[0]].tolist() == pytest.approx(encoder.encode([texts[0]])[0].tolist())


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"id,text\n1,x\n", b"a" * 2_000_000])
def test_a_file_that_cannot_be_read_writes_nothing(database: Database, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ImportFileError):
        import_answers(database, written(tmp_path / "base.csv", content), ImportOptions(stamp=ANA))
    assert (count_of(database), version_of(database)) == (0, 0)


def test_a_report_that_cannot_be_written_is_said_before_anything_happens(database: Database, tmp_path: Path) -> None:
    options = ImportOptions(stamp=ANA, report=tmp_path / "no" / "folder.jsonl")
    with pytest.raises(ImportFileError, match="No such file"):
        import_answers(database, written(tmp_path / "base.csv", csv(1)), options)
    assert count_of(database) == 0
