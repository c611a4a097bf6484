"""Services that may send: a certified bundle, a policy that allows it, and a clock that tests move."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from data.answer import load_answers
from serving.answers.starter import take_over
from serving.app import build_service, create_app
from serving.bundles import Engine, EngineLoader, Engines
from serving.metrics import Metrics
from serving.neighbours import Neighbours
from serving.service import Service
from serving.settings import Settings, load_settings
from serving.store.answers import Stamp
from serving.store.database import Database
from serving.store.policies import put_policy
from tests.serving.automatic.certified import allow, make_certified
from tests.serving.conftest import NOW
from tests.serving.engines import SEEDS


@dataclass(slots=True)
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The moment."""
        return self.now

    def move(self, **span: float) -> None:
        """Forward, or back with a negative span."""
        self.now += timedelta(**span)


@pytest.fixture(scope="session")
def certified(trained: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a certificate; copy it before you touch it."""
    return make_certified(tmp_path_factory.mktemp("certified") / "bundle", trained[0])


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """Half past nine, or the moment that a test asks for."""
    return Clock(getattr(request, "param", NOW))


@pytest.fixture
def served(certified: Path, tmp_path: Path) -> Path:
    """A symlink to the certified bundle, as operators keep it."""
    shutil.copytree(certified, tmp_path / "shelf" / "certified")
    link = tmp_path / "served"
    link.symlink_to(tmp_path / "shelf" / "certified")
    return link


@pytest.fixture(scope="session")
def built(certified: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Engine]:
    """A SQLite file with the starter answers, and the engine over it: made once, copied for every test."""
    file = tmp_path_factory.mktemp("built") / "replywell.db"
    service = build_service(load_settings(bundle=str(certified), database_url=f"sqlite:///{file}", open=True), clock=Clock())
    allow(service)
    service.engines.follow_policy(service.database)
    service.database.close()
    return file, service.engines.current


def make_service(settings: Settings, engine: Engine, clock: Clock) -> Service:
    """A service over a database that is ready, with an engine that is loaded already."""
    database, metrics = Database.connect(settings.database_url.get_secret_value()), Metrics()
    engines = Engines(EngineLoader(settings, metrics, database), engine)
    neighbours = Neighbours(database, engine.encoder)
    return Service(settings=settings, database=database, engines=engines, neighbours=neighbours, metrics=metrics, clock=clock)


@pytest.fixture
def sending(served: Path, built: tuple[Path, Engine], service_url: str, clock: Clock) -> Iterator[Service]:
    """A service whose replies go out by themselves; no key is needed."""
    file, engine = built
    settings = load_settings(bundle=str(served), database_url=service_url, open=True)
    if settings.database_url.get_secret_value().startswith("sqlite"):
        shutil.copyfile(file, Database.connect(service_url).url.database or "")
    service = make_service(settings, engine, clock)
    if not service.database.is_sqlite:
        service.database.migrate()
        take_over(service.database, load_answers(SEEDS / "answers"), clock(), SEEDS / "answers" / "files")
        with service.database.writing() as session:  # the engine knows its policy as the second
            put_policy(session, "pol@0", {}, Stamp(by="test", at=clock()))
        allow(service)
    yield service
    service.database.close()


@pytest.fixture
def caller(sending: Service) -> Iterator[TestClient]:
    """A caller of it."""
    with TestClient(create_app(sending), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client
