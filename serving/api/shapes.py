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
