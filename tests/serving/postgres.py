"""A PostgreSQL server of our own on a socket in a temporary folder; Debian's `postgresql` package brings the programs."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL = "needs PostgreSQL: apt-get install -y --no-install-recommends postgresql"


def programs() -> Path | None:
    """The newest folder with `initdb`, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def server() -> Iterator[str]:
    """Start a server that listens on a socket only; gives the socket's folder."""
    folder = programs()
    assert folder is not None, INSTALL
    home = Path(tempfile.mkdtemp(prefix="rw-pg-"))
    as_postgres = []
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]

    def run(*command: str) -> None:
        subprocess.run([*as_postgres, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home)

    try:
        run(
            str(folder / "initdb"), "-D", str(home / "data"), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
        run(str(folder / "pg_ctl"), "-D", str(home / "data"), "-w", "-l", str(home / "log"), "-o", options, "start")
        try:
            yield str(home)
        finally:
            run(str(folder / "pg_ctl"), "-D", str(home / "data"), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
