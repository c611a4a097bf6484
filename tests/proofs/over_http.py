"""A search index that was made elsewhere, served over HTTP: the service's own way of a question, encoding included."""

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import uvicorn

from model.retriever import AnswerIndex
from serving.app import build_service, create_app
from serving.bundles import Engines
from serving.settings import load_settings
from tests.benchmarks.environments import ROOT
from tests.proofs.calls import Call, CallTimes, search_call, timed

PATIENCE_SECONDS = 60


def searched_over_http(index: AnswerIndex, questions: Sequence[str]) -> CallTimes:
    """Ask all questions, from a process of its own so that client and service do not share an interpreter."""
    calls = [search_call(question) for question in questions]
    with _served(index) as port:
        return _asked(port, calls)


def _asked(port: int, calls: Sequence[Call]) -> CallTimes:
    with multiprocessing.get_context("spawn").Pool(1) as client:
        return client.apply(timed, (port, calls))


@contextmanager
def _served(index: AnswerIndex) -> Iterator[int]:
    """The port of a service over an empty database that searches this index."""
    with tempfile.TemporaryDirectory(prefix="replywell-search-") as folder:
        database_url = f"sqlite:///{folder}/replywell.db"
        service = build_service(load_settings(bundle=str(ROOT / "var" / "bundle"), answers="", database_url=database_url, open=True))
        engine = service.engines.current
        index = replace(index, version=engine.versions.index)  # otherwise the service would go back to the base of its database
        engines = Engines(service.engines.loader, replace(engine, index=index))
        config = uvicorn.Config(create_app(replace(service, engines=engines)), port=0, log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield _port(server)
        server.should_exit = True
        thread.join()


def _port(server: uvicorn.Server) -> int:
    until = time.monotonic() + PATIENCE_SECONDS
    while not server.started:
        if time.monotonic() > until:
            raise SystemExit(f"the service did not start within {PATIENCE_SECONDS} s")
        time.sleep(0.05)
    return int(server.servers[0].sockets[0].getsockname()[1])
