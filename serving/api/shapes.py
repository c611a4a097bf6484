"""The shapes of what callers get, for the OpenAPI document and its readers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """Documented answers name every field."""

    model_config = ConfigDict(extra="forbid")


class FaultShape(Shape):
    """One thing that is wrong with a body."""

    pointer: str = Field(description="JSON pointer into the body")
    detail: str


class ProblemShape(Shape):
    """RFC 9457 problem details; docs/problems.md lists the types."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[FaultShape] = []


class PairShape(Shape):
    """A label and its calibrated probability."""

    label: str
    probability: float


class LanguageShape(Shape):
    """ISO 639-1 code, or `und`."""

    code: str
    probability: float


class FeedbackShape(Shape):
    """Where the feedback was stored."""

    feedback_id: str


class CorrectionShape(Shape):
    """Where the correction was stored."""

    correction_id: str


class BatchShape(Shape):
    """A batch that was accepted."""

    batch_id: str
    status: Literal["running", "done"]
    total: int
    waiting: int
    done: int
    failed: int
    created_at: datetime


class ItemShape(Shape):
    """One mail of a batch."""

    ordinal: int
    id: str | None
    status: Literal["waiting", "done", "failed"]
    decision: dict[str, Any] | None = None
    problem: ProblemShape | None = None


class BatchPageShape(BatchShape):
    """A batch with one page of its items."""

    data: list[ItemShape]
    next_cursor: str | None
    has_more: bool


class VersionsShape(Shape):
    """What decided."""

    model: str
    policy: str
    answers: str
    index: str


class ReplayShape(Shape):
    """A decision made again."""

    decision_id: str
    is_equal: bool
    differences: list[str]
    changed: dict[str, dict[str, str]] = Field(description="Versions that are not those of the first time")
    decision: dict[str, Any]


class ReplyStateShape(Shape):
    """What became of a reply so far."""

    state: Literal["reserved", "released", "sent", "failed", "unknown", "lapsed", "held_out"]
    reason: str | None
    action_now: Literal["auto_reply", "suggest"] = Field(description="What the decision amounts to at this moment")
    groups: list[str]
    audit: bool
    reserved_until: datetime
    released_at: datetime | None
    ended_at: datetime | None


class FileShape(Shape):
    """A file that goes out with a reply."""

    name: str
    mime: str
    size: int
    sha256: str


class ReleaseShape(Shape):
    """A reply to send now."""

    decision_id: str
    state: Literal["released"]
    answer_id: str
    answer_version: int
    language: str
    title: str
    text: str
    attachments: list[FileShape]
    audit: bool
    released_at: datetime


class OutcomeShape(Shape):
    """What is known about a reply, and the groups that this stopped."""

    decision_id: str
    outcome: str
    is_new: bool
    suspended: list[str]
    reply: ReplyStateShape


class AuditShape(Shape):
    """A reply that awaits a verdict."""

    decision_id: str
    topic: str | None
    answer_id: str
    language: str
    state: str
    released_at: datetime | None


class AuditsShape(Shape):
    """One page of them."""

    data: list[AuditShape]
    next_cursor: str | None
    has_more: bool


class SwitchShape(Shape):
    """The kill switch."""

    on: bool
    reason: str | None
    changed_at: datetime | None
    changed_by: str | None


class SuspensionShape(Shape):
    """A group that is or was stopped."""

    group: str
    since: datetime
    reason: str
    rearmed_at: datetime | None
    rearmed_by: str | None
    is_suspended: bool


class SuspensionsShape(Shape):
    """All of them, newest first."""

    data: list[SuspensionShape]


class GuaranteeShape(Shape):
    """What is promised, and the evidence since."""

    bundle: str
    is_void: bool = Field(description="The bundle has a certificate about another score, other heads or another encoder")
    kill_switch: bool
    suspended: list[str]
    certificate: dict[str, Any] | None
    not_guaranteed: dict[str, Any] = {}
    monitors: dict[str, dict[str, Any]]
    proven: dict[str, Any] | None = Field(description="Replies of which a complaint or a person says that they were wrong, among all sent")
    drift: dict[str, dict[str, Any]] = Field(default={}, description="What the tests for drift found; `limit` is the wealth of an alarm")


class PolicyShape(Shape):
    """A policy; its number is its ETag."""

    id: int
    version: str
    policy: dict[str, Any]
    author: str | None
    at: datetime


class ModelsShape(Shape):
    """What serves now."""

    bundle_id: str
    generation: int
    encoder: dict[str, Any]
    topics: list[str]
    urgencies: list[str]
    languages: list[str]
    answers: int
    versions: VersionsShape
    manifest: dict[str, Any]


class HealthShape(Shape):
    """Alive or ready."""

    status: str


class VersionShape(Shape):
    """Which program this is."""

    name: str
    version: str
