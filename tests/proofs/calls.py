"""HTTP calls one after the other over one connection, and how long each took."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import quote

WARM_UP = 30
Call = tuple[str, str, object]


@dataclass(frozen=True, slots=True)
class CallTimes:
    """Milliseconds of calls that did what they asked for, ascending."""

    times: tuple[float, ...]

    def at(self, share: float) -> float:
        """The time that this share of the calls stayed under."""
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))]


def search_call(question: str) -> Call:
    """A free search as agents send it."""
    return ("GET", f"/v1/search?q={quote(question)}", None)


def timed(port: int, calls: Sequence[Call]) -> CallTimes:
    """Send all calls to a service on this machine; neither the first 30 count nor what is refused as a duplicate.

    Raises:
        SystemExit: a call was neither done nor refused as a duplicate.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for number, one in enumerate(calls):
        started = time.perf_counter()
        status, said = send(connection, one)
        if status not in (200, 201, 409):
            raise SystemExit(f"{one[0]} {one[1][:80]} gave {status}: {said[:300]!r}")
        if status != 409 and number >= WARM_UP:
            times.append((time.perf_counter() - started) * 1000)
    return CallTimes(tuple(sorted(times)))


def send(connection: HTTPConnection, call: Call) -> tuple[int, bytes]:
    """Status and body of the answer."""
    method, path, body = call
    content = None if body is None else json.dumps(body).encode()
    connection.request(method, path, content, {"Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, response.read()
