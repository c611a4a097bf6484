"""Checks of the mail before an automatic reply: who wrote, whether it is one first request, and how sure and urgent its reading is."""

from collections.abc import Callable

from model.deciding.automatic import UNKNOWN_URGENCY
from model.deciding.case import Case, Finding
from model.vetoes import has_reply_mark


def _vetoes(case: Case) -> Finding:
    fired = [veto.rule for veto in case.vetoes if veto.fired]
    return ",".join(fired) or None, None, bool(case.vetoes) and not fired


def _sender(case: Case) -> Finding:
    usable = case.mail.sender is not None and "." in case.mail.sender.rpartition("@")[2]
    return usable, True, usable


def _text(case: Case) -> Finding:
    return not case.mail.is_empty, True, not case.mail.is_empty


def _follow_up(case: Case) -> Finding:
    """A reply to anything, our own automatic mail above all."""
    thread = case.context.thread
    signs = {
        "auto_reply": thread.auto_replies_sent > 0,
        "thread": thread.is_follow_up,
        "in-reply-to": case.mail.header("in-reply-to") is not None,
        "references": case.mail.header("references") is not None,
        "subject": has_reply_mark(case.mail),
    }
    found = next((name for name, is_seen in signs.items() if is_seen), None)
    return found, None, found is None


def _age(case: Case) -> Finding:
    """Nobody waits for an answer to an old mail, such as one of an imported archive; without a date the caller vouches for it."""
    date, limit = case.mail.date, case.automatic.most_age_hours
    hours = round(abs((case.circumstances.now - date).total_seconds()) / 3600, 3) if date else None
    return hours, limit, hours is None or hours <= limit


def _single_request(case: Case) -> Finding:
    second = case.known.second_request
    return second.topic if second else None, None, second is None


def _mail_attachments(case: Case) -> Finding:
    count = len(case.mail.attachments)
    allowed = case.automatic.mail_attachments
    return count, None if allowed else 0, allowed or count == 0


def _urgency(case: Case) -> Finding:
    """What a rule says and what the model says must both be allowed: a rule does not calm an urgent mail."""
    allowed = case.automatic.allowed_urgencies(case.circumstances.policy.taxonomy)
    said = [urgency or UNKNOWN_URGENCY for urgency in (case.urgency, case.known.urgency.label)]
    found = next((urgency for urgency in said if urgency not in allowed), said[0])
    return found, ",".join(allowed), found in allowed


def _novelty(case: Case) -> Finding:
    return case.known.novelty.score, None, not case.known.novelty.is_novel


def _topic(case: Case) -> Finding:
    if case.topic is None:
        return None, None, False
    found, limit = case.known.topic.probability, case.circumstances.policy.threshold(case.topic)
    return found, limit, found >= limit


def _rule_topic(case: Case) -> Finding:
    """Nothing was promised for a topic that a rule gave against the model."""
    said, decided = case.known.topic.label, case.topic.label if case.topic else None
    return said, decided, decided is not None and said == decided


MAIL_CHECKS: tuple[tuple[str, Callable[[Case], Finding]], ...] = (
    ("vetoes", _vetoes),
    ("sender", _sender),
    ("text", _text),
    ("follow_up", _follow_up),
    ("age", _age),
    ("single_request", _single_request),
    ("mail_attachments", _mail_attachments),
    ("urgency", _urgency),
    ("novelty", _novelty),
    ("topic", _topic),
    ("rule_topic", _rule_topic),
)
