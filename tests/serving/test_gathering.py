"""Mails of the same moment are read together."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from data.mail import Mail
from data.parse import mail_from_fields
from model.predictor import AskedQuestion
from model.retriever import AnswerIndex
from model.understanding import Understanding
from serving.bundles import Engine
from serving.gathering import AT_ONCE, GatheringReader, Reader
from serving.metrics import Metrics

MAILS = [mail_from_fields(body=f"Where is parcel number {number}?") for number in range(100)]


@dataclass
class Counting:
    """A real reader that notes how many mails came at once, and trips over one of them."""

    reader: Reader
    trips_over: str = ""
    sizes: list[int] = field(default_factory=list)

    def understand(self, mail: Mail, index: AnswerIndex | None = None) -> Understanding:
        """One mail."""
        return self.understand_many([mail], index)[0]

    def understand_many(self, mails: Sequence[Mail], index: AnswerIndex | None = None) -> list[Understanding]:
        """Many mails."""
        self.sizes.append(len(mails))
        if self.trips_over and any(self.trips_over in mail.body for mail in mails):
            raise RuntimeError("cannot read this")
        return self.reader.understand_many(mails, index)

    def read_question(self, text: str) -> AskedQuestion:
        """A question."""
        return self.reader.read_question(text)


def test_everybody_gets_the_result_of_the_own_mail(engine: Engine) -> None:
    counting = Counting(engine.reader)
    gathering = GatheringReader(counting, Metrics())
    with ThreadPoolExecutor(48) as threads:
        results = list(threads.map(lambda mail: gathering.understand(mail, engine.index), MAILS))
    alone = [engine.reader.understand(mail, engine.index) for mail in MAILS]
    assert [result.topic.label for result in results] == [result.topic.label for result in alone]
    assert max(counting.sizes) <= AT_ONCE
    assert len(counting.sizes) < len(MAILS)
    assert sum(counting.sizes) == len(MAILS)


def test_a_mail_that_cannot_be_read_fails_alone_and_is_counted(engine: Engine) -> None:
    metrics = Metrics()
    gathering = GatheringReader(Counting(engine.reader, trips_over="number 7?"), metrics)

    def read(mail: Mail) -> bool:
        try:
            return bool(gathering.understand(mail).topic.label)
        except RuntimeError:
            return False

    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(read, MAILS[:16]))
    assert [number for number, was_read in enumerate(results) if not was_read] == [7]
    assert b'replywell_encoder_fallbacks_total{where="gathering"}' in metrics.render()


def test_one_thread_alone_does_not_wait_for_long(engine: Engine) -> None:
    counting = Counting(engine.reader)
    gathering = GatheringReader(counting, Metrics())
    for mail in MAILS[:3]:
        assert gathering.understand(mail).topic.probability == pytest.approx(engine.reader.understand(mail).topic.probability, abs=2e-6)
    assert counting.sizes == [1, 1, 1]
