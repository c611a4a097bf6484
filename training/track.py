"""What was learnt, kept in MLflow: runs, figures, plots, bundles, and which of them serves. The only module here that speaks to it."""

import importlib.util
import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.bundle import Bundle, BundleError
from training.measures import Figures, scalars
from training.report import fill_report
from training.settings import CANDIDATE, Tracking

BUNDLE_FOLDER = "bundle"
REPORT_FOLDER = "report"
BUNDLE_TAG = "replywell.bundle"
DATABASE = "sqlite:///"
DIGEST_DIGITS = 36
LONGEST_VALUE = 500
NO_MLFLOW = "tracking needs MLflow: pip install 'replywell[training]', or use --no-track"


class TrackingError(ValueError):
    """MLflow is missing or refuses; the message names the address. What lies on disk is untouched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A registered bundle."""

    number: str
    bundle: str
    run: str
    aliases: tuple[str, ...]


class Registry:
    """Runs and registered bundles of one MLflow server or database."""

    def __init__(self, client: Any, tracking: Tracking) -> None:
        self._client = client
        self._tracking = tracking

    @classmethod
    def open(cls, tracking: Tracking) -> "Registry":
        """Connect; a new database is made when there is none.

        Raises:
            TrackingError: MLflow is not installed, or there is nothing at the address.
        """
        cls.check(tracking)
        with _quietly(tracking):
            from mlflow import MlflowClient

            for name in ("mlflow", "alembic"):  # importing MLflow has just set these
                logging.getLogger(name).setLevel(logging.WARNING)
            return cls(MlflowClient(tracking_uri=_address(tracking), registry_uri=_address(tracking)), tracking)

    @staticmethod
    def check(tracking: Tracking) -> None:
        """Before long work: what can be known without loading MLflow, which takes seconds and a quarter of a gigabyte.

        Raises:
            TrackingError: MLflow is not installed, or the folder of the database cannot be made.
        """
        if importlib.util.find_spec("mlflow") is None:
            raise TrackingError(NO_MLFLOW)
        if tracking.uri.startswith(DATABASE):
            try:
                _database_file(tracking).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise TrackingError(f"{tracking.uri}: {error}") from error

    def record(self, bundle: Bundle, figures: Figures, seconds: float | None = None) -> Version:
        """Log a training as a run, register its bundle and make it the candidate.

        Raises:
            TrackingError: MLflow refuses; the run is then marked as failed.
        """
        with _quietly(self._tracking):
            run = self._client.create_run(self._experiment(), run_name=bundle.id, tags={BUNDLE_TAG: bundle.id})
            status = "FAILED"
            try:
                Bundle.load(bundle.path)  # MLflow would log an empty folder without a word
                self._log(run.info.run_id, bundle, figures, seconds)
                version = self._register(run, bundle)
                status = "FINISHED"
            finally:
                self._client.set_terminated(run.info.run_id, status)
        self.set_alias(version, CANDIDATE)
        return self.find(version)

    def find(self, reference: str) -> Version:
        """A registered bundle by its number, by the id of its run, or by the id of the bundle (the newest of several).

        Raises:
            TrackingError: there is none.
        """
        for version in self.versions():
            if reference in (version.number, version.run, version.bundle):
                return version
        raise TrackingError(f"{self._tracking.uri}: no registered bundle with the version, run or bundle id {reference!r}")

    def holder(self, alias: str) -> Version | None:
        """The registered bundle that has an alias now."""
        return next((version for version in self.versions() if alias in version.aliases), None)

    def versions(self) -> list[Version]:
        """All registered bundles, the newest first."""
        with _quietly(self._tracking):
            found = self._client.search_model_versions(f"name='{self._tracking.model}'")
            models = self._client.search_registered_models(f"name='{self._tracking.model}'")
        aliases: Mapping[str, Any] = models[0].aliases if models else {}
        held = {number: [alias for alias, held in aliases.items() if str(held) == number] for number in {str(v.version) for v in found}}
        versions = [
            Version(
                number=str(version.version),
                bundle=version.tags.get(BUNDLE_TAG, ""),
                run=version.run_id or "",
                aliases=tuple(sorted(held[str(version.version)])),
            )
            for version in found
        ]
        return sorted(versions, key=lambda version: -int(version.number))

    def set_alias(self, number: str, alias: str) -> None:
        """Give a registered bundle an alias, which whoever had it loses."""
        with _quietly(self._tracking):
            self._client.set_registered_model_alias(self._tracking.model, alias, number)

    def figures(self, version: Version) -> Mapping[str, float]:
        """The figures that were logged when a bundle was learnt."""
        return dict(self.run(version).data.metrics) if version.run else {}

    def run(self, version: Version) -> Any:
        """MLflow's own record of the run that made a version."""
        with _quietly(self._tracking):
            return self._client.get_run(version.run)

    def statuses(self) -> list[str]:
        """How the runs ended, the newest first."""
        with _quietly(self._tracking):
            return [str(run.info.status) for run in self._client.search_runs([self._experiment()])]

    def fetch(self, version: Version, folder: Path) -> Bundle:
        """Download a registered bundle into an empty folder and verify it.

        Raises:
            TrackingError: it is gone, damaged, or not the bundle that was registered.
        """
        with _quietly(self._tracking):
            from mlflow.artifacts import download_artifacts

            source = self._client.get_model_version_download_uri(self._tracking.model, version.number)
            found = download_artifacts(artifact_uri=source, dst_path=str(folder), tracking_uri=_address(self._tracking))
        try:
            bundle = Bundle.load(Path(found))
        except BundleError as error:
            raise TrackingError(f"version {version.number}: {error}") from error
        if version.bundle and bundle.id != version.bundle:
            raise TrackingError(f"version {version.number} was registered as bundle {version.bundle}, but holds {bundle.id}")
        return bundle

    def _experiment(self) -> str:
        found = self._client.get_experiment_by_name(self._tracking.experiment)
        if found is not None:
            return str(found.experiment_id)
        place = None
        if self._tracking.uri.startswith(DATABASE):
            place = str(_database_file(self._tracking).parent / "mlruns")
        return str(self._client.create_experiment(self._tracking.experiment, artifact_location=place))

    def _log(self, run: str, bundle: Bundle, figures: Figures, seconds: float | None) -> None:
        for name, value in {**_flat(bundle.training.settings), "rows": bundle.training.rows}.items():
            self._client.log_param(run, name, value)
        measured = scalars(figures) | ({"training.seconds": seconds} if seconds is not None else {})
        for name, value in measured.items():
            self._client.log_metric(run, name, value)
        self._client.log_inputs(run, datasets=[_dataset(bundle)])
        with tempfile.TemporaryDirectory() as folder:
            fill_report(Path(folder) / REPORT_FOLDER, f"Bundle {bundle.id}, measured while learning", figures)
            self._client.log_artifacts(run, str(Path(folder) / REPORT_FOLDER), REPORT_FOLDER)
        self._client.log_artifacts(run, str(bundle.path), BUNDLE_FOLDER)

    def _register(self, run: Any, bundle: Bundle) -> str:
        name = self._tracking.model
        if not self._client.search_registered_models(f"name='{name}'"):
            self._client.create_registered_model(name, description="Bundles of Replywell: the alias champion serves.")
        tags = {BUNDLE_TAG: bundle.id, "replywell.encoder": bundle.encoder_reference.name, "replywell.data": bundle.training.fingerprint}
        source = f"{run.info.artifact_uri}/{BUNDLE_FOLDER}"
        return str(self._client.create_model_version(name, source=source, run_id=run.info.run_id, tags=tags).version)


@contextmanager
def _quietly(tracking: Tracking) -> Iterator[None]:
    """MLflow without telemetry, progress bars and remarks about its own libraries; its errors become ours."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except TrackingError:
            raise
        except ImportError as error:
            raise TrackingError(NO_MLFLOW) from error
        except Exception as error:  # MLflow raises whatever its stores raise
            raise TrackingError(f"{tracking.uri}: {str(error).splitlines()[0] if str(error) else error!r}") from error


def _address(tracking: Tracking) -> str:
    """MLflow remembers databases by their address: a relative one would mean another file after a change of folder."""
    return f"{DATABASE}{_database_file(tracking)}" if tracking.uri.startswith(DATABASE) else tracking.uri


def _database_file(tracking: Tracking) -> Path:
    return Path(tracking.uri.removeprefix(DATABASE)).absolute()


def _dataset(bundle: Bundle) -> Any:
    """The fingerprint of the data as MLflow shows inputs; the data itself stays where it is."""
    from mlflow.entities import Dataset, DatasetInput

    names = ", ".join(bundle.training.settings.get("files", ())) or "examples"
    profile = json.dumps({"rows": bundle.training.rows, "fingerprint": bundle.training.fingerprint})
    dataset = Dataset(
        name=names[:LONGEST_VALUE], digest=bundle.training.fingerprint[:DIGEST_DIGITS], source_type="local", source=names, profile=profile
    )
    return DatasetInput(dataset=dataset)


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested settings as `outer.inner` with short texts."""
    flat: dict[str, str] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = str(", ".join(value) if isinstance(value, list | tuple) else value)[:LONGEST_VALUE]
    return flat
