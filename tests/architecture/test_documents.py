"""What the documents point at exists: files behind links, commands in their shell blocks."""

import re
from pathlib import Path

import pytest

from tests.architecture.commands import faults
from tests.architecture.repository import ROOT, files

DOCUMENTS = [path for path in files() if path.suffix == ".md" and path.parts[0] not in {"tests", "notebooks"}]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SHELL_BLOCK = re.compile(r"^```(?:sh|bash|console|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_there_is_a_readme() -> None:
    assert Path("README.md") in DOCUMENTS


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = [link.partition("#")[0] for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)]
    assert [target for target in targets if target and not (ROOT / document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_command_in_a_shell_block_exists(document: Path) -> None:
    blocks = SHELL_BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    assert [fault for line in lines for fault in faults(line.removeprefix("$ "))] == []
