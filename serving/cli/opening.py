"""How commands open the answer base: SQLite is made ready on the way, PostgreSQL must have been migrated."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from model.encoder import DEFAULT_ENCODER, Encoder, EncoderReference, Vectors, load_encoder
from serving.answers.starter import is_untouched
from serving.app import build_service
from serving.bundles import EngineError, EngineLoader
from serving.metrics import Metrics
from serving.service import Service, utc_now
from serving.settings import Settings, load_settings
from serving.store.answers import Stamp
from serving.store.database import Database


class LateEncoder:
    """The bundle's encoder, loaded when the first text comes that has no vector yet."""

    batches = False

    def __init__(self, reference: EncoderReference) -> None:
        self.reference = reference
        self._loaded: Encoder | None = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of norm 1, shape (len(texts), d)."""
        if self._loaded is None:
            self._loaded = load_encoder(self.reference.name)
        return self._loaded.encode(texts)


@dataclass(frozen=True, slots=True)
class OpenBase:
    """Settings and the database in which the answers are."""

    settings: Settings
    database: Database

    @property
    def encoder(self) -> Encoder:
        """The encoder that the service would use: the configured one, else the bundle's, else the default."""
        if self.settings.encoder is not None:
            return load_encoder(self.settings.encoder)
        try:
            return LateEncoder(EngineLoader(self.settings, Metrics()).check_bundle().encoder_reference)
        except EngineError:  # no bundle yet: what `replywell-train learn` would take
            return load_encoder(DEFAULT_ENCODER)


def open_base(config: str | None) -> OpenBase:
    """The base that the settings name."""
    settings = load_settings(Path(config) if config else None)
    database = Database.connect(settings.database_url.get_secret_value())
    if database.is_sqlite:
        database.migrate()
    database.check()
    return OpenBase(settings, database)


def base_if_there(settings: Settings) -> Database | None:
    """The database, where its answers are what serves; None when there is no SQLite file yet, or nobody has put an answer into it."""
    database = Database.connect(settings.database_url.get_secret_value())
    if database.is_sqlite and not Path(database.url.database or "").is_file():
        return None
    database.check()
    return None if is_untouched(database) else database


def open_service(config: str | None) -> Service:
    """Everything that the running service has, for commands that need its models."""
    return build_service(load_settings(Path(config) if config else None))


def stamp_here() -> Stamp:
    """Who changes the base: the user of this terminal."""
    return Stamp(by=getpass.getuser(), at=utc_now())
