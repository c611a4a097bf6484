"""Taking what became of a reply: kept once, and evidence for the monitors where it is a verdict or a complaint."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from model.risk import Certificate
from serving.automatic.watching import count_proofs, count_verdicts
from serving.store.answers import Stamp
from serving.store.control import lock_switch
from serving.store.outcomes import PROOFS, VERDICTS, Outcome, save_outcome
from serving.store.replies import Reply, load_reply


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeEffect:
    """The reply as it is after an outcome; `is_new` is False when it was known; `suspended` are the groups that it stopped."""

    reply: Reply
    is_new: bool
    suspended: tuple[str, ...] = ()


def take_outcome(
    session: Session, decision_id: str, outcome: Outcome, certificate: Certificate | None, stamp: Stamp
) -> OutcomeEffect | None:
    """Keep what became of a reply; None when the decision sent nothing.

    Raises:
        OutcomeError: it cannot follow what is known.
    """
    lock_switch(session)
    reply = load_reply(session, decision_id)
    if reply is None:
        return None
    is_new = save_outcome(session, reply, outcome, stamp)
    by_audits = count_verdicts(session, certificate, stamp) if is_new and outcome in VERDICTS else ()
    by_proofs = count_proofs(session, certificate, stamp) if is_new and outcome in PROOFS else ()
    return OutcomeEffect(reply=load_reply(session, decision_id) or reply, is_new=is_new, suspended=(*by_audits, *by_proofs))
