"""The private key that signs a bundle's manifest."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class KeyFileError(ValueError):
    """The file holds no usable key; the message says how to make one."""


def load_sign_key(path: Path) -> Ed25519PrivateKey:
    """Read an unencrypted ed25519 private key in PEM form.

    Raises:
        KeyFileError: unreadable, encrypted or another kind of key.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path}: no unencrypted PEM key; make one: openssl genpkey -algorithm ed25519 -out {path.name}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path}: not an ed25519 key; make one: openssl genpkey -algorithm ed25519 -out {path.name}")
    return key


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public half as the setting `bundle_public_key` of the service wants it."""
    return key.public_key().public_bytes_raw().hex()
