"""A real service with real worker processes: reload under load, crashes, two processes on one database."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

MAIL = {"subject": "Where is my parcel?", "body": "Order 48213 should be here. When will it arrive?"}
PROGRAM = [sys.executable, "-c", "from serving.cli import main; main()"]
ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 120


@dataclass(frozen=True)
class Running:
    """A service in processes of its own."""

    address: str
    process: "subprocess.Popen[str]"
    output: Path

    def call(self, path: str, body: Any = None, method: str | None = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of a call."""
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.address + path, data, sent, method=method or ("GET" if data is None else "POST"))
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def wait(self, path: str, wanted: Any) -> Any:
        """Ask until the answer is as wanted."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                status, said = self.call(path)
                if wanted(status, said):
                    return said
            except (urllib.error.URLError, ConnectionError):
                assert self.process.poll() is None, self.output.read_text()
            time.sleep(0.1)
        raise AssertionError(f"{path}: {self.output.read_text()[-2000:]}")


@contextmanager
def _serving(url: str, bundle: Path, *options: str) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    output = bundle.parent / f"output-{port}"
    environment = os.environ | {"REPLYWELL_DATABASE_URL": url, "REPLYWELL_BUNDLE": str(bundle), "PYTHONPATH": str(ROOT)}
    with output.open("w") as file:
        command = [*PROGRAM, "serve", "--open", "--port", str(port), *options]
        process = subprocess.Popen(command, env=environment, cwd=bundle.parent, stdout=file, stderr=file, text=True, start_new_session=True)
    running = Running(f"http://127.0.0.1:{port}", process, output)
    try:
        running.wait("/readyz", lambda status, _: status == 200)
        yield running
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)


def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + START_SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


def _until_more(statuses: list[int]) -> None:
    enough = len(statuses) + 20
    _until(lambda: len(statuses) >= enough)


def _swap(current: Path, bundle: Path) -> None:
    fresh = current.with_suffix(".new")
    fresh.symlink_to(bundle)
    fresh.replace(current)


def test_a_reload_under_load_reaches_all_workers_and_drops_nothing(sqlite_url: str, current: Path, other_bundle: Path) -> None:
    statuses: list[int] = []
    stopping = threading.Event()
    with _serving(sqlite_url, current, "--workers", "2") as running, ThreadPoolExecutor(4) as threads:

        def call_until_stopped() -> None:
            while not stopping.is_set():
                statuses.append(running.call("/v1/score", MAIL)[0])

        before = running.call("/v1/models")[1]["bundle_id"]
        callers = [threads.submit(call_until_stopped) for _ in range(4)]
        for bundle in (other_bundle, current.parent / "shelf" / "first", other_bundle):
            _until_more(statuses)
            _swap(current, bundle)
            status, said = running.call("/v1/models/reload", method="POST")
            assert status == 200
        _until(lambda: {running.call("/v1/models")[1]["bundle_id"] for _ in range(12)} == {said["bundle_id"]})
        stopping.set()
        for caller in callers:
            caller.result()
    assert said["bundle_id"] != before
    assert set(statuses) == {200}


def test_a_killed_service_finishes_its_batch_after_a_restart(empty_url: str, current: Path) -> None:
    if empty_url.startswith("postgresql"):
        subprocess.run([*PROGRAM, "migrate"], env=os.environ | {"REPLYWELL_DATABASE_URL": empty_url, "PYTHONPATH": str(ROOT)}, check=True)
    items = [MAIL | {"id": str(number)} for number in range(400)]
    with _serving(empty_url, current) as running:
        decided = running.call("/v1/score", MAIL, Idempotency_Key="k")[1]
        batch = running.call("/v1/batches", {"items": items})[1]["batch_id"]
        running.wait(f"/v1/batches/{batch}?limit=0", lambda _, said: said["done"] > 0)
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait(60)
    with _serving(empty_url, current) as running:
        again = running.call("/v1/score", MAIL, Idempotency_Key="k")[1]
        replayed = running.call(f"/v1/decisions/{decided['decision_id']}/replay", method="POST")[1]
        said = running.wait(f"/v1/batches/{batch}?limit=0", lambda _, said: said["status"] == "done")
        first = running.call(f"/v1/batches/{batch}?limit=200")[1]["data"]
    assert again == decided
    assert replayed["is_equal"]
    assert (said["done"], said["failed"]) == (400, 0)
    assert [item["id"] for item in first] == [str(number) for number in range(200)]
    assert {item["decision"]["topic"]["label"] for item in first} == {decided["topic"]["label"]}


def test_two_services_on_one_database_answer_a_repeated_call_once(empty_url: str, current: Path) -> None:
    if empty_url.startswith("postgresql"):
        subprocess.run([*PROGRAM, "migrate"], env=os.environ | {"REPLYWELL_DATABASE_URL": empty_url, "PYTHONPATH": str(ROOT)}, check=True)
    with _serving(empty_url, current) as one, _serving(empty_url, current) as other, ThreadPoolExecutor(8) as threads:

        def call(number: int) -> tuple[int, Any]:
            running = (one, other)[number % 2]
            while True:
                status, said = running.call("/v1/score", MAIL, Idempotency_Key=f"key-{number // 8}")
                if status != 409:
                    return status, said
                time.sleep(0.05)

        answers = list(threads.map(call, range(80)))
    assert {status for status, _ in answers} == {200}
    ids = [said["decision_id"] for _, said in answers]
    assert len(set(ids)) == 10
    assert all(len(set(ids[start : start + 8])) == 1 for start in range(0, 80, 8))


def test_the_printed_commands_work_as_they_are(sqlite_url: str, current: Path) -> None:
    with _serving(sqlite_url, current) as running:
        until = time.monotonic() + 20
        while "Three things" not in running.output.read_text() and time.monotonic() < until:
            time.sleep(0.1)
        shown = running.output.read_text()
        (curl,) = re.findall(r"^  (curl .*)$", shown, re.MULTILINE)
        (mail,) = re.findall(r"^  \S*replywell score (.*)$", shown, re.MULTILINE)
        answer = subprocess.run(shlex.split(curl), capture_output=True, check=True, text=True)
        assert running.address + "/docs" in shown
    assert json.loads(answer.stdout)["decision_id"].startswith("dec_")
    assert (current.parent / mail).is_file()


def test_a_port_that_is_taken_is_one_line(sqlite_url: str, current: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = os.environ | {"REPLYWELL_DATABASE_URL": sqlite_url, "REPLYWELL_BUNDLE": str(current), "PYTHONPATH": str(ROOT)}
        command = [*PROGRAM, "serve", "--open", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, env=environment, cwd=current.parent, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert re.fullmatch(r"replywell: cannot listen on 127\.0\.0\.1:\d+: .*; choose another with --port\n", done.stderr)


@pytest.mark.parametrize("options", [(), ("--workers", "2")])
def test_a_damaged_bundle_stops_the_start_with_one_line(sqlite_url: str, current: Path, options: tuple[str, ...]) -> None:
    largest = max(current.resolve().iterdir(), key=lambda path: path.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-1])
    environment = os.environ | {"REPLYWELL_DATABASE_URL": sqlite_url, "REPLYWELL_BUNDLE": str(current), "PYTHONPATH": str(ROOT)}
    command = [*PROGRAM, "serve", "--open", "--port", "0", *options]
    command[command.index("0")] = "18999"
    done = subprocess.run(command, env=environment, cwd=current.parent, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert largest.name in done.stderr
