"""Loads a bundle with its encoder, answers and policy into one immutable engine, and swaps engines while serving."""

import hashlib
import os
import tempfile
import threading
import warnings
from contextlib import suppress
from pathlib import Path

from data.answer import Answer, AnswerError, load_answers
from data.taxonomy import Taxonomy, TaxonomyError
from model.bundle import Bundle, BundleError
from model.deciding.circumstances import Versions
from model.encoder import Encoder, EncoderError, load_encoder
from model.policy import Policy, PolicyError
from model.retriever import AnswerIndex
from serving.answers.index import build_index, followed, version_number
from serving.engine import Engine, EngineError, answers_version, warm_up
from serving.gathering import GatheringReader, Reader
from serving.metrics import Metrics
from serving.settings import Settings
from serving.store.base_version import base_version
from serving.store.database import Database
from serving.store.files import stored_files
from serving.store.policies import current_policy

__all__ = ["Engine", "EngineError", "EngineLoader", "Engines", "answers_version", "bundle_folder", "find_bundle"]

MANIFEST = "manifest.json"
REGISTRY_SCHEME = "models:/"
OLD_ENGINES_KEPT = 2


class EngineLoader:
    """Builds engines from the settings. The encoder is kept between loads while bundles name the same one.

    The answers are those of the database; without one, those that lie where the settings say.
    """

    def __init__(self, settings: Settings, metrics: Metrics, database: Database | None = None) -> None:
        self._settings = settings
        self._metrics = metrics
        self._database = database
        self._encoders: dict[str, Encoder] = {}

    def load(self, policy: Path | None = None) -> Engine:
        """The engine that the settings name now; a policy file is tried in place of the policy that counts, which need not fit the bundle.

        Raises:
            EngineError: something in it is missing, damaged or does not fit.
        """
        return self._engine(bundle_folder(self._settings), tried=policy)

    def load_as_before(self, bundle_id: str, current: Engine) -> Engine | None:
        """The current engine with an older bundle, when that still lies beside the configured one; else None."""
        if bundle_id == current.bundle.id:
            return current
        folder = find_bundle(self._settings, bundle_id)
        return None if folder is None else self._engine(folder, index_of=current)

    def check_bundle(self) -> Bundle:
        """The configured bundle, verified byte by byte, without its encoder.

        Raises:
            EngineError: it is missing, damaged or not signed as required.
        """
        try:
            return Bundle.load(bundle_folder(self._settings), self._settings.public_key)
        except BundleError as error:
            raise EngineError(f"bundle {self._settings.bundle}: {error}") from error

    def load_answers(self) -> tuple[Answer, ...]:
        """The configured answers; none when the setting is empty.

        Raises:
            EngineError: they cannot be read.
        """
        if self._settings.answers is None:
            return ()
        try:
            return load_answers(self._settings.answers)
        except AnswerError as error:
            raise EngineError(f"answers: {error}") from error

    def _engine(self, folder: Path, index_of: Engine | None = None, tried: Path | None = None) -> Engine:
        try:
            bundle = Bundle.load(folder, self._settings.public_key)
            encoder = self._encoder(self._settings.encoder or bundle.encoder_reference.name)
            predictor = bundle.predictor(encoder)
            index = index_of.index if index_of and index_of.encoder is encoder else self._index(encoder)
            number, policy = (None, Policy.load(tried, bundle.taxonomy)) if tried else self._served_policy(bundle.taxonomy)
        except (BundleError, EncoderError, TaxonomyError, PolicyError, OSError) as error:
            raise EngineError(f"bundle {folder}: {error}") from error
        warm_up(predictor, index)
        reader: Reader = GatheringReader(predictor, self._metrics) if encoder.batches else predictor
        answers = index.version if index else "none"
        versions = Versions(model=bundle.id, policy=policy.version, answers=answers, index=answers)
        return Engine(
            bundle=bundle,
            reader=reader,
            encoder=encoder,
            index=index,
            policy=policy,
            versions=versions,
            policy_id=number,
            score=bundle.parts.score.version if bundle.parts.score else None,
            files=self.files(),
        )

    def files(self) -> frozenset[str]:
        """The sha256 of the files of answers that are in the database."""
        if self._database is None:
            return frozenset()
        with self._database.reading() as session:
            return stored_files(session)

    def policy(self, taxonomy: Taxonomy) -> Policy:
        """The configured policy, or the default one of the taxonomy: what the database takes over once."""
        return Policy.default(taxonomy) if self._settings.policy is None else Policy.load(self._settings.policy, taxonomy)

    def _served_policy(self, taxonomy: Taxonomy) -> tuple[int | None, Policy]:
        """The policy that counts in the database, with its number; the configured one while there is none."""
        stored = None
        if self._database is not None:
            with self._database.reading() as session:
                stored = current_policy(session)
        return (None, self.policy(taxonomy)) if stored is None else (stored.id, Policy.from_json(stored.document, taxonomy))

    def _encoder(self, name: str) -> Encoder:
        if name not in self._encoders:
            self._encoders = {name: load_encoder(name)}
        return self._encoders[name]

    def _index(self, encoder: Encoder) -> AnswerIndex | None:
        if self._database is not None:
            return build_index(self._database, encoder)
        answers = self.load_answers()
        return AnswerIndex.build(answers, encoder, answers_version(answers)) if answers else None


class Engines:
    """The engine that serves now, and its replacement without a pause."""

    def __init__(self, loader: EngineLoader, engine: Engine, generation: int = 0) -> None:
        self.loader = loader
        self.generation = generation
        self._engine = engine
        self._loading = threading.Lock()
        self._old: dict[str, Engine] = {}

    @property
    def current(self) -> Engine:
        """Take it once for each request."""
        return self._engine

    def reload(self) -> Engine:
        """Build the configured engine aside, then swap one reference.

        Raises:
            EngineError: it cannot be built; the old one keeps serving.
        """
        with self._loading:
            self._engine = self.loader.load()
            self._old.clear()
            return self._engine

    @property
    def base_version(self) -> int:
        """The version of the answer base that serves now."""
        return version_number(self._engine.versions.index)

    def is_behind(self, database: Database) -> bool:
        """Whether the base has changes that do not serve yet."""
        with database.reading() as session:
            return base_version(session) != self.base_version

    def follow_base(self, database: Database) -> bool:
        """Let the index follow the base and swap one reference; False when there was nothing new."""
        with self._loading:
            engine = self._engine
            if engine.index is None:
                return False
            index = followed(engine.index, database, engine.encoder)
            if index is engine.index:
                return False
            files = self.loader.files()
            self._engine = engine.with_index(index, files)
            self._old = {name: old.with_index(index, files) if old.encoder is engine.encoder else old for name, old in self._old.items()}
            return True

    def follow_policy(self, database: Database) -> bool:
        """Let the policy be the one that counts in the database; False when it is already.

        Raises:
            PolicyError: it does not fit the taxonomy that serves; nothing is sent by itself until one of them changes.
        """
        with database.reading() as session:
            stored = current_policy(session)
        if stored is None or stored.id == self._engine.policy_id:
            return False
        with self._loading:
            self._engine = self._engine.with_policy(stored.id, stored.document)
            self._old.clear()
            return True

    def rebuild_index(self) -> bool:
        """Build the index anew beside the one that serves, when so much has changed that searches get slower."""
        engine = self._engine
        if engine.index is None or not engine.index.needs_rebuild:
            return False
        rebuilt = engine.index.rebuilt(engine.encoder)
        with self._loading:
            if self._engine is not engine:  # it changed meanwhile: the next look begins with what is there then
                return False
            self._engine = engine.with_index(rebuilt, engine.files)
            return True

    def as_before(self, bundle_id: str) -> Engine | None:
        """The engine with the bundle that made an old decision, or None when that bundle is gone.

        Raises:
            EngineError: the bundle is there but cannot be loaded.
        """
        with self._loading:
            if bundle_id not in self._old:
                engine = self.loader.load_as_before(bundle_id, self._engine)
                if engine is None or engine is self._engine:
                    return engine
                self._old = dict(list(self._old.items())[1 - OLD_ENGINES_KEPT :]) | {bundle_id: engine}
            return self._old[bundle_id]


def bundle_folder(settings: Settings) -> Path:
    """The folder that the setting `bundle` leads to: itself, a symlink, the `current` inside it, or a registered model.

    Raises:
        EngineError: there is no bundle.
    """
    if settings.bundle.startswith(REGISTRY_SCHEME):
        return _fetch_registered(settings)
    named = Path(settings.bundle)
    for folder in (named, named / "current"):
        if (folder / MANIFEST).is_file():
            return folder.resolve()
    raise EngineError(f"bundle {settings.bundle}: no bundle there; make one with `replywell-train learn … --out {settings.bundle}`")


def find_bundle(settings: Settings, bundle_id: str) -> Path | None:
    """An immutable bundle that was kept: beside the configured one, or in a folder `bundles` next to it."""
    for folder in _shelves(settings):
        for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
            if hashlib.sha256(manifest.read_bytes()).hexdigest().startswith(bundle_id):
                return manifest.parent
    return None


def _shelves(settings: Settings) -> list[Path]:
    if settings.bundle.startswith(REGISTRY_SCHEME):
        return [_downloads()]
    named = Path(settings.bundle)
    shelves = [named.resolve().parent, named, named.parent / "bundles"]
    return [shelf for shelf in dict.fromkeys(shelves) if shelf.is_dir()]


def _downloads() -> Path:
    return Path("var") / "bundles"


def _fetch_registered(settings: Settings) -> Path:
    """Fetch a model by its registry address; it is kept under its id, where replay finds it later."""
    _downloads().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_downloads(), prefix="incoming-") as incoming:
        _download(settings, Path(incoming))
        manifests = sorted(Path(incoming).rglob(MANIFEST))
        if not manifests:
            raise EngineError(f"bundle {settings.bundle}: the registered model holds no {MANIFEST}")
        kept = _downloads() / hashlib.sha256(manifests[0].read_bytes()).hexdigest()[:12]
        with suppress(OSError):  # another worker was faster: then it is there already
            manifests[0].parent.rename(kept)
    return kept


def _download(settings: Settings, incoming: Path) -> None:
    """MLflow without telemetry, progress bars and remarks about its own libraries."""
    os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import mlflow

            mlflow.set_tracking_uri(settings.mlflow_tracking_uri)
            mlflow.set_registry_uri(settings.mlflow_tracking_uri)
            mlflow.artifacts.download_artifacts(artifact_uri=settings.bundle, dst_path=str(incoming))
    except ImportError as error:
        raise EngineError(f"bundle {settings.bundle}: needs MLflow; install `replywell[registry]`, or name a folder") from error
    except Exception as error:  # MLflow raises whatever its stores raise
        raise EngineError(f"bundle {settings.bundle}: {(str(error) or repr(error)).splitlines()[0]}") from error
