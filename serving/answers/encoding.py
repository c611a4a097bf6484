"""Encoding many texts while something else goes on: in this process, or in a few of their own."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Protocol

from threadpoolctl import threadpool_limits

from model.encoder import Encoder, EncoderReference, Vectors, load_encoder


class Encoding(Protocol):
    """Takes texts and gives their vectors later."""

    @property
    def reference(self) -> EncoderReference:
        """Which encoder it is."""

    @property
    def at_once(self) -> int:
        """How many calls are worth having under way."""

    def submit(self, texts: Sequence[str]) -> "Future[Vectors]":
        """Begin to encode texts."""


class EncodingHere:
    """Encodes in this process, at once."""

    at_once = 1

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.reference = encoder.reference

    def submit(self, texts: Sequence[str]) -> "Future[Vectors]":
        """Encode now."""
        done: Future[Vectors] = Future()
        done.set_result(self._encoder.encode(texts))
        return done


class EncodingPool:
    """Processes that each load the encoder by its name. A context: on the way out what has not begun is dropped."""

    def __init__(self, name: str, processes: int = 2) -> None:
        """Start the processes, and wait until the first has loaded the encoder.

        Raises:
            EncoderError: the encoder cannot be loaded.
        """
        self.at_once = 4 * processes
        # Not forked: a fork of a process with threads (the service, a progress bar) can hang.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_prepare)
        try:
            self.reference = [self._pool.submit(_reference, name) for _ in range(processes)][0].result()
        except BaseException:
            self._pool.shutdown(cancel_futures=True)
            raise
        self._name = name

    def __enter__(self) -> "EncodingPool":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def submit(self, texts: Sequence[str]) -> "Future[Vectors]":
        """Give texts to the next process that is free."""
        return self._pool.submit(_encoded, self._name, list(texts))


_LOADED: dict[str, Encoder] = {}


def _prepare() -> None:
    """One thread a process; Ctrl-C is for the parent, and a process whose parent is gone ends itself."""
    threadpool_limits(limits=1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _encoder(name: str) -> Encoder:
    if name not in _LOADED:
        _LOADED[name] = load_encoder(name)
    return _LOADED[name]


def _reference(name: str) -> EncoderReference:
    return _encoder(name).reference


def _encoded(name: str, texts: list[str]) -> Vectors:
    return _encoder(name).encode(texts)
