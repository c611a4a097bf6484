"""Databases of both kinds, a small real model, and a service over both; each test with its own."""

import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from starlette.testclient import TestClient

from serving.app import build_service, create_app
from serving.bundles import Engine, EngineLoader
from serving.metrics import Metrics
from serving.service import Service
from serving.settings import Settings, load_settings
from serving.store.database import Database
from tests.serving.engines import make_bundle
from tests.serving.postgres import INSTALL, programs, server

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The socket folder of a PostgreSQL server that lives as long as the test run."""
    if programs() is None:
        pytest.skip(INSTALL)
    with server() as socket:
        yield socket


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'replywell.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    socket = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(host=socket, user="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield f"postgresql+psycopg://postgres@/{name}?host={socket}"
    with psycopg.connect(host=socket, user="postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    """A database without tables, of each kind."""
    database = Database.connect(empty_url)
    yield database
    database.close()


@pytest.fixture
def database(empty: Database) -> Database:
    """A database with tables, of each kind."""
    empty.migrate()
    return empty


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two different bundles, trained once for all tests; copy them before you touch them."""
    shelf = tmp_path_factory.mktemp("trained")
    return make_bundle(shelf / "first", 0), make_bundle(shelf / "second", 1)


@pytest.fixture
def current(trained: tuple[Path, Path], tmp_path: Path) -> Path:
    """A symlink to a bundle, as operators keep it."""
    shutil.copytree(trained[0], tmp_path / "shelf" / "first")
    link = tmp_path / "current"
    link.symlink_to(tmp_path / "shelf" / "first")
    return link


@pytest.fixture
def other_bundle(trained: tuple[Path, Path], current: Path, tmp_path: Path) -> Path:
    """Another bundle beside the current one."""
    return Path(shutil.copytree(trained[1], tmp_path / "shelf" / "second"))


@pytest.fixture
def engine(current: Path) -> Engine:
    """What decides in tests."""
    return EngineLoader(load_settings(bundle=str(current)), Metrics()).load()


@pytest.fixture
def service_url(sqlite_url: str) -> str:
    """The database of the services below; a module that tests both kinds overrides it with `empty_url`."""
    return sqlite_url


def _service(settings: Settings) -> Iterator[Service]:
    database = Database.connect(settings.database_url.get_secret_value())
    database.migrate()
    database.close()
    service = build_service(settings, clock=lambda: NOW)
    yield service
    service.database.close()


@pytest.fixture
def service(current: Path, service_url: str) -> Iterator[Service]:
    """A service that needs no keys."""
    yield from _service(load_settings(bundle=str(current), database_url=service_url, open=True))


@pytest.fixture
def closed_service(current: Path, service_url: str) -> Iterator[Service]:
    """A service that needs keys."""
    yield from _service(load_settings(bundle=str(current), database_url=service_url))


def _client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    """A caller of the open service."""
    yield from _client(service)


@pytest.fixture
def closed_client(closed_service: Service) -> Iterator[TestClient]:
    """A caller of the service that needs keys."""
    yield from _client(closed_service)
