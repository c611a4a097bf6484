"""One immutable folder with everything that was learnt: JSON and safetensors, no pickle, no mail text."""

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from data.taxonomy import Taxonomy
from model.answer_score import AnswerScore
from model.archive import from_archive, to_archive
from model.encoder import Encoder, EncoderReference
from model.predictor import Parts, Predictor
from model.risk import Certificate
from model.watching.reference import Reference

FORMAT = 1
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
SCORE = "score.json"
CERTIFICATE = "certificate.json"
REFERENCE = "calibration.json"
HEADS = ("parts.json", "parts.safetensors")
LIBRARIES = ("numpy", "scipy", "scikit-learn", "faiss-cpu", "spacy")


class BundleError(ValueError):
    """The bundle cannot be used; the message names the folder, the file and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Where a bundle comes from: fingerprint and size of the data, hashes of its texts, what was measured, how it was made."""

    fingerprint: str
    rows: int
    text_hashes: tuple[str, ...] = ()
    metrics: Mapping[str, Any]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A verified bundle. `id` is the beginning of the sha256 of its manifest, so equal ids mean equal bytes.

    Older bundles have no score, and only those that `replywell-train guarantee` wrote have a certificate, with the `reference` of the
    mails that it rests on. A certificate about another score, other heads or another encoder is void: `certificate` is None then.
    """

    path: Path
    id: str
    manifest: Mapping[str, Any]
    parts: Parts
    training: Training
    certificate: Certificate | None = None
    reference: Reference | None = None
    is_void: bool = False

    @classmethod
    def load(cls, path: Path, public_key: bytes | None = None) -> "Bundle":
        """Check every byte of a bundle, then read it.

        Args:
            path: folder of the bundle.
            public_key: 32 raw bytes of an ed25519 key; when given, the manifest must be signed with it.

        Raises:
            BundleError: not a bundle, an unknown format, a file that is missing, added or changed, a wrong signature.
        """
        manifest_bytes = _read(path / MANIFEST)
        if public_key is not None:
            _verify_signature(path, manifest_bytes, public_key)
        manifest = _manifest(path, manifest_bytes)
        contents = {name: _checked(path, name, entry) for name, entry in manifest["files"].items()}
        try:
            parts = _parts(contents)
            training = json.loads(contents["training.json"])
            training = Training(**{**training, "text_hashes": tuple(training["text_hashes"])})
            certificate = Certificate.from_json(json.loads(contents[CERTIFICATE])) if CERTIFICATE in contents else None
            reference = Reference.from_json(json.loads(contents[REFERENCE])) if REFERENCE in contents else None
            if reference is not None and reference.mix is not None and reference.mix.regions.centres.shape[1] != parts.encoder.dim:
                raise ValueError("regions of another encoder")
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, SafetensorError) as error:
            raise BundleError(f"{path}: the contents do not fit together: {error!r}") from error
        is_void = certificate is not None and (parts.score is None or certificate.score != parts.score.version)
        return cls(
            path=path,
            id=_id(manifest_bytes),
            manifest=manifest,
            parts=parts,
            training=training,
            certificate=None if is_void else certificate,
            reference=reference,
            is_void=is_void,
        )

    @property
    def taxonomy(self) -> Taxonomy:
        """The labels that the heads know."""
        return self.parts.taxonomy

    @property
    def encoder_reference(self) -> EncoderReference:
        """The encoder that made the vectors."""
        return self.parts.encoder

    def predictor(self, encoder: Encoder) -> Predictor:
        """A predictor with this encoder.

        Raises:
            BundleError: the bundle was trained with another encoder or other weights.
        """
        ours, theirs = self.encoder_reference, encoder.reference
        if (ours.sha256, ours.dim, ours.name) != (theirs.sha256, theirs.dim, theirs.name):
            raise BundleError(
                f"{self.path} was trained with encoder {ours.name} (sha256 {ours.sha256[:12] or '-'}), "
                f"not with {theirs.name} (sha256 {theirs.sha256[:12] or '-'}): name that encoder, or train again"
            )
        mix = self.reference.mix if self.reference is not None else None
        return replace(Predictor.of(self.parts, encoder, self.id), regions=mix.regions if mix is not None else None)


def write_bundle(path: Path, parts: Parts, training: Training, created: datetime, key: Ed25519PrivateKey | None = None) -> Bundle:
    """Write a bundle beside its place, verify it, then move it there in one step; nothing half-written is ever seen.

    Raises:
        BundleError: something else than a bundle lies there, or the folder cannot be written.
    """
    structure, arrays = to_archive(parts)
    contents = {
        "parts.json": _json(structure),
        "parts.safetensors": save_arrays({name: array.copy(order="C") for name, array in arrays.items()}),
        "training.json": _json(asdict(training)),
    }
    if parts.score is not None:
        contents[SCORE] = _json(parts.score.to_json())
    header = {"encoder": structure["encoder"], "taxonomy": parts.taxonomy.sha256, "data": training.fingerprint}
    return _write(path, header, contents, created, key)


def write_certified(
    path: Path, bundle: Bundle, proof: tuple[Certificate, Reference], created: datetime, key: Ed25519PrivateKey | None = None
) -> Bundle:
    """Write a new bundle with the very files of another, and a certificate beside them.

    Raises:
        BundleError: something else than a bundle lies there, the folder cannot be written, or the other bundle cannot be read any more.
    """
    certificate, reference = proof
    kept = {name: entry for name, entry in bundle.manifest["files"].items() if name not in (CERTIFICATE, REFERENCE)}
    contents = {name: _checked(bundle.path, name, entry) for name, entry in kept.items()}
    contents |= {CERTIFICATE: _json(certificate.to_json()), REFERENCE: _json(reference.to_json())}
    header = {name: bundle.manifest[name] for name in ("encoder", "taxonomy", "data")}
    return _write(path, header, contents, created, key)


def _write(
    path: Path, header: Mapping[str, Any], contents: Mapping[str, bytes], created: datetime, key: Ed25519PrivateKey | None
) -> Bundle:
    check_place(path)
    manifest = {
        "format": FORMAT,
        "created": created.isoformat(timespec="seconds"),
        **header,
        "libraries": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "files": {name: {"sha256": hashlib.sha256(value).hexdigest(), "size": len(value)} for name, value in contents.items()},
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as aside:
            _write_files(Path(aside) / "new", manifest, contents, key)
            Bundle.load(Path(aside) / "new")
            put_in_place(Path(aside), path)
    except OSError as error:
        raise BundleError(f"{path} cannot be written: {error}") from error
    return Bundle.load(path)


def check_place(path: Path) -> None:
    """Refuse a place where a bundle would replace something else.

    Raises:
        BundleError: `path` is a file, or a folder that is not empty and no bundle.
    """
    if path.is_symlink() or path.is_file() or (path.is_dir() and any(path.iterdir()) and not (path / MANIFEST).is_file()):
        raise BundleError(f"{path} exists and is no bundle: choose another folder for --out")


def put_in_place(aside: Path, path: Path) -> None:
    """Move `aside/new` to its place; what was there comes back when that fails, or it would go with the temporary folder."""
    old = aside / "old"
    if path.exists():
        path.rename(old)
    try:
        (aside / "new").rename(path)
    except BaseException:
        if old.exists():
            old.rename(path)
        raise


def _write_files(folder: Path, manifest: Mapping[str, Any], contents: Mapping[str, bytes], key: Ed25519PrivateKey | None) -> None:
    folder.mkdir()
    for name, value in contents.items():
        _write_durably(folder / name, value)
    manifest_bytes = _sealed(manifest)
    if key is not None:
        _write_durably(folder / SIGNATURE, key.sign(manifest_bytes))
    _write_durably(folder / MANIFEST, manifest_bytes)


def _parts(contents: Mapping[str, bytes]) -> Parts:
    """What was learnt; the score knows the hash of the heads and of the encoder, which both are in the first two files."""
    parts = from_archive(json.loads(contents["parts.json"]), load_arrays(contents["parts.safetensors"]))
    if SCORE not in contents:
        return parts
    heads = hashlib.sha256(b"".join(hashlib.sha256(contents[name]).digest() for name in HEADS)).hexdigest()
    return replace(parts, score=AnswerScore.from_json(json.loads(contents[SCORE]), heads))


def _manifest(path: Path, content: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
        number, files = manifest["format"], manifest["files"]
        expected = {*files, MANIFEST}
        is_intact = content == _sealed({key: value for key, value in manifest.items() if key != "seal"})
        is_readable = all(isinstance(files[name], dict) for name in files)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BundleError(f"{path / MANIFEST} is not a manifest of a bundle") from error
    if number != FORMAT:
        raise BundleError(f"{path} has bundle format {number!r}; this version of Replywell reads format {FORMAT}")
    if not (is_intact and is_readable):
        raise BundleError(f"{path / MANIFEST} was changed: copy the bundle again, or train it again")
    present = {file.name for file in path.iterdir()} - {SIGNATURE}
    if present != expected or any("/" in name or name.startswith(".") for name in files):
        raise BundleError(f"{path}: files missing or added: {', '.join(sorted(present ^ expected))}")
    return dict(manifest)


def _checked(path: Path, name: str, entry: Mapping[str, Any]) -> bytes:
    content = _read(path / name)
    if len(content) != entry.get("size") or hashlib.sha256(content).hexdigest() != entry.get("sha256"):
        raise BundleError(f"{path / name} differs from the manifest: copy the bundle again, or train it again")
    return content


def _verify_signature(path: Path, manifest: bytes, public_key: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(_read(path / SIGNATURE), manifest)
    except InvalidSignature as error:
        raise BundleError(f"{path / SIGNATURE}: the signature is not of the configured key") from error
    except ValueError as error:
        raise BundleError(f"{path}: {error}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror or error}") from error


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _sealed(manifest: Mapping[str, Any]) -> bytes:
    """The bytes of a manifest with a checksum of its own, as nothing else would tell that one of its letters was lost."""
    return _json({**manifest, "seal": hashlib.sha256(_json(manifest)).hexdigest()})


def _id(manifest: bytes) -> str:
    return hashlib.sha256(manifest).hexdigest()[:12]
