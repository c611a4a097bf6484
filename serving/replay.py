"""Makes a stored decision again, and says what is different and why."""

from dataclasses import asdict, dataclass
from typing import Any

from model.records import control_of, differences
from serving.bundles import Engine, EngineError, Engines
from serving.pipeline import consider
from serving.store.decisions import StoredDecision
from serving.stored_mail import request_of


class TextPurgedError(ValueError):
    """text_purged: the mail was removed after the retention period; its labels and versions are still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A decision made again. `changed` names versions that are not those of the first time, with `then` and `now`."""

    decision_id: str
    differences: tuple[str, ...]
    changed: dict[str, dict[str, str]]
    decision: dict[str, Any]

    @property
    def is_equal(self) -> bool:
        """True when labels, ranking, action and reasons are equal, and probabilities within 2e-6."""
        return not self.differences

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "decision_id": self.decision_id,
            "is_equal": self.is_equal,
            "differences": list(self.differences),
            "changed": self.changed,
            "decision": self.decision,
        }


def replay(stored: StoredDecision, engines: Engines) -> Replay:
    """Decide the stored mail again, at its moment, with its bundle when that is still there, else with the current one.

    Raises:
        TextPurgedError: there is no mail any more.
    """
    request = request_of(stored)
    if request is None:
        purged = stored.text_purged_at
        raise TextPurgedError(f"text_purged: the mail of this decision was removed{f' on {purged:%Y-%m-%d}' if purged else ''}")
    then: dict[str, str] = stored.decision["versions"]
    engine = _engine_of_then(engines, then["model"])
    again = consider(request, engine, stored.decided_at, control_of(stored.decision))
    now = asdict(engine.versions)
    changed = {name: {"then": then[name], "now": now[name]} for name in then if then[name] != now[name]}
    return Replay(decision_id=stored.id, differences=differences(stored.decision, again), changed=changed, decision=again)


def _engine_of_then(engines: Engines, bundle_id: str) -> Engine:
    """A bundle that is gone or damaged is no failure: the current one decides, and `changed` says so."""
    try:
        return engines.as_before(bundle_id) or engines.current
    except EngineError:
        return engines.current
