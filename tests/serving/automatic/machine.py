"""Callers, operators, clocks and crashes against one database, in any order, and an account of what may go out."""

import shutil
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from model.decision import Action
from serving.automatic.control import allow_again, arm_group, stop_everything, stop_group
from serving.automatic.expiring import expire
from serving.automatic.outcomes import take_outcome
from serving.automatic.releasing import BehindError, Refused, Released, check_current, prepare, release
from serving.automatic.reserving import ReadMail
from serving.bodies import MailBody
from serving.bundles import Engine
from serving.pipeline import keep, score
from serving.service import Service
from serving.settings import Settings
from serving.store.answers import Stamp
from serving.store.decisions import load_decision
from serving.store.outcomes import Outcome, OutcomeError
from serving.store.replies import load_reply
from serving.store.state import bump_generation
from tests.serving.automatic.certified import allow
from tests.serving.automatic.conftest import Clock, make_service
from tests.serving.automatic.mails import mail

CUSTOMERS = ("ana@example.com", "bob@example.com", "cleo@example.com")
OUTCOMES = tuple(Outcome)
# What may stand in the way of a reply when everything else is allowed.
NOTHING = ("nothing",) * 8
OBSTACLES = (*NOTHING, "switch", "all", "technical.fault", "hour", "customer_day", "strict", "uncovered", "plain", "announced", "late")


@dataclass(slots=True)
class World:
    """What all runs share: a database to copy, an engine that may send, one whose certificate covers nothing, and one without any."""

    file: Path
    folder: Path
    settings: Settings
    certified: Engine
    uncovered: Engine
    plain: Engine
    runs: int = 0
    released: int = 0


@dataclass(slots=True)
class Wanted:
    """What the test itself knows about what is allowed."""

    killed: bool = False
    suspended: set[str] = field(default_factory=set)
    hour: int = 100
    customer_day: int = 2
    alpha: float = 0.02
    released: list[tuple[datetime, str]] = field(default_factory=list)


class Machine(RuleBasedStateMachine):
    """One run: a copy of the database, what was decided, and what the test knows to be allowed."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.runs += 1
        file = self.world.folder / f"{self.world.runs}.db"
        shutil.copyfile(self.world.file, file)
        self.settings = self.world.settings.model_copy(update={"database_url": type(self.world.settings.database_url)(f"sqlite:///{file}")})
        self.clock = Clock()
        self.wanted = Wanted()
        self.decided: list[tuple[str, str]] = []
        self.engine = self.world.certified
        self.announced = 0
        self.service = self._opened()
        self._allow()

    def _opened(self) -> Service:
        service = make_service(self.settings, self.engine, self.clock)
        service.engines.generation = self.announced
        return service

    def _allow(self) -> None:
        wanted = self.wanted
        allow(self.service, alpha=wanted.alpha, budget={"hour": wanted.hour, "day": 1000, "customer_day": wanted.customer_day})

    @property
    def stamp(self) -> Stamp:
        """Somebody, now."""
        return Stamp(by="test", at=self.clock())

    @rule(customer=st.sampled_from(CUSTOMERS))
    def decide(self, customer: str) -> None:
        """A mail comes in."""
        request = MailBody.model_validate(mail(customer)).to_request()
        with self.service.database.writing() as session:
            decision = score(request, session, self.service.engines.current, self.clock())
        if decision["action"] == Action.AUTO_REPLY:
            self.decided.append((decision["decision_id"], customer))

    @precondition(lambda self: self.decided)
    @rule(choice=st.integers(0, 50), at_once=st.booleans())
    def release(self, choice: int, at_once: bool) -> None:
        """A caller wants to send; perhaps two at the same moment, perhaps what was released before."""
        decision_id, customer = self.decided[-1 - choice % len(self.decided)]
        if not at_once:
            said = [self._release(decision_id)]
        else:
            said = []
            threads = [threading.Thread(target=lambda: said.append(self._release(decision_id))) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        gone = [one for one in said if isinstance(one, Released)]
        assert len(gone) <= 1
        for one in gone:
            self._may_go_out(one, decision_id, customer)

    @rule(customer=st.sampled_from(CUSTOMERS), obstacle=st.sampled_from(OBSTACLES), before=st.booleans())
    def serve(self, customer: str, obstacle: str, before: bool) -> None:
        """Everything is allowed but perhaps for one thing; a mail comes in, and its reply is wanted right away."""
        self.mend()
        known = len(self.decided)
        if before:
            self._hinder(obstacle)
        self.decide(customer=customer)
        if not before:
            self._hinder(obstacle)
        if len(self.decided) > known:
            self.release(choice=0, at_once=False)

    def _hinder(self, obstacle: str) -> None:
        match obstacle:
            case "switch":
                self.throw(on=True)
            case "all" | "technical.fault":
                self.suspend(group=obstacle, stop=True)
            case "hour" | "customer_day":
                self.edit_policy(hour=0 if obstacle == "hour" else 4, customer_day=0 if obstacle == "customer_day" else 2, strict=False)
            case "strict":
                self.edit_policy(hour=4, customer_day=2, strict=True)
            case "uncovered" | "plain":
                self.reload(which=obstacle, here=True)
            case "announced":
                self.reload(which="uncovered", here=False)
            case "late":
                self.move_clock(minutes=16)

    def _release(self, decision_id: str) -> Released | Refused | BehindError:
        service = self.service
        prepared = prepare(service.database, service.engines.current, decision_id)
        assert prepared is not None
        try:
            with service.database.writing() as session:
                check_current(session, service.engines, prepared)
                return release(session, prepared, self.stamp)
        except BehindError as error:
            return error

    def _may_go_out(self, one: Released, decision_id: str, customer: str) -> None:
        self.world.released += 1
        wanted, now = self.wanted, self.clock()
        assert not wanted.killed
        assert not wanted.suspended & {"all", one.reply.topic}
        assert self.engine is self.world.certified
        assert self.service.engines.generation == self.announced
        assert wanted.alpha >= 0.02
        in_hour = sum(at > now - timedelta(hours=1) for at, _ in wanted.released)
        in_day = sum(at > now - timedelta(days=1) and who == customer for at, who in wanted.released)
        assert in_hour < wanted.hour
        assert in_day < wanted.customer_day
        wanted.released.append((now, customer))
        assert not any(veto.fired for veto in one.decision.vetoes)
        assert all(check.passed for check in one.decision.checks)
        with self.service.database.reading() as session:
            stored, reply = load_decision(session, decision_id), load_reply(session, decision_id)
        assert stored is not None
        assert reply is not None
        assert reply.reserved_at <= now + timedelta(days=3)
        assert not any(veto["fired"] for veto in stored.decision["vetoes"])
        assert all(check["passed"] for check in stored.decision["checks"])

    @rule(customers=st.lists(st.sampled_from(CUSTOMERS), min_size=2, max_size=4))
    def rush(self, customers: list[str]) -> None:
        """Mails that are decided in one transaction, as those of a batch."""
        engine = self.service.engines.current
        requests = [MailBody.model_validate(mail(customer)).to_request() for customer in customers]
        reads = [ReadMail(request=request, understanding=engine.reader.understand(request.mail, engine.index)) for request in requests]
        with self.service.database.writing() as session:
            kept = keep(reads, session, engine, self.clock())
        pairs = zip(kept, customers, strict=True)
        reserved = [(stored.id, customer) for stored, customer in pairs if stored.decision["action"] == Action.AUTO_REPLY]
        assert len(reserved) <= self.wanted.hour
        assert max(Counter(customer for _, customer in reserved).values(), default=0) <= self.wanted.customer_day
        self.decided += reserved

    @rule()
    def mend(self) -> None:
        """Everything is allowed again: otherwise most runs would be about a service that is stopped."""
        self.throw(on=False)
        for group in sorted(self.wanted.suspended):
            self.suspend(group=group, stop=False)
        self.edit_policy(hour=4, customer_day=2, strict=False)
        self.reload(which="certified", here=True)

    @rule(on=st.booleans())
    def throw(self, on: bool) -> None:
        """An operator at the kill switch."""
        with self.service.database.writing() as session:
            (stop_everything if on else allow_again)(session, "test", self.stamp)
        self.wanted.killed = on

    @rule(group=st.sampled_from(["all", "technical.fault", "order.status"]), stop=st.booleans())
    def suspend(self, group: str, stop: bool) -> None:
        """A group is stopped, or armed again."""
        with self.service.database.writing() as session:
            if stop:
                stop_group(session, group, "test", self.stamp)
                self.wanted.suspended.add(group)
            else:
                arm_group(session, group, self.stamp)
                self.wanted.suspended.discard(group)

    @rule(hour=st.integers(0, 4), customer_day=st.integers(0, 3), strict=st.booleans())
    def edit_policy(self, hour: int, customer_day: int, strict: bool) -> None:
        """Another policy counts; this process may not have noticed yet."""
        self.wanted.hour, self.wanted.customer_day, self.wanted.alpha = hour, customer_day, 0.01 if strict else 0.02
        self._allow()

    @rule(which=st.sampled_from(["certified", "uncovered", "plain"]), here=st.booleans())
    def reload(self, which: str, here: bool) -> None:
        """Another bundle is announced: by this process, which serves it then, or by another."""
        self.engine = getattr(self.world, which)
        with self.service.database.writing() as session:
            self.announced = bump_generation(session, self.engine.bundle.id, self.clock())
        if here:
            self.crash()

    @rule(minutes=st.sampled_from([1, 5, 16, 61, 1500, -3, -30, -1500]))
    def move_clock(self, minutes: int) -> None:
        """Time passes, or is corrected."""
        self.clock.move(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        """The minute is over."""
        expire(self.service.database, self.clock())

    @precondition(lambda self: self.decided)
    @rule(choice=st.integers(0, 50), outcome=st.sampled_from(OUTCOMES))
    def report(self, choice: int, outcome: Outcome) -> None:
        """Somebody says what became of a reply; verdicts may suspend."""
        decision_id, _ = self.decided[-1 - choice % len(self.decided)]
        try:
            with self.service.database.writing() as session:
                effect = take_outcome(session, decision_id, outcome, self.engine.bundle.certificate, self.stamp)
        except OutcomeError:
            return
        self.wanted.suspended |= set(effect.suspended) if effect else set()

    @rule(half=st.booleans())
    def crash(self, half: bool = False) -> None:
        """The process dies, perhaps in the middle of a release, and starts again with what is announced."""
        if half and self.decided:
            with pytest.raises(KeyboardInterrupt):
                self._die_releasing(self.decided[-1][0])
        self.service.database.close()
        self.service = self._opened()

    def _die_releasing(self, decision_id: str) -> None:
        prepared = prepare(self.service.database, self.service.engines.current, decision_id)
        assert prepared is not None
        with self.service.database.writing() as session:
            release(session, prepared, self.stamp)
            raise KeyboardInterrupt

    def teardown(self) -> None:
        """Leave nothing open."""
        self.service.database.close()
