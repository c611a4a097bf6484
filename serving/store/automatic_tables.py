"""Tables of the replies that go out without a person: the switch, the policies, the replies, what became of them, what watches them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables import Base


class ControlRow(Base):
    """One row, made by the migration. Who changes anything about automatic replies locks it, so that changes come one by one.

    `reason`, `changed_at`, `changed_by`: of the last throw of the kill switch.
    """

    __tablename__ = "control"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kill_switch: Mapped[bool]
    reason: Mapped[str | None]
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"))
    generation: Mapped[int]
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[str | None]


class PolicyRow(Base):
    """A policy as somebody wrote it; never changed. The one that counts is named in `control`."""

    __tablename__ = "policies"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(40))
    document: Mapped[dict[str, Any]]
    author: Mapped[str | None]
    at: Mapped[datetime]


class ReplyRow(Base):
    """A reply that was decided without a person, or would have been but for the hold-out. Customers are hashes.

    `counted`: the verdict on it entered a monitor, or never will. The text goes when the text of the mail goes.
    """

    __tablename__ = "replies"
    __table_args__ = (
        Index("ix_replies_state_reserved_until", "state", "reserved_until"),
        Index("ix_replies_released_at", "released_at"),
        Index("ix_replies_customer", "customer"),
        Index("ix_replies_sender", "sender"),
        Index("ix_replies_reserved_at", "reserved_at"),
        Index("ix_replies_audit_counted", "audit", "counted"),
    )
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None]
    groups: Mapped[list[str]]
    customer: Mapped[str | None] = mapped_column(String(64))
    sender: Mapped[str | None] = mapped_column(String(64))
    arrivals: Mapped[list[str]]
    topic: Mapped[str | None]
    answer_id: Mapped[str] = mapped_column(String(100))
    answer_version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(20))
    policy_version: Mapped[str] = mapped_column(String(40))
    bundle_id: Mapped[str] = mapped_column(String(64))
    certificate: Mapped[str | None] = mapped_column(String(64))
    audit: Mapped[bool]
    counted: Mapped[bool]
    reserved_at: Mapped[datetime]
    reserved_until: Mapped[datetime]
    released_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    text: Mapped[str | None]


class OutcomeRow(Base):
    """What became of a reply; only ever added to, and each kind once."""

    __tablename__ = "outcomes"
    decision_id: Mapped[str] = mapped_column(ForeignKey("replies.decision_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    by: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(index=True)


class ArrivalRow(Base):
    """The newest mail of a correspondent in a mailbox, or that names another mail; by hashes, for a day."""

    __tablename__ = "arrivals"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    decision_id: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(index=True)


class MonitorRow(Base):
    """What the verdicts on the audited replies of a group add up to; a bundle that comes back finds its own."""

    __tablename__ = "monitors"
    certificate: Mapped[str] = mapped_column(String(64), primary_key=True)
    group: Mapped[str] = mapped_column(String(200), primary_key=True)
    state: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class ProofsRow(Base):
    """The round in which proofs of wrong replies are counted, once a person has armed what they had stopped, and since when it runs."""

    __tablename__ = "proofs"
    certificate: Mapped[str] = mapped_column(String(64), primary_key=True)
    round: Mapped[int]
    since: Mapped[datetime]


class SightingRow(Base):
    """A customer's mail as the tests for drift see it: numbers and its topic, under a hash of what names it, so that a repeat counts once.

    `counted`: it entered the tests of the bundle that read it.
    """

    __tablename__ = "sightings"
    __table_args__ = (Index("ix_sightings_bundle_id_counted", "bundle_id", "counted"),)
    bundle_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    decision_id: Mapped[str] = mapped_column(String(40))
    novelty: Mapped[float]
    score: Mapped[float | None]
    topic: Mapped[str | None]
    region: Mapped[int | None]
    counted: Mapped[bool]
    at: Mapped[datetime] = mapped_column(index=True)


class DriftRow(Base):
    """How like the mails of its calibration a bundle found the mails since."""

    __tablename__ = "drift"
    bundle_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class SuspensionRow(Base):
    """A group that gets no automatic replies until a person arms it again. `all` is everything."""

    __tablename__ = "suspensions"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    group: Mapped[str] = mapped_column(String(200), index=True)
    since: Mapped[datetime]
    reason: Mapped[str]
    rearmed_at: Mapped[datetime | None]
    rearmed_by: Mapped[str | None]
