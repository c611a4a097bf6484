"""Vectors of many mails, made as the predictor makes them, on every core."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from model.encoder import Encoder, Vectors, load_encoder
from model.passages import Passages, mail_vector
from training.progress import Progress

CHUNK = 32
WORTH_PROCESSES = 2_000

Way = Callable[[Encoder, Sequence[str]], Vectors]

_encoder_of_process: list[Encoder] = []


def encode(encoder: Encoder, contents: Sequence[str], progress: Progress) -> NDArray[np.float32]:
    """One vector a mail from its `content`, shape (n, d).

    Thousands of mails are shared between processes when the encoder itself uses one core only.
    """
    return _encoded(encoder, contents, mail_vectors, ("Encoding mails", progress))


def encode_texts(encoder: Encoder, texts: Sequence[str], progress: Progress) -> NDArray[np.float32]:
    """One vector a text as it is, shape (n, d); shared between processes like mails."""
    return _encoded(encoder, texts, text_vectors, ("Encoding sentences", progress))


def _encoded(encoder: Encoder, texts: Sequence[str], way: Way, shown: tuple[str, Progress]) -> NDArray[np.float32]:
    title, progress = shown
    chunks = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
    vectors = np.empty((len(texts), encoder.reference.dim), dtype=np.float32)
    done = 0
    with progress.task(title, len(texts)) as advance:
        for block in _blocks(encoder, chunks, len(texts), way):
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


def text_vectors(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """The vectors of a few texts as they are."""
    return encoder.encode(texts)


def _blocks(encoder: Encoder, chunks: Sequence[Sequence[str]], size: int, way: Way) -> Iterator[Vectors]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if encoder.batches or cores < 2 or size < WORTH_PROCESSES:
        yield from (way(encoder, chunk) for chunk in chunks)
        return
    # Spawned, not forked: the parent may hold threads of BLAS and of MLflow, which a fork would break.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=context, initializer=_load, initargs=(encoder.reference.name,)) as pool:
        try:
            yield from pool.map(partial(_encode_chunk, way), chunks)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _load(name: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the parent ends its own
    _encoder_of_process[:] = [load_encoder(name)]


def _encode_chunk(way: Way, texts: Sequence[str]) -> Vectors:
    return way(_encoder_of_process[0], texts)
