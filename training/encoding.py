"""Vectors of many mails, made as the predictor makes them, on every core."""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray

from model.encoder import Encoder, Vectors, load_encoder
from model.passages import Passages, mail_vector
from training.progress import Progress

CHUNK = 32
WORTH_PROCESSES = 2_000

_encoder_of_process: list[Encoder] = []


def encode(encoder: Encoder, contents: Sequence[str], progress: Progress) -> NDArray[np.float32]:
    """One vector a mail from its `content`, shape (n, d).

    Thousands of mails are shared between processes when the encoder itself uses one core only.
    """
    chunks = [contents[start : start + CHUNK] for start in range(0, len(contents), CHUNK)]
    vectors = np.empty((len(contents), encoder.reference.dim), dtype=np.float32)
    done = 0
    with progress.task("Encoding mails", len(contents)) as advance:
        for block in _blocks(encoder, chunks, len(contents)):
            vectors[done : done + len(block)] = block
            done += len(block)
            advance(len(block))
    return vectors


def mail_vectors(encoder: Encoder, contents: Sequence[str]) -> Vectors:
    """The vectors of a few mails from one call of the encoder: what that moves, about 1e-7, matters to decisions, not to training."""
    passages = [Passages.of(content) for content in contents]
    together = encoder.encode([text for cut in passages for text in cut.texts])
    blocks = np.split(together, np.cumsum([len(cut.texts) for cut in passages])[:-1])
    return np.stack([mail_vector(block) for block in blocks])


def _blocks(encoder: Encoder, chunks: Sequence[Sequence[str]], size: int) -> Iterator[Vectors]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if encoder.batches or cores < 2 or size < WORTH_PROCESSES:
        yield from (mail_vectors(encoder, chunk) for chunk in chunks)
        return
    # Spawned, not forked: the parent may hold threads of BLAS and of MLflow, which a fork would break.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=context, initializer=_load, initargs=(encoder.reference.name,)) as pool:
        try:
            yield from pool.map(_encode_chunk, chunks)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _load(name: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the parent ends its own
    _encoder_of_process[:] = [load_encoder(name)]


def _encode_chunk(contents: Sequence[str]) -> Vectors:
    return mail_vectors(_encoder_of_process[0], contents)
