"""A small bundle that the command line learnt, and a workbench; both are made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from data.examples import ReadOptions
from model.bundle import Bundle
from model.encoder import load_encoder
from model.predictor import Predictor
from tests.factories import NOW, make_examples
from tests.training.files import write_rows
from training.judge import Workbench
from training.learn import Learnt, Plan, learn
from training.progress import Silent


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Tests run side by side: one thread of arithmetic each."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture(scope="session")
def bench() -> Workbench:
    """The encoder without weights and no answers."""
    return Workbench(encoder=load_encoder("hashing"), answers=(), progress=Silent(), now=NOW)


@pytest.fixture(scope="session")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Learnt:
    """Learnt from 120 mails about three topics."""
    folder = tmp_path_factory.mktemp("learnt")
    rows = write_rows(folder / "rows.jsonl", make_examples(120).examples)
    plan = Plan(files=(rows,), reading=ReadOptions(), out=folder / "bundle", encoder="hashing")
    return learn(plan, Silent(), NOW)


@pytest.fixture(scope="session")
def bundle(learnt: Learnt) -> Bundle:
    """The bundle of `learnt`; nobody may change its folder."""
    return learnt.bundle


@pytest.fixture(scope="session")
def predictor(bundle: Bundle, bench: Workbench) -> Predictor:
    """Its predictor."""
    return bundle.predictor(bench.encoder)


@pytest.fixture
def rows_file(tmp_path: Path) -> Path:
    """A file with 60 labelled mails."""
    return write_rows(tmp_path / "rows.jsonl", make_examples(60).examples)
