"""Bundles: every byte is checked, nothing half-written is seen, no mail text is inside."""

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.bundle import MANIFEST, SIGNATURE, Bundle, BundleError, Training, check_place, put_in_place, write_bundle
from model.encoder import Encoder, HashingEncoder, load_encoder
from model.predictor import Parts, Predictor
from tests.factories import NOW, make_examples, make_mail

FILES = ("manifest.json", "parts.json", "parts.safetensors", "score.json", "training.json")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, parts: Parts, training: Training) -> Path:
    """A bundle that tests change one byte of, and then change back."""
    return write_bundle(tmp_path_factory.mktemp("shelf") / "bundle", parts, training, NOW, KEY).path


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FILES), place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_one_changed_byte_anywhere_is_refused(shelf: Path, name: str, place: float, flip: int) -> None:
    content = (shelf / name).read_bytes()
    at = int(place * len(content))
    (shelf / name).write_bytes(content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :])
    try:
        with pytest.raises(BundleError):
            Bundle.load(shelf)
    finally:
        (shelf / name).write_bytes(content)


def test_every_byte_of_the_manifest_is_checked(shelf: Path) -> None:
    content = (shelf / MANIFEST).read_bytes()
    for at in range(len(content)):
        (shelf / MANIFEST).write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(BundleError):
            Bundle.load(shelf)
    (shelf / MANIFEST).write_bytes(content)
    Bundle.load(shelf)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_cut_or_gone_is_named(bundle: Bundle, name: str) -> None:
    content = (bundle.path / name).read_bytes()
    for shorter in (content[:-1], content[: len(content) // 2], b""):
        (bundle.path / name).write_bytes(shorter)
        with pytest.raises(BundleError, match=name):
            Bundle.load(bundle.path)
    (bundle.path / name).unlink()
    with pytest.raises(BundleError, match=name):
        Bundle.load(bundle.path)
    (bundle.path / name).mkdir()
    with pytest.raises(BundleError, match=name):
        Bundle.load(bundle.path)


@pytest.mark.parametrize("name", ["extra.json", ".hidden", "parts.pkl"])
def test_a_file_that_does_not_belong_there_is_refused(bundle: Bundle, name: str) -> None:
    (bundle.path / name).write_text("{}")
    with pytest.raises(BundleError, match=f"missing or added: {name}"):
        Bundle.load(bundle.path)


class _Bomb:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.trace),)


@pytest.mark.parametrize("name", ["parts.safetensors", "parts.json", "training.json"])
def test_a_pickle_in_place_of_a_file_is_refused_and_never_opened(bundle: Bundle, name: str, tmp_path: Path) -> None:
    (bundle.path / name).write_bytes(pickle.dumps(_Bomb(tmp_path / "exploded")))
    reseal(bundle.path)
    with pytest.raises(BundleError, match="do not fit together"):
        Bundle.load(bundle.path)
    assert not (tmp_path / "exploded").exists()


def reseal(path: Path, **changes: Any) -> None:
    """Make the manifest fit the files again, as somebody would who means harm."""
    manifest = json.loads((path / MANIFEST).read_bytes()) | changes
    manifest.pop("seal")
    for name in manifest["files"] if isinstance(manifest["files"], dict) else ():
        content = (path / name).read_bytes()
        manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    plain = json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()
    sealed = manifest | {"seal": hashlib.sha256(plain).hexdigest()}
    (path / MANIFEST).write_bytes(json.dumps(sealed, ensure_ascii=False, sort_keys=True).encode())


@pytest.mark.parametrize("number", [0, 2, "1", None, 1.5])
def test_an_unknown_format_is_named(bundle: Bundle, number: Any) -> None:
    reseal(bundle.path, format=number)
    with pytest.raises(BundleError, match=r"has bundle format .*; this version of Replywell reads format 1"):
        Bundle.load(bundle.path)


@pytest.mark.parametrize("files", [[], {}, ["parts.json"], "parts.json", 5, {"../parts.json": {}}])
def test_a_manifest_with_other_files_is_refused(bundle: Bundle, files: Any) -> None:
    manifest = json.loads((bundle.path / MANIFEST).read_bytes())
    (bundle.path / MANIFEST).write_text(json.dumps(manifest | {"files": files}))
    with pytest.raises(BundleError):
        Bundle.load(bundle.path)


NO_MANIFESTS = ["", "null", "[]", "5", '"x"', "{", "[" * 100_000, '{"format": 1}', '{"format": 1, "files": {}, "x": "\\ud800"}']


@pytest.mark.parametrize("content", NO_MANIFESTS)
def test_what_is_no_manifest_is_refused(bundle: Bundle, content: str) -> None:
    (bundle.path / MANIFEST).write_text(content)
    with pytest.raises(BundleError):
        Bundle.load(bundle.path)


@pytest.mark.parametrize("gone", ["known", "topics", "encoder", "taxonomy", "ranking", "novelty", "words"])
def test_contents_that_lack_a_part_are_refused(bundle: Bundle, gone: str) -> None:
    structure = json.loads((bundle.path / "parts.json").read_bytes())
    structure.pop(gone)
    (bundle.path / "parts.json").write_text(json.dumps(structure))
    reseal(bundle.path)
    with pytest.raises(BundleError, match="do not fit together"):
        Bundle.load(bundle.path)


def test_another_encoder_is_refused_and_both_are_named(bundle: Bundle, default: Encoder) -> None:
    with pytest.raises(BundleError, match=r"trained with encoder hashing .* not with use-multilingual \(sha256 0db566fd0af8\)"):
        bundle.predictor(default)
    with pytest.raises(BundleError, match="trained with encoder hashing"):
        bundle.predictor(HashingEncoder(dim=128))


def test_a_signature_is_demanded_when_a_key_is_configured(bundle: Bundle, shelf: Path) -> None:
    assert Bundle.load(shelf, PUBLIC).id == Bundle.load(shelf).id
    with pytest.raises(BundleError, match=SIGNATURE):
        Bundle.load(bundle.path, PUBLIC)


def test_the_signature_of_another_key_is_refused(shelf: Path) -> None:
    with pytest.raises(BundleError, match="not of the configured key"):
        Bundle.load(shelf, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    with pytest.raises(BundleError, match="public"):
        Bundle.load(shelf, b"short")


def test_a_changed_signature_or_manifest_is_refused(shelf: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(shelf, tmp_path / "mine"))
    reseal(mine, created="2001-01-01T00:00:00+00:00")
    Bundle.load(mine)
    with pytest.raises(BundleError, match="not of the configured key"):
        Bundle.load(mine, PUBLIC)
    other = Path(shutil.copytree(shelf, tmp_path / "other"))
    (other / SIGNATURE).write_bytes(b"x" * 64)
    with pytest.raises(BundleError, match="not of the configured key"):
        Bundle.load(other, PUBLIC)


def test_a_round_trip_changes_no_prediction(bundle: Bundle, predictor: Predictor, hashing: Encoder) -> None:
    again = Bundle.load(bundle.path).predictor(hashing)
    mails = [make_mail(subject=example.subject, text=example.body) for example in make_examples().examples[::10]]
    assert again.understand_many(mails) == predictor.understand_many(mails)
    assert again.version == bundle.id
    assert bundle.training == Bundle.load(bundle.path).training


def test_the_same_input_gives_the_same_bytes(bundle: Bundle, parts: Parts, training: Training, tmp_path: Path) -> None:
    again = write_bundle(tmp_path / "again", parts, training, NOW)
    copy = write_bundle(tmp_path / "copy", bundle.parts, bundle.training, NOW)
    later = write_bundle(tmp_path / "later", parts, training, NOW.replace(year=2027))
    assert again.id == copy.id == bundle.id != later.id
    for name in FILES:
        content = (bundle.path / name).read_bytes()
        assert content == (again.path / name).read_bytes() == (copy.path / name).read_bytes()
        assert (content == (later.path / name).read_bytes()) == (name != MANIFEST)
    changed = [name for name in later.manifest if later.manifest[name] != bundle.manifest[name]]
    assert changed == ["created", "seal"]


def test_no_text_of_a_mail_is_inside(bundle: Bundle) -> None:
    content = b"".join((bundle.path / name).read_bytes() for name in FILES).decode("utf-8", "replace").casefold()
    for example in make_examples().examples:
        words = example.body.casefold().split()
        name, order = words[-1], next(word for word in words if word.startswith("77")).strip(".")
        assert name not in content
        assert order not in content
        assert " ".join(words[:4]) not in content


def test_what_fewer_than_three_groups_say_is_not_inside(bundle: Bundle) -> None:
    for vocabulary in (bundle.parts.characters, bundle.parts.words):
        assert vocabulary.group_frequency.min() >= 3
        assert len(vocabulary.terms) == len(vocabulary.group_frequency)


def test_something_else_than_a_bundle_is_never_replaced(tmp_path: Path, parts: Parts, training: Training) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "precious")
    for name in ("precious", "file", "link"):
        with pytest.raises(BundleError, match="exists and is no bundle"):
            write_bundle(tmp_path / name, parts, training, NOW)
    assert (tmp_path / "precious" / "thesis.txt").read_text() == "mine"


def test_an_empty_folder_a_new_one_and_an_old_bundle_are_fine(bundle: Bundle, parts: Parts, training: Training, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "empty", tmp_path / "a" / "b" / "new", bundle.path):
        check_place(place)
        assert write_bundle(place, parts, training, NOW.replace(year=2027)).path == place
        assert [path for path in place.parent.iterdir() if path.name.startswith(".")] == []


class _InterruptedKey(Ed25519PrivateKey):
    """Somebody presses Ctrl-C while the manifest is signed."""

    def sign(self, data: Any) -> bytes:
        raise KeyboardInterrupt

    def public_key(self) -> Any:
        return KEY.public_key()

    def private_bytes(self, *form: Any) -> bytes:
        return KEY.private_bytes(*form)

    def private_bytes_raw(self) -> bytes:
        return KEY.private_bytes_raw()

    def __copy__(self) -> "_InterruptedKey":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "_InterruptedKey":
        return self


def test_an_interrupted_write_leaves_the_old_bundle(bundle: Bundle, parts: Parts, training: Training) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_bundle(bundle.path, parts, training, NOW.replace(year=2027), _InterruptedKey())
    assert Bundle.load(bundle.path).id == bundle.id
    assert list(bundle.path.parent.iterdir()) == [bundle.path]


def test_a_move_that_fails_brings_the_old_bundle_back(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "aside-without-new").mkdir()
    with pytest.raises(FileNotFoundError):
        put_in_place(tmp_path / "aside-without-new", bundle.path)
    assert Bundle.load(bundle.path).id == bundle.id


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere: run as another user")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, parts: Parts, training: Training) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BundleError, match="cannot be written"):
        write_bundle(tmp_path / "bundle", parts, training, NOW)


def test_a_place_below_a_file_is_named(tmp_path: Path, parts: Parts, training: Training) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BundleError, match="cannot be written"):
        write_bundle(tmp_path / "file" / "bundle", parts, training, NOW)


def test_arrays_of_a_bundle_hold_no_objects(bundle: Bundle) -> None:
    assert bundle.parts.known.vectors.dtype == np.float32
    assert not any(array.dtype == object for array in (bundle.parts.topics.regression.dual, bundle.parts.words.group_frequency))
    assert load_encoder("hashing").reference == bundle.encoder_reference
