"""Nothing that is committed says where packages come from: that is the business of each machine."""

import re

from tests.architecture.repository import ROOT, texts

SOURCE_OF_PACKAGES = re.compile(
    r"https?://[^\s/\"'>)]*(?:pypi|pythonhosted|npmjs|registry|mirror|artifactory|nexus|devpi)[^\s/\"'>)]*\.[a-z]"
    r"|--(?:extra-)?index-url|--trusted-host|--find-links|file:///opt",
    re.IGNORECASE,
)
PIN = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*")


def test_no_file_names_a_package_registry() -> None:
    this = "tests/architecture/test_addresses.py"
    named = [f"{path}: {found.group()}" for path, text in texts() if str(path) != this for found in SOURCE_OF_PACKAGES.finditer(text)]
    assert named == []


def test_every_constraint_is_one_exact_version_of_a_published_package() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    loose = [line for line in lines if not line.startswith("#") and not PIN.fullmatch(line)]
    assert loose == []


def test_no_constraint_needs_a_graphics_card() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower()
    assert not re.search(r"^(nvidia|cuda|triton)", text, re.MULTILINE)
