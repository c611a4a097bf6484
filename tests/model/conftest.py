"""A small model that is trained once, and the encoders; all of them real."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from data.answer import Answer
from model.bundle import Bundle, Training, write_bundle
from model.encoder import Encoder, load_encoder
from model.predictor import Parts, Predictor
from model.retriever import AnswerIndex
from tests.factories import NOW, make_answer, make_examples
from training.fit import fit
from training.progress import Silent

ANSWERS = (
    make_answer(id="tracking", topic="delivery", questions=("When will my parcel arrive?",)),
    make_answer(id="send-back", topic="returns", title="How to return a product", body="Print the label and hand the box in."),
    make_answer(id="invoice-copy", topic="billing", title="A copy of an invoice", body="Your invoice {{invoice_number}} is attached."),
)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """As in the service: workers do not fight for cores."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture(scope="session")
def hashing() -> Encoder:
    """The encoder without weights."""
    return load_encoder("hashing")


@pytest.fixture(scope="session")
def default() -> Encoder:
    """The default encoder."""
    return load_encoder()


@pytest.fixture(scope="session")
def answers() -> tuple[Answer, ...]:
    """One answer a topic."""
    return ANSWERS


@pytest.fixture(scope="session")
def parts(hashing: Encoder) -> Parts:
    """What is learnt from the examples of the factory."""
    return fit(make_examples(), hashing, ANSWERS, Silent()).parts


@pytest.fixture(scope="session")
def training() -> Training:
    """Where the small bundle comes from."""
    return Training(fingerprint="f" * 64, rows=120, metrics={"topic": {"accuracy": 1.0}}, settings={"encoder": "hashing"})


@pytest.fixture
def bundle(tmp_path: Path, parts: Parts, training: Training) -> Bundle:
    """The small bundle in a folder of the test's own."""
    return write_bundle(tmp_path / "bundle", parts, training, NOW)


@pytest.fixture(scope="session")
def predictor(parts: Parts, hashing: Encoder) -> Predictor:
    """Reads mails with the small model."""
    return Predictor.of(parts, hashing, "test")


@pytest.fixture(scope="session")
def index(hashing: Encoder) -> AnswerIndex:
    """The answers, indexed."""
    return AnswerIndex.build(ANSWERS, hashing, "answers-1")
