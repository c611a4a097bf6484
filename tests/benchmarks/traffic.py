"""What a client of the HTTP service sees: the time of single calls, and how fast a batch is decided and stored."""

import json
import time
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.benchmarks.mails import sixty_words
from tests.benchmarks.service import Running, ServiceError, serving
from tests.proofs.calls import send

WARM_UP = 40
BATCH_SECONDS = 180
LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Single calls of one client over one connection, in milliseconds; `cpu_ms` is what the service spent on each."""

    requests: int
    p50_ms: float
    p99_ms: float
    slowest_ms: float
    cpu_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch from its POST until the last decision was stored."""

    workers: int
    mails: int
    failed: int
    mails_per_s: float
    cpu_ms: float | None


def measure(bundle: Path, quick: bool) -> dict[str, Any]:
    """Single calls and a batch with one worker process, then the batch with two.

    Raises:
        ServiceError: the service did not start, refused a mail, or did not end a batch in time.
    """
    requests, mails = (100, 200) if quick else (500, 1_000)
    with serving(bundle, workers=1) as running:
        calls = score_one_by_one(running, requests)
        alone = decide_batch(running, 1, mails)
    with serving(bundle, workers=2) as running:
        _spend(running.connect(), WARM_UP)
        both = decide_batch(running, 2, mails)
    return {"score": asdict(calls), "batches": [asdict(alone), asdict(both)]}


def score_one_by_one(running: Running, count: int) -> Calls:
    """`/v1/score`, one call after the other; the decisions are stored."""
    connection = running.connect()
    _spend(connection, WARM_UP)
    before = running.cpu_seconds()
    times = sorted(_spend(connection, count))
    return Calls(
        requests=count,
        p50_ms=times[count // 2],
        p99_ms=times[min(count - 1, count * 99 // 100)],
        slowest_ms=times[-1],
        cpu_ms=_cpu_ms(before, running.cpu_seconds(), count),
    )


def decide_batch(running: Running, workers: int, count: int) -> Batch:
    """`/v1/batches` with `count` mails; polled for its counts until it is done."""
    connection = running.connect()
    mails = [{"id": str(number), **mail} for number, mail in enumerate(sixty_words(count))]
    before, started = running.cpu_seconds(), time.perf_counter()
    batch = _call(connection, "POST", "/v1/batches", {"items": mails}, 202)
    while batch["status"] != "done":
        if time.perf_counter() - started > BATCH_SECONDS:
            raise ServiceError(f"{batch['waiting']} of {count} mails of a batch still wait after {BATCH_SECONDS} s")
        time.sleep(LOOK_EVERY_SECONDS)
        batch = _call(connection, "GET", f"/v1/batches/{batch['batch_id']}?limit=0", None, 200)
    seconds = time.perf_counter() - started
    _check_stored(connection, batch["batch_id"])
    return Batch(
        workers=workers,
        mails=count,
        failed=batch["failed"],
        mails_per_s=count / seconds,
        cpu_ms=_cpu_ms(before, running.cpu_seconds(), count),
    )


def _check_stored(connection: HTTPConnection, batch_id: str) -> None:
    """Speed that stores nothing would not count: the last mails' decisions must be there by their ids."""
    for item in _call(connection, "GET", f"/v1/batches/{batch_id}?limit=5", None, 200)["data"]:
        _call(connection, "GET", f"/v1/decisions/{item['decision']['decision_id']}", None, 200)


def _spend(connection: HTTPConnection, count: int) -> list[float]:
    """Score mails; milliseconds of each call."""
    times = []
    for mail in sixty_words(count):
        started = time.perf_counter()
        _call(connection, "POST", "/v1/score", mail, 200)
        times.append((time.perf_counter() - started) * 1000)
    return times


def _call(connection: HTTPConnection, method: str, path: str, body: object, expected: int) -> dict[str, Any]:
    status, answer = send(connection, (method, path, body))
    if status != expected:
        raise ServiceError(f"{method} {path} gave {status}: {answer[:300].decode(errors='replace')}")
    return dict(json.loads(answer))


def _cpu_ms(before: float | None, after: float | None, count: int) -> float | None:
    return None if before is None or after is None else (after - before) / count * 1000
