"""Only an ed25519 key in an unencrypted PEM file signs."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from data.examples import ReadOptions
from model.bundle import Bundle, BundleError
from tests.factories import NOW
from training.learn import Plan, learn
from training.progress import Silent
from training.signing import KeyFileError, load_sign_key, public_hex


def _key_file(folder: Path, password: bytes | None = None) -> Path:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    path = folder / "sign.pem"
    path.write_bytes(pem)
    return path


def test_a_signed_bundle_is_accepted_with_the_public_key_and_with_no_other(tmp_path: Path, rows_file: Path) -> None:
    key = load_sign_key(_key_file(tmp_path))
    learn(Plan(files=(rows_file,), reading=ReadOptions(), out=tmp_path / "B", encoder="hashing", sign_key=key), Silent(), NOW)
    Bundle.load(tmp_path / "B", bytes.fromhex(public_hex(key)))
    with pytest.raises(BundleError, match="signature"):
        Bundle.load(tmp_path / "B", Ed25519PrivateKey.generate().public_key().public_bytes_raw())


def test_refuses_an_encrypted_key_and_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="openssl genpkey -algorithm ed25519 -out sign.pem"):
        load_sign_key(_key_file(tmp_path, b"secret"))


def test_refuses_another_kind_of_key(tmp_path: Path) -> None:
    path = tmp_path / "ec.pem"
    path.write_bytes(generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(KeyFileError, match="not an ed25519 key"):
        load_sign_key(path)


def test_refuses_a_file_that_is_no_key_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("hello", encoding="utf-8")
    with pytest.raises(KeyFileError, match="no unencrypted PEM key"):
        load_sign_key(tmp_path / "text.pem")
    with pytest.raises(KeyFileError, match="No such file"):
        load_sign_key(tmp_path / "missing.pem")
