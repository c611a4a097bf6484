"""Checks of the answer that would be sent: that it is the scored one, may be given to this customer, and is complete."""

from collections.abc import Callable

from data.answer import DataClass, Translation, Visibility
from model.deciding.case import Case, Finding
from model.deciding.facts import slot_faults


def _answer(case: Case) -> Finding:
    """The score speaks of the best match; where another answer would be sent, nothing is known about that one."""
    scored = case.known.first_match.answer_id if case.known.first_match else None
    found = case.first.answer_id if case.first else None
    return found, scored, found is not None and found == scored


def _already_shown(case: Case) -> Finding:
    shown = case.first is not None and case.first.already_shown
    return shown, False, case.first is not None and not shown


def _answer_topic(case: Case) -> Finding:
    found, limit = case.answer.topic if case.answer else None, case.topic.label if case.topic else None
    return found, limit, case.answer is not None and found == limit


def _visibility(case: Case) -> Finding:
    found = case.answer.visibility if case.answer else None
    return found.value if found else None, Visibility.PUBLIC.value, found is Visibility.PUBLIC


def _data_class(case: Case) -> Finding:
    found = case.answer.data_class if case.answer else None
    return found.value if found else None, ",".join(case.automatic.data_classes), found in case.automatic.data_classes


def _verified(case: Case) -> Finding:
    """What is not public goes to nobody but a customer for whom the caller vouches."""
    needed = case.automatic.verified_only or case.answer is None or case.answer.data_class is not DataClass.PUBLIC
    verified = case.context.customer.verified
    return verified, needed, verified or not needed


def _language(case: Case) -> Finding:
    found, limit = case.first.language if case.first else None, case.known.language.code
    return found, limit, found is not None and found == limit


def _translation(case: Case) -> Finding:
    found = case.variant.translation if case.variant else None
    return found.value if found else None, Translation.CURRENT.value, found in (Translation.CURRENT, Translation.ORIGINAL)


def _slots(case: Case) -> Finding:
    if case.variant is None or case.topic is None:
        return None, None, False
    required = case.circumstances.policy.rule(case.topic).required_slots
    faults = ",".join(slot_faults(case.variant.body, required, case.known.slots, case.context.slots, case.automatic.slots_from_mail))
    return faults or None, None, not faults


def _attachments(case: Case) -> Finding:
    """Files that the answer names and the base does not have."""
    if case.answer is None:
        return None, 0, False
    lost = sum(file.sha256 not in case.circumstances.files for file in case.answer.attachments)
    return lost, 0, lost == 0


ANSWER_CHECKS: tuple[tuple[str, Callable[[Case], Finding]], ...] = (
    ("answer", _answer),
    ("already_shown", _already_shown),
    ("answer_topic", _answer_topic),
    ("visibility", _visibility),
    ("data_class", _data_class),
    ("verified", _verified),
    ("language", _language),
    ("translation", _translation),
    ("slots", _slots),
    ("attachments", _attachments),
)
