"""The checks before an automatic reply: a fixed order, every one evaluated and recorded, and only a mail that passes all is answered.

The score's threshold keeps the promised error; the other checks can only withhold a reply that the threshold would allow.
"""

from collections.abc import Callable
from dataclasses import fields

from data.taxonomy import Mode
from model.deciding.answer_checks import ANSWER_CHECKS
from model.deciding.automatic import Budget
from model.deciding.case import Case, Check, Finding
from model.deciding.control import ALL
from model.deciding.mail_checks import MAIL_CHECKS
from model.deciding.promise_checks import PROMISE_CHECKS

HOLDOUT = "holdout"
MODE = "mode"


def checks(case: Case) -> tuple[Check, ...]:
    """Every check, in order, with its outcome."""
    found = ((name, find(case)) for name, find in CHECKS)
    return tuple(Check(name=name, value=value, limit=limit, passed=passed) for name, (value, limit, passed) in found)


def _kill_switch(case: Case) -> Finding:
    thrown = case.circumstances.control.kill_switch
    return thrown, False, not thrown


def _suspended(case: Case) -> Finding:
    own = {ALL, case.group, case.topic.label if case.topic else None}
    found = sorted(case.circumstances.control.suspended & own)
    return found[0] if found else None, None, not found


def _mode(case: Case) -> Finding:
    mode = case.circumstances.policy.mode(case.topic) if case.topic else None
    return mode.value if mode else None, Mode.AUTO.value, mode is Mode.AUTO


def _never_auto(case: Case) -> Finding:
    rule = next((rule.name for rule in case.ruling.fired if rule.then.never_auto), None)
    forbidden = case.topic is None or case.circumstances.policy.is_never_auto(case.topic)
    return rule or (case.topic.label if case.topic and forbidden else None), None, rule is None and not forbidden


def _budget(name: str) -> Callable[[Case], Finding]:
    def find(case: Case) -> Finding:
        left = case.automatic.budget.left(name, case.circumstances.control.budget_left)
        return left, 1, left is not None and left >= 1

    return find


def _holdout(case: Case) -> Finding:
    found, limit = case.drawn(HOLDOUT), case.automatic.holdout_share
    return found, limit, found >= limit


CHECKS: tuple[tuple[str, Callable[[Case], Finding]], ...] = (
    ("kill_switch", _kill_switch),
    ("suspended", _suspended),
    (MODE, _mode),
    ("never_auto", _never_auto),
    *MAIL_CHECKS,
    *ANSWER_CHECKS,
    *PROMISE_CHECKS,
    *((f"budget_{item.name}", _budget(item.name)) for item in fields(Budget)),
    (HOLDOUT, _holdout),
)
