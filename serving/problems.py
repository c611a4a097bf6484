"""Everything that can go wrong for a caller, as RFC 9457 problems; docs/problems.md lists the same kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:replywell:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its stable name, its status and its title."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The URI in the field `type`; it never changes."""
        return TYPE_PREFIX + self.name


UNAUTHORIZED = Kind("unauthorized", 401, "An API key is needed")
FORBIDDEN = Kind("forbidden", 403, "The API key lacks a scope")
NOT_FOUND = Kind("not-found", 404, "Not found")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "Method not allowed")
STILL_RUNNING = Kind("idempotency-still-running", 409, "The first call with this Idempotency-Key is still running")
TEXT_PURGED = Kind("text-purged", 409, "The text of this decision was purged")
NEAR_DUPLICATE = Kind("near-duplicate", 409, "The base has this answer already")
TAKEN = Kind("id-taken", 409, "The id belongs to another answer")
MERGED = Kind("merged", 409, "The answer is merged with others")
NOT_NOW = Kind("not-in-this-state", 409, "The answer is not in a state for this")
FOUR_EYES = Kind("four-eyes", 409, "Another person must approve this")
BUNDLE_REFUSED = Kind("bundle-refused", 409, "The new model was refused; the old one keeps serving")
NOT_RELEASED = Kind("reply-not-released", 409, "The reply must not be sent")
IMPOSSIBLE_OUTCOME = Kind("impossible-outcome", 409, "This cannot have become of the reply")
STALE = Kind("stale-revision", 412, "Somebody changed it in the meantime")
TOO_LARGE = Kind("body-too-large", 413, "The body is too large")
UNSUPPORTED = Kind("unsupported-media-type", 415, "Unsupported media type")
INVALID_JSON = Kind("invalid-json", 422, "The body is not JSON")
INVALID_REQUEST = Kind("invalid-request", 422, "The request does not have the right shape")
INVALID_MAIL = Kind("invalid-mail", 422, "The body is not a mail")
EMPTY_MAIL = Kind("empty-mail", 422, "The mail is empty")
INVALID_ANSWER = Kind("invalid-answer", 422, "The answer cannot be kept like this")
INVALID_POLICY = Kind("invalid-policy", 422, "The policy cannot be used")
INVALID_IMPORT = Kind("invalid-import", 422, "The file cannot be imported")
OTHER_REQUEST = Kind("idempotency-other-request", 422, "The Idempotency-Key belongs to another request")
NO_REVISION = Kind("revision-needed", 428, "If-Match is needed")
TOO_MANY = Kind("too-many-requests", 429, "Too many requests")
INTERNAL = Kind("internal-error", 500, "Something went wrong here")
NOT_READY = Kind("not-ready", 503, "The service is not ready")
UNAVAILABLE = Kind("store-unavailable", 503, "The database cannot be used now")

KINDS = tuple(value for value in globals().copy().values() if isinstance(value, Kind))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a body: where (a JSON pointer) and what."""

    pointer: str
    detail: str


@dataclass(eq=False)
class ProblemError(Exception):
    """Stops a request with a problem; the detail says what to do about it."""

    kind: Kind
    detail: str
    errors: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_json(self, instance: str | None = None) -> dict[str, Any]:
        """The problem as RFC 9457 members."""
        value: dict[str, Any] = {"type": self.kind.type, "title": self.kind.title, "status": self.kind.status, "detail": self.detail}
        if instance is not None:
            value["instance"] = instance
        if self.errors:
            value["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in self.errors]
        return value
