"""A running `replywell serve` on a free loopback port with a database of its own; it ends with the block."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.environments import ROOT, reason_in

READY_SECONDS = 120
STOP_SECONDS = 40
COMMAND = (sys.executable, "-c", "from serving.cli.main import main; main()", "serve", "--open")


class ServiceError(Exception):
    """The service did not start; the message is its own last complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where it listens, and its process."""

    port: int
    process: int

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is kept alive."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def cpu_seconds(self) -> float | None:
        """CPU time of the service and its worker processes so far; None where the system does not say (no /proc)."""
        pids = [self.process, *_children(self.process)]
        try:
            fields = [Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for pid in pids]
        except OSError:
            return None
        return sum(int(field[11]) + int(field[12]) for field in fields) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(bundle: Path, workers: int, database: Path | None = None) -> Iterator[Running]:
    """Start, wait until it is ready, stop. No settings of this machine reach it: it measures the defaults, over an empty database
    unless a SQLite file is given.

    Raises:
        ServiceError: it did not become ready.
    """
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="replywell-bench-") as folder, (Path(folder) / "log").open("w+", encoding="utf-8") as log:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("REPLYWELL_")} | {
            "REPLYWELL_BUNDLE": str(bundle.resolve()),
            "REPLYWELL_DATABASE_URL": f"sqlite:///{database or Path(folder) / 'replywell.db'}",
            "PYTHONPATH": str(ROOT),
        }
        process = subprocess.Popen(
            [*COMMAND, "--port", str(port), "--workers", str(workers)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            running = Running(port=port, process=process.pid)
            _wait(running, process, Path(folder) / "log")
            yield running
        finally:
            _stop(process)


def _wait(running: Running, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = running.connect()
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        connection.close()
        time.sleep(0.1)
    raise ServiceError(f"the service did not start: {reason_in(log.read_text(encoding='utf-8')) or 'no word from it'}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask, wait, then end the whole group, so that no worker outlives the measurement."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
