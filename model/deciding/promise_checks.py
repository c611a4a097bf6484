"""Checks of the certificate: it is of this score and answer, it promises what is wanted, and the score reaches its threshold."""

from collections.abc import Callable

from model.deciding.case import Case, Finding
from model.risk.certificate import Scope
from model.risk.thresholds import NoThreshold, Threshold


def _certificate(case: Case) -> Finding:
    certificate = case.circumstances.certificate
    return certificate.data if certificate else None, None, certificate is not None


def _score_version(case: Case) -> Finding:
    certificate, serving = case.circumstances.certificate, case.circumstances.score
    found = certificate.score if certificate else None
    return found, serving, found is not None and found == serving


def _exchangeability(case: Case) -> Finding:
    certificate, limit = case.circumstances.certificate, case.automatic.least_exchangeability
    found = certificate.exchangeability if certificate else None
    return found, limit, found is not None and found >= limit


def _alpha(case: Case) -> Finding:
    certificate, limit = case.circumstances.certificate, case.circumstances.policy.alpha(case.topic)
    found = certificate.target.alpha if certificate else None
    return found, limit, found is not None and found <= limit


def _delta(case: Case) -> Finding:
    certificate, limit = case.circumstances.certificate, case.circumstances.policy.delta(case.topic)
    found = certificate.target.delta if certificate else None
    return found, limit, found is not None and found <= limit


def _scope(case: Case) -> Finding:
    """A promise about all topics together says nothing about one of them; one about each of its answers does."""
    certificate = case.circumstances.certificate
    alone = case.topic is not None and case.circumstances.policy.wants_own_promise(case.topic)
    enough = (Scope.TOPIC, Scope.ANSWER) if alone else tuple(Scope)
    return certificate.scope.value if certificate else None, ",".join(enough), certificate is not None and certificate.scope in enough


def _covered(case: Case) -> Finding:
    """The very text that was calibrated; where the certificate names none, the one approved answer of the topic."""
    certificate, answer = case.circumstances.certificate, case.answer
    if certificate is None or answer is None:
        return None, None, False
    if certificate.answers:
        return answer.content_hash, certificate.answers.get(answer.id), certificate.covers(answer.id, answer.content_hash)
    today = case.circumstances.now.date()
    usable = [one.id for one in case.circumstances.answers.values() if one.topic == answer.topic and one.is_usable(today)]
    return len(usable), 1, usable == [answer.id] and certificate.covers(answer.id, answer.content_hash)


def _threshold(case: Case) -> Finding:
    match case.outcome:
        case Threshold():
            return "certified", case.group, True
        case NoThreshold(reason=reason):
            return str(reason), case.group, False
        case None:
            return None, case.group, False


def _score(case: Case) -> Finding:
    found, limit = case.known.answer_probability, case.outcome.value if isinstance(case.outcome, Threshold) else None
    return found, limit, found is not None and limit is not None and found >= limit


PROMISE_CHECKS: tuple[tuple[str, Callable[[Case], Finding]], ...] = (
    ("certificate", _certificate),
    ("score_version", _score_version),
    ("exchangeability", _exchangeability),
    ("alpha", _alpha),
    ("delta", _delta),
    ("scope", _scope),
    ("covered", _covered),
    ("threshold", _threshold),
    ("score", _score),
)
