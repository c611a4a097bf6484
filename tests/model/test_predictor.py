"""The predictor: one mail or many, one thread or many, the result is the same; no mail stops it."""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.examples import Example, ExampleSet
from data.mail import Mail
from data.parse import mail_from_fields
from data.taxonomy import Taxonomy
from model.encoder import Encoder, EncoderReference, Vectors
from model.predictor import Predictor, nearest_rows, nothing_to_read
from model.records import understanding_to_json
from model.retriever import AnswerIndex
from tests.factories import make_examples, make_mail
from tests.model.conftest import ANSWERS
from training.fit import fit
from training.progress import Silent

TEXTS = (
    "My parcel has not arrived and the delivery date has passed. Please send the invoice again by mail.",
    "I want to return the lamp.",
    "¿Dónde está mi pedido ALV-5520917? Quiero cancelarlo ahora mismo, por favor.",
    "?",
    "The refund for my return is missing. How do I pay by transfer then? Thanks in advance for your answer.",
)


@pytest.fixture
def mails() -> list[Mail]:
    return [mail_from_fields(subject=f"question {number}", body=text) for number, text in enumerate(TEXTS * 4)]


def test_a_mail_gives_exactly_the_same_alone_and_in_a_batch(predictor: Predictor, index: AnswerIndex, mails: list[Mail]) -> None:
    assert predictor.understand_many(mails, index) == [predictor.understand(mail, index) for mail in mails]


def test_the_default_encoder_gives_exactly_the_same_alone_and_in_a_batch(default: Encoder, mails: list[Mail]) -> None:
    parts = fit(make_examples(48), default, ANSWERS, Silent()).parts
    predictor, index = Predictor.of(parts, default, "v"), AnswerIndex.build(ANSWERS, default, "v")
    together = predictor.understand_many(mails, index)
    assert together == [predictor.understand(mail, index) for mail in mails]
    assert together[1].topic.label == "returns"


class _Batching:
    """The hashing encoder, for which batches pay."""

    batches = True

    def __init__(self, inner: Encoder) -> None:
        self.reference: EncoderReference = inner.reference
        self._inner = inner

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._inner.encode(texts)


def test_an_encoder_that_wants_batches_gets_all_texts_in_one_call(predictor: Predictor, hashing: Encoder, mails: list[Mail]) -> None:
    batching = replace(predictor, encoder=_Batching(hashing))
    assert batching.understand_many(mails) == predictor.understand_many(mails)
    assert batching.understand_many([]) == []
    assert batching.understand_many([make_mail(subject="", text="")]) == [nothing_to_read()]


def test_many_threads_understand_what_one_does(predictor: Predictor, index: AnswerIndex, mails: list[Mail]) -> None:
    alone = [predictor.understand(mail, index) for mail in mails]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert list(pool.map(lambda mail: predictor.understand(mail, index), mails)) == alone


def test_mails_are_understood(predictor: Predictor, index: AnswerIndex) -> None:
    mail = make_mail(subject="urgent: a question", text="Hello, my parcel has not arrived, order 779999. kind regards")
    said = predictor.understand(mail, index)
    assert (said.topic.label, said.urgency.label, said.language.code) == ("delivery", "high", "en")
    assert said.matches[0].answer_id == "tracking"
    assert [(slot.name, slot.text) for slot in said.slots] == [("order_number", "779999")]
    assert len(said.explanation.neighbours) == 5
    assert set(said.explanation.neighbours) <= set(predictor.parts.known.ids)
    assert sum(entry.probability for entry in said.topic.entries) == pytest.approx(1, abs=5e-6)


@pytest.mark.parametrize("text", ["", " \n\t", "?!...", "😀😀", "—"])
def test_a_mail_without_a_letter_is_empty(text: str, predictor: Predictor, index: AnswerIndex) -> None:
    assert predictor.understand(make_mail(subject="", text=text), index) == nothing_to_read()


def test_no_mails_give_no_results(predictor: Predictor) -> None:
    assert predictor.understand_many([]) == []


HOSTILE = {
    "one letter": "a",
    "one endless word": "a" * 100_000,
    "many words": "word " * 20_000,
    "many marks": "a" + "!" * 100_000,
    "many brackets": "a" + "(" * 100_000,
    "many emoji": "a" + "😀" * 50_000,
    "many accents": "a" + "\u0301\u0316" * 50_000,
    "only digits": "1234567890 " * 9_000,
    "many order numbers": "".join(f"order {number} " for number in range(8_000)),
    "many sentences": "I want this one now. " * 5_000,
    "nul": "parcel\x00late",
    "right to left": "\u202eأين طردي؟ \u202c parcel",
    "half a pair": "parcel \ud800 late",
    "templates": "{{order_number}} {{ x }} \\1 %s",
    "markup": "<script>alert(1)</script><b>parcel</b>",
    "line breaks": "a\n" * 50_000,
    "placeholders": "<id> <email> <date> " * 1_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_stops_it_or_takes_long(name: str, predictor: Predictor, index: AnswerIndex) -> None:
    mail = mail_from_fields(subject=HOSTILE[name][:200], body=HOSTILE[name])
    predictor.understand(make_mail(), index)
    start = time.perf_counter()
    said = predictor.understand(mail, index)
    assert time.perf_counter() - start < 5
    json.dumps(understanding_to_json(said), allow_nan=False).encode()


def test_a_mail_of_five_megabytes_is_understood_in_seconds(predictor: Predictor, index: AnswerIndex) -> None:
    mail = make_mail(text="Where is my parcel, please? It has not arrived. " * 110_000)
    assert len(mail.text) > 5_000_000
    start = time.perf_counter()
    assert predictor.understand(mail, index).topic.label == "delivery"
    assert time.perf_counter() - start < 5


@settings(max_examples=60, deadline=None)
@given(subject=st.text(alphabet=st.characters(), max_size=40), body=st.text(alphabet=st.characters(), max_size=200))
def test_any_text_gives_probabilities(subject: str, body: str, predictor: Predictor, index: AnswerIndex) -> None:
    said = predictor.understand(mail_from_fields(subject=subject, body=body), index)
    assert all(0 <= entry.probability <= 1 for entry in said.topic.entries)
    assert 0 <= said.novelty.score <= 1
    json.dumps(understanding_to_json(said), allow_nan=False)


def test_topics_of_one_row_and_many_topics_are_learnt(hashing: Encoder) -> None:
    labels = [f"topic-{number}" for number in range(300)]
    examples = tuple(
        Example(id=f"e-{label}", body=f"about {label.replace('-', ' number ')} only", topic=label, topics=(label,), urgency="normal")
        for label in labels
    )
    everything = ExampleSet(examples=examples, urgencies=("low", "normal"), taxonomy=Taxonomy.from_labels(labels, ("low", "normal")))
    said = Predictor.of(fit(everything, hashing, (), Silent()).parts, hashing, "v").understand(make_mail())
    assert len(said.topic.entries) == 300
    assert sum(entry.probability for entry in said.topic.entries) == pytest.approx(1, abs=3e-4)
    assert (said.urgency.label, said.urgency.ranking.entries) == (None, ())


def test_mails_that_share_no_term_are_learnt_from_their_vectors(hashing: Encoder) -> None:
    letters = "abcdefghijkl"
    examples = tuple(
        Example(id=letter, body=letter * 6, topic=topic, topics=(topic,), urgency="low")
        for letter, topic in zip(letters, "xy" * 6, strict=True)
    )
    everything = ExampleSet(examples=examples, urgencies=("low", "high"), taxonomy=Taxonomy.from_labels(["x", "y"], ("low", "high")))
    parts = fit(everything, hashing, (), Silent()).parts
    assert (parts.words.terms, parts.characters.terms) == ((), ())
    assert Predictor.of(parts, hashing, "v").understand(make_mail()).topic.label in {"x", "y"}


def test_the_nearest_rows_come_nearest_first() -> None:
    cosines = np.array([[0.1, 0.9, 0.3, 0.5, 0.2, 0.8, 0.0]], dtype=np.float32)
    assert nearest_rows(cosines).tolist() == [[1, 5, 3, 2, 4]]
    assert nearest_rows(cosines[:, :2]).tolist() == [[1, 0]]
