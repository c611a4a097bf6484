"""Starts a long look at the answer base in a process of its own, so that mails do not wait for it. One of a kind at a time."""

import os
import subprocess
import sys
import threading

from serving.logs import EVENTS
from serving.service import Service
from serving.settings import PREFIX, Settings
from serving.store.findings import LookedFor, begin_search, end_search

PASSED_ON = ("bundle", "encoder", "answers", "policy", "bundle_public_key", "mlflow_tracking_uri")


def look(service: Service, what: LookedFor) -> bool:
    """Start a search; False when one of its kind runs already. Its result is in `serving.store.findings` when it is done."""
    with service.database.writing() as session:
        if not begin_search(session, what, service.clock()):
            return False
    command = [sys.executable, "-m", "serving.cli", "answers", what.value, "--json"]
    try:
        process = subprocess.Popen(
            command, env=os.environ | _environment(service.settings), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
    except OSError as error:
        _give_up(service, what, str(error))
        raise
    threading.Thread(target=_wait, args=(service, what, process), name=f"replywell-{what.value}", daemon=True).start()
    return True


def _wait(service: Service, what: LookedFor, process: "subprocess.Popen[bytes]") -> None:
    code = process.wait()
    if code:
        _give_up(service, what, f"it ended with {code}")


def _give_up(service: Service, what: LookedFor, reason: str) -> None:
    EVENTS.error("a search of the base failed", extra={"search": what.value, "reason": reason})
    with service.database.writing() as session:
        end_search(session, what)


def _environment(settings: Settings) -> dict[str, str]:
    """The settings of this service for a process of its own; the database's password travels in the environment alone."""
    values = {name: getattr(settings, name) for name in PASSED_ON}
    named = {f"{PREFIX}{name.upper()}": "" if value is None else str(value) for name, value in values.items()}
    return named | {f"{PREFIX}DATABASE_URL": settings.database_url.get_secret_value()}
