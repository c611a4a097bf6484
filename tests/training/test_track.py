"""Runs and bundles in a real MLflow database: recorded, found again, fetched, promoted."""

from dataclasses import replace
from pathlib import Path

import pytest

from model.bundle import Bundle
from serving.bundles import EngineLoader
from serving.metrics import Metrics
from serving.settings import Settings
from tests.training.files import write_rows
from training.learn import Learnt
from training.settings import CANDIDATE, CHAMPION, Tracking
from training.track import Registry, TrackingError, Version


@pytest.fixture(scope="module")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> Tracking:
    return Tracking(uri=f"sqlite:///{tmp_path_factory.mktemp('registry')}/deep/mlflow.db")


@pytest.fixture(scope="module")
def registry(tracking: Tracking) -> Registry:
    return Registry.open(tracking)


@pytest.fixture(scope="module")
def version(registry: Registry, learnt: Learnt) -> Version:
    return registry.record(learnt.bundle, learnt.figures, learnt.seconds)


def test_a_training_becomes_the_candidate(version: Version, learnt: Learnt) -> None:
    assert version.bundle == learnt.bundle.id
    assert version.aliases == (CANDIDATE,)


def test_figures_parameters_data_and_plots_are_logged(registry: Registry, version: Version, learnt: Learnt, tracking: Tracking) -> None:
    figures = registry.figures(version)
    assert figures["topic.accuracy"] == pytest.approx(learnt.figures["topic.accuracy"])
    assert figures["training.seconds"] == pytest.approx(learnt.seconds)
    run = registry.run(version)
    assert run.data.params["encoder"] == "hashing"
    assert run.data.params["topic_mix.ridge"]
    assert run.inputs.dataset_inputs[0].dataset.digest == learnt.bundle.training.fingerprint[:36]
    artifacts = Path(tracking.uri.removeprefix("sqlite:///")).parent / "mlruns" / version.run / "artifacts"
    report = {path.name for path in (artifacts / "report").iterdir()}
    assert {"report.md", "report.json", "reliability.png", "coverage-risk.png"} <= report
    assert run.info.status == "FINISHED"


def test_a_version_is_found_by_its_number_its_run_and_its_bundle(registry: Registry, version: Version) -> None:
    assert registry.find(version.number) == registry.find(version.run) == registry.find(version.bundle)
    with pytest.raises(TrackingError, match="no registered bundle with the version, run or bundle id '99'"):
        registry.find("99")


def test_the_bundle_comes_back_byte_by_byte(registry: Registry, version: Version, learnt: Learnt, tmp_path: Path) -> None:
    fetched = registry.fetch(version, tmp_path)
    assert fetched.id == learnt.bundle.id
    assert Bundle.load(fetched.path).id == learnt.bundle.id


def test_the_service_resolves_the_champion(
    registry: Registry, version: Version, tracking: Tracking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.set_alias(version.number, CHAMPION)
    monkeypatch.chdir(tmp_path)
    settings = Settings(bundle=f"models:/{tracking.model}@{CHAMPION}", mlflow_tracking_uri=tracking.uri, answers=None)
    assert EngineLoader(settings, Metrics()).check_bundle().id == version.bundle


def test_an_alias_moves_to_the_version_that_gets_it_last(registry: Registry, version: Version, learnt: Learnt) -> None:
    registry.set_alias(version.number, CHAMPION)
    second = registry.record(learnt.bundle, learnt.figures)
    assert second.aliases == (CANDIDATE,)
    assert [found.number for found in registry.versions()][:2] == [second.number, version.number]
    holder = registry.holder(CHAMPION)
    assert holder is not None
    assert holder.number == version.number
    registry.set_alias(second.number, CHAMPION)
    assert registry.find(version.number).aliases == ()
    assert registry.holder("nobody") is None


def test_refuses_a_registered_bundle_that_was_damaged(registry: Registry, learnt: Learnt, tracking: Tracking, tmp_path: Path) -> None:
    version = registry.record(learnt.bundle, learnt.figures)
    artifacts = Path(tracking.uri.removeprefix("sqlite:///")).parent / "mlruns" / version.run / "artifacts"
    parts = artifacts / "bundle" / "parts.json"
    parts.write_bytes(parts.read_bytes()[:-1])
    with pytest.raises(TrackingError, match=rf"version {version.number}: .*parts.json differs"):
        registry.fetch(version, tmp_path)


def test_a_run_that_cannot_be_recorded_is_marked_as_failed(registry: Registry, learnt: Learnt, tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match=r"mlflow.db: .*gone"):
        registry.record(replace(learnt.bundle, path=tmp_path / "gone"), learnt.figures)
    assert "FAILED" in registry.statuses()
    assert all(version.bundle for version in registry.versions())


def test_a_database_that_cannot_be_made_is_refused_before_the_work(tmp_path: Path) -> None:
    blocked = write_rows(tmp_path / "file", [])
    with pytest.raises(TrackingError, match="file"):
        Registry.check(Tracking(uri=f"sqlite:///{blocked}/mlflow.db"))


def test_says_which_address_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("this is no database", encoding="utf-8")
    with pytest.raises(TrackingError, match="mlflow.db: "):
        Registry.open(Tracking(uri=f"sqlite:///{tmp_path}/mlflow.db"))
