"""One virtual environment a peer under var/bench, made when it is first needed, from pinned requirements."""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "var" / "bench"
REQUIREMENTS = Path(__file__).parent / "peers"
STAMP = "installed"
INSTALL_SECONDS = 1_200


class NotInstalledError(Exception):
    """A peer cannot be installed on this machine; the message is pip's reason."""


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which is made anew when its requirements have changed.

    Raises:
        NotInstalledError: pip could not install them.
    """
    requirements = REQUIREMENTS / f"{peer}.txt"
    folder = BENCH / peer / "venv"
    python, stamp = folder / "bin" / "python", folder / STAMP
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    sys.stderr.write(f"Installing {peer} into {folder.relative_to(ROOT)}: once, up to some minutes.\n")
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    _run([str(python), "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check", "-r", str(requirements)])
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise NotInstalledError(f"pip took longer than {INSTALL_SECONDS} s") from error
    if done.returncode != 0:
        raise NotInstalledError(reason_in(done.stderr) or f"{command[0]} ended with {done.returncode}")


def reason_in(output: str) -> str:
    """The line of a program's complaints that says why: the last one that is an error."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or [""])[-1][:200]
