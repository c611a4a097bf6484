"""Decides mails in the transaction that records them, and reserves what may go out without a person.

The models are done before. A mail is decided with the switch, the suspensions and the budgets as they are read here; only when that says
that a reply may go out, the switch is locked and everything is read and decided again, so that what is reserved was allowed by what
nobody else can change until the commit.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from model.deciding.control import ALL, Control
from model.decision import Action, Decision, decide
from model.understanding import Understanding
from serving.automatic.control import end_overdue
from serving.automatic.correspondents import Correspondent, correspondent_of
from serving.automatic.drifting import DecidedMail, sighting_of
from serving.automatic.policies import under_policy
from serving.automatic.watching import name_of
from serving.engine import Engine
from serving.mail_request import MailRequest
from serving.store.answers import Stamp
from serving.store.arrivals import note_arrivals
from serving.store.control import lock_switch, read_switch
from serving.store.outcomes import note_returns
from serving.store.replies import RESERVED_FOR, Reply, ReplyState, Usage, replies_to, save_replies, usage
from serving.store.sightings import Sighting, save_sightings
from serving.store.state import Event, record_event
from serving.store.watched import suspended_groups

RETURNS_WITHIN = timedelta(days=7)
STOPPED = Control(kill_switch=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMail:
    """A mail and what the models made of it; of a batch, also which item it is."""

    request: MailRequest
    understanding: Understanding
    batch_id: str | None = None
    ordinal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A decision that holds until the commit, who wrote, and the engine that decided."""

    decision: Decision
    correspondent: Correspondent
    engine: Engine

    def reply(self, decision_id: str, now: datetime) -> Reply | None:
        """What is kept about the reply; None when there is none, not even one that the hold-out kept back."""
        decision, certificate = self.decision, self.engine.bundle.certificate
        is_sent = decision.action is Action.AUTO_REPLY
        if certificate is None or self.engine.index is None or not (is_sent or decision.holdout):
            return None
        first = decision.suggestions[0]
        group = certificate.group_of(decision.topic, first.answer_id, decision.understanding.language.code)
        return Reply(
            decision_id=decision_id,
            state=ReplyState.RESERVED if is_sent else ReplyState.HELD_OUT,
            groups=tuple(dict.fromkeys((ALL, decision.topic or ALL, group))),
            customer=self.correspondent.customer,
            sender=self.correspondent.sender,
            arrivals=self.correspondent.arrivals,
            topic=decision.topic,
            answer_id=first.answer_id,
            answer_version=first.answer_version,
            content_hash=self.engine.index.answers[first.answer_id].content_hash,
            language=first.language,
            policy_version=decision.versions.policy,
            bundle_id=decision.versions.model,
            certificate=name_of(certificate),
            audit=decision.audit,
            reserved_at=now,
            reserved_until=now + RESERVED_FOR if is_sent else now,
        )


@dataclass(slots=True)
class Desk:
    """Decides in one transaction; once a reply is reserved, it holds the lock, and what it reserves counts for the mails that follow.

    idle: what holds where nothing can be sent, read once: with the first mail.
    """

    session: Session
    engine: Engine
    now: datetime
    locked: bool = False
    replies: list[Reply] = field(default_factory=list)
    writers: dict[str, Correspondent] = field(default_factory=dict)
    customers: list[Correspondent] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    idle: Control | None = None

    def settle(self, mail: ReadMail) -> Settled:
        """Decide about one mail so that the decision holds at the commit."""
        settled = self._decided(mail)
        if settled.decision.action is Action.AUTO_REPLY and not self.locked:
            lock_switch(self.session)
            end_overdue(self.session, self.now)
            self.locked = True
            settled = self._decided(mail)
        return settled

    def reserve(self, mail: ReadMail, settled: Settled, decision_id: str) -> Reply | None:
        """Keep in mind the mail, who wrote it, and the reply when there is one, under the id that the decision got."""
        self.writers[decision_id] = settled.correspondent
        if settled.decision.action is not Action.PARK:
            self.customers.append(settled.correspondent)
        decided = DecidedMail(request=mail.request, understanding=mail.understanding, decision=settled.decision, decision_id=decision_id)
        sighting, reply = sighting_of(decided, settled.engine), settled.reply(decision_id, self.now)
        self.sightings += [sighting] if sighting else []
        self.replies += [reply] if reply else []
        return reply

    def save(self) -> None:
        """Write what was kept in mind; the decisions are saved already."""
        note_arrivals(self.session, {decision_id: who.arrivals for decision_id, who in self.writers.items()}, self.now)
        self._note_returns()
        save_sightings(self.session, self.sightings, self.now)
        save_replies(self.session, self.replies)
        for reply in self.replies:
            data = {"answer": reply.answer_id, "audit": reply.audit}
            record_event(self.session, Event(at=self.now, kind=f"reply.{reply.state}", subject=reply.decision_id, data=data))

    def _note_returns(self) -> None:
        """Whoever writes again soon after an automatic reply, about whatever it is, came back; a robot's mail is no return."""
        names = {who.customer for who in self.customers if who.customer}, {who.sender for who in self.customers if who.sender}
        earlier = replies_to(self.session, *names, self.now - RETURNS_WITHIN)
        note_returns(self.session, [reply.decision_id for reply in earlier], Stamp(by="mail", at=self.now))

    def _decided(self, mail: ReadMail) -> Settled:
        who = correspondent_of(mail.request)
        control = self.idle or self._control(who)
        decision = decide(mail.request.mail, mail.understanding, mail.request.context, self.engine.circumstances(self.now, control))
        return Settled(decision=decision, correspondent=who, engine=self.engine)

    def _control(self, who: Correspondent) -> Control:
        self.engine, control = read_control(self.session, self.engine, who, self.now)  # a new policy is read once, not for every mail
        if self.engine.bundle.certificate is None:
            self.idle = control
        return self._less_reserved(control, who)

    def _less_reserved(self, control: Control, who: Correspondent) -> Control:
        """What this transaction is about to save is not in the database yet."""
        reserved = [reply for reply in self.replies if reply.state is ReplyState.RESERVED]
        used = {"hour": len(reserved), "day": len(reserved), "customer_day": sum(is_same(reply, who) for reply in reserved)}
        return replace(control, budget_left={name: max(0, left - used[name]) for name, left in control.budget_left.items()})


def read_control(session: Session, engine: Engine, who: Correspondent, now: datetime, *, but: str | None = None) -> tuple[Engine, Control]:
    """What holds at this moment for a customer, and the engine under the policy that counts. `but` is a decision that is not counted.

    A policy that does not fit the taxonomy that serves allows nothing.
    """
    switch = read_switch(session)
    current = under_policy(session, engine, switch.policy_id)
    if current is None:
        return engine, STOPPED
    control = Control(kill_switch=switch.kill_switch, suspended=suspended_groups(session))
    if current.bundle.certificate is None:
        return current, control
    used = usage(session, now, customer=who.customer, sender=who.sender, but=but)
    return current, replace(control, budget_left=_left(current, used))


def is_same(reply: Reply, who: Correspondent) -> bool:
    """Whether a reply goes to this customer, by either name; mails that name nobody are all of one customer."""
    if who.customer is None and who.sender is None:
        return reply.customer is None and reply.sender is None
    return (who.customer is not None and reply.customer == who.customer) or (who.sender is not None and reply.sender == who.sender)


def _left(engine: Engine, used: Usage) -> dict[str, int]:
    budget = engine.policy.automatic.budget
    return {
        "hour": max(0, budget.hour - used.hour),
        "day": max(0, budget.day - used.day),
        "customer_day": max(0, budget.customer_day - used.customer),
    }
