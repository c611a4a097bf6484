"""Collects mails that arrive at the same time into one call of the encoder, for encoders where that pays."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from data.mail import Mail
from model.predictor import AskedQuestion
from model.retriever import AnswerIndex
from model.understanding import Understanding
from serving.logs import EVENTS
from serving.metrics import Metrics

WAIT_SECONDS = 0.008
AT_ONCE = 32


class Reader(Protocol):
    """What reads mails: a predictor, or one that gathers calls for it."""

    def understand(self, mail: Mail, index: AnswerIndex | None = None) -> Understanding:
        """Read one mail."""

    def understand_many(self, mails: Sequence[Mail], index: AnswerIndex | None = None) -> list[Understanding]:
        """Read many mails with one call of the encoder."""

    def read_question(self, text: str) -> AskedQuestion:
        """Read what somebody searches for."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    mail: Mail
    index: AnswerIndex | None
    result: "Future[Understanding]" = field(default_factory=Future)


class GatheringReader:
    """Threads hand in one mail each and wait; the first of them reads all that came within 8 ms, at most 32 at once."""

    def __init__(self, reader: Reader, metrics: Metrics) -> None:
        self._reader = reader
        self._metrics = metrics
        self._pending: list[_Waiting] = []
        self._is_led = False
        self._arrived = threading.Condition()

    def understand(self, mail: Mail, index: AnswerIndex | None = None) -> Understanding:
        """Wait for the others of this moment, then read together."""
        waiting = _Waiting(mail, index)
        with self._arrived:
            self._pending.append(waiting)
            self._arrived.notify_all()
            leads, self._is_led = not self._is_led, True
        while leads:
            group, leads = self._gather()
            self._read(group)
        return waiting.result.result()

    def understand_many(self, mails: Sequence[Mail], index: AnswerIndex | None = None) -> list[Understanding]:
        """Many mails are a batch already."""
        return self._reader.understand_many(mails, index)

    def read_question(self, text: str) -> AskedQuestion:
        """A question is short: it does not wait for others."""
        return self._reader.read_question(text)

    def _gather(self) -> tuple[list[_Waiting], bool]:
        """Those that joined in time, and whether more are left that nobody else leads."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self._pending) >= AT_ONCE, timeout=WAIT_SECONDS)
            group, self._pending = self._pending[:AT_ONCE], self._pending[AT_ONCE:]
            self._is_led = bool(self._pending)
            return group, self._is_led

    def _read(self, gathered: list[_Waiting]) -> None:
        for index in {id(waiting.index): waiting.index for waiting in gathered}.values():
            group = [waiting for waiting in gathered if waiting.index is index]
            try:
                results = self._reader.understand_many([waiting.mail for waiting in group], index)
            except Exception:  # one mail that cannot be read must not fail its neighbours: each for itself, and counted
                self._metrics.fallbacks.labels("gathering").inc()
                EVENTS.warning("reading together failed; reading one by one", extra={"items": len(group)}, exc_info=True)
                self._read_one_by_one(group)
            else:
                for waiting, result in zip(group, results, strict=True):
                    waiting.result.set_result(result)

    def _read_one_by_one(self, group: list[_Waiting]) -> None:
        for waiting in group:
            try:
                waiting.result.set_result(self._reader.understand(waiting.mail, waiting.index))
            except Exception as error:  # handed to the thread that asked
                waiting.result.set_exception(error)
