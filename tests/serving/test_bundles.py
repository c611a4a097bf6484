"""Where a bundle is found, and what is refused."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from data.answer import Answer, State, Variant
from model.bundle import Bundle
from serving.bundles import EngineError, EngineLoader, Engines, answers_version, bundle_folder, find_bundle
from serving.metrics import Metrics
from serving.settings import Settings, load_settings


def _loader(**settings: Any) -> EngineLoader:
    return EngineLoader(load_settings(**settings), Metrics())


def _settings(bundle: Path) -> Settings:
    return load_settings(bundle=str(bundle))


def test_a_folder_a_symlink_and_a_folder_with_current_lead_to_the_bundle(current: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "bundles"
    shelf.mkdir()
    (shelf / "current").symlink_to(current.resolve())
    assert {bundle_folder(_settings(place)) for place in (current.resolve(), current, shelf)} == {current.resolve()}


def test_a_place_without_a_bundle_is_named_with_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no bundle there; make one with `replywell-train learn"):
        bundle_folder(_settings(tmp_path))


def test_old_bundles_are_found_by_their_id_beside_the_current_one(current: Path, other_bundle: Path, tmp_path: Path) -> None:
    other = Bundle.load(other_bundle).id
    assert find_bundle(_settings(current), other) == other_bundle
    (tmp_path / "bundles").mkdir()
    shutil.move(other_bundle, tmp_path / "bundles" / "old")
    assert find_bundle(_settings(current), other) == tmp_path / "bundles" / "old"
    assert find_bundle(_settings(current), "0" * 12) is None


def test_a_bundle_must_be_signed_when_a_key_is_set(current: Path) -> None:
    key = Ed25519PrivateKey.generate()
    loader = _loader(bundle=str(current), bundle_public_key=key.public_key().public_bytes_raw().hex())
    with pytest.raises(EngineError, match=r"manifest\.sig"):
        loader.load()
    (current / "manifest.sig").write_bytes(key.sign((current / "manifest.json").read_bytes()))
    assert loader.load().bundle.id
    (current / "manifest.sig").write_bytes(Ed25519PrivateKey.generate().sign((current / "manifest.json").read_bytes()))
    with pytest.raises(EngineError, match="not of the configured key"):
        loader.load()


def test_without_answers_nothing_is_suggested(current: Path) -> None:
    engine = _loader(bundle=str(current), answers=None).load()
    assert (engine.index, engine.versions.answers) == (None, "none")


def test_answers_and_policies_that_cannot_be_read_are_named(current: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("colour = 1\n")
    faulty: list[dict[str, Any]] = [{"answers": tmp_path / "nothing"}, {"policy": tmp_path / "policy.toml"}]
    for settings in faulty:
        with pytest.raises(EngineError, match=r"nothing|policy\.toml: unknown key colour"):
            _loader(bundle=str(current), **settings).load()


def test_the_version_of_the_answers_follows_their_content() -> None:
    one = Answer(id="a", variants=(Variant(language="en", title="t", body="b"),))
    changed = Answer(id="a", variants=(Variant(language="en", title="t", body="c"),))
    expired = Answer(id="a", variants=one.variants, state=State.EXPIRED)
    assert answers_version([one]) == answers_version([one])
    assert len({answers_version([answer]) for answer in (one, changed, expired)}) == 3


def test_a_reload_keeps_the_encoder_and_a_failure_keeps_the_engine(current: Path) -> None:
    loader = _loader(bundle=str(current))
    engines = Engines(loader, loader.load())
    first = engines.current
    second = engines.reload()
    assert second is engines.current is not first
    assert second.encoder is first.encoder
    current.unlink()
    with pytest.raises(EngineError):
        engines.reload()
    assert engines.current is second


@pytest.mark.filterwarnings("ignore")  # MLflow has remarks about its own libraries
def test_a_registered_model_is_fetched_and_kept_under_its_id(current: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = pytest.importorskip("mlflow", reason="needs MLflow: pip install 'replywell[training]'")
    monkeypatch.chdir(tmp_path)
    address = f"sqlite:///{tmp_path / 'mlflow.db'}"
    client = mlflow.MlflowClient(tracking_uri=address, registry_uri=address)
    run = client.create_run(client.create_experiment("e", artifact_location=str(tmp_path / "artifacts")))
    client.log_artifacts(run.info.run_id, str(current.resolve()), "bundle")
    client.create_registered_model("replywell")
    client.create_model_version("replywell", source=f"{run.info.artifact_uri}/bundle", run_id=run.info.run_id)
    client.set_registered_model_alias("replywell", "champion", "1")
    settings = load_settings(bundle="models:/replywell@champion", mlflow_tracking_uri=address)
    identity = Bundle.load(current).id
    assert bundle_folder(settings) == Path("var") / "bundles" / identity
    assert bundle_folder(settings) == Path("var") / "bundles" / identity
    assert find_bundle(settings, identity) == Path("var") / "bundles" / identity
    assert [path.name for path in Path("var/bundles").iterdir()] == [identity]
    with pytest.raises(EngineError, match="models:/replywell@nobody"):
        bundle_folder(load_settings(bundle="models:/replywell@nobody", mlflow_tracking_uri=address))
