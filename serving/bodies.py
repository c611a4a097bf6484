"""The shapes of what callers send, checked field by field; unknown fields are refused."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from data.parse import MailError, mail_from_bytes, mail_from_fields
from model.context import Context, Customer, SelfService, Thread
from serving.mail_request import MailRequest
from serving.problems import EMPTY_MAIL, INVALID_JSON, INVALID_MAIL, INVALID_REQUEST, Fault, Kind, ProblemError

FAULTS_SHOWN = 20

B = TypeVar("B", bound=BaseModel)


def _storable(text: str) -> str:
    """No database keeps NUL, and no UTF-8 holds half a surrogate pair."""
    if "\0" in text:
        raise ValueError("holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("holds a lone surrogate, which is not valid Unicode") from error
    return text


def _written(value: object) -> object:
    """A moment comes as text: a bare number could be seconds or milliseconds."""
    if not isinstance(value, str | datetime):
        raise ValueError("write a moment as text, for example 2026-11-21T09:30:00Z")
    return value


def _with_zone(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("write a time zone, for example 2026-11-21T09:30:00Z")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


Text = Annotated[str, AfterValidator(_storable)]
Short = Annotated[str, AfterValidator(_storable), Field(max_length=255)]
Moment = Annotated[datetime, BeforeValidator(_written), AfterValidator(_with_zone), Field(strict=False)]


class Body(BaseModel):
    """Strict types, nothing unknown."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class CustomerBody(Body):
    """Who wrote. `verified` needs the scope `verified-sender`."""

    external_id: Short | None = None
    segment: Short | None = None
    verified: bool = False


class SelfServiceBody(Body):
    """What the customer searched and saw before writing."""

    queries: list[Text] = Field(default=[], max_length=100)
    answers_shown: list[Short] = Field(default=[], max_length=100)


class ThreadBody(Body):
    """The conversation so far."""

    is_follow_up: bool = False
    auto_replies_sent: int = Field(default=0, ge=0, le=1_000_000)


class ContextBody(Body):
    """What the caller knows and the mail does not say."""

    customer: CustomerBody = CustomerBody()
    slots: dict[Short, Text] = Field(default={}, max_length=100)
    self_service: SelfServiceBody = SelfServiceBody()
    thread: ThreadBody = ThreadBody()

    def to_context(self) -> Context:
        """The domain type."""
        return Context(
            customer=Customer(**self.customer.model_dump()),
            slots=tuple(sorted(self.slots.items())),
            self_service=SelfService(queries=tuple(self.self_service.queries), answers_shown=tuple(self.self_service.answers_shown)),
            thread=Thread(**self.thread.model_dump()),
        )


class MailBody(Body):
    """A mail as JSON."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "ticket-4711",
                    "subject": "Where is my parcel?",
                    "body": "Order 48213 should have been here on Monday. When will it arrive?",
                    "from": "ana@example.com",
                    "mailbox": "support",
                    "context": {"customer": {"external_id": "C-17"}, "slots": {"order_number": "48213"}},
                }
            ]
        },
    )

    id: Short | None = Field(default=None, description="Your own name for the mail; it comes back in the answer.")
    subject: Text = ""
    body: Text = ""
    sender: Annotated[Text | None, Field(alias="from")] = None
    headers: dict[Text, Text] = Field(default={}, max_length=1_000)
    mailbox: Short | None = None
    message_id: Annotated[str, AfterValidator(_storable), Field(max_length=998)] | None = None
    date: Moment | None = None
    context: ContextBody = ContextBody()
    create_case: Literal[False] = Field(default=False, description="Cases are not part of this version: only false is accepted.")

    def to_request(self, source: str = "api", api_key_id: str | None = None) -> MailRequest:
        """The domain type.

        Raises:
            ProblemError: the mail is empty.
        """
        mail = mail_from_fields(
            subject=self.subject,
            body=self.body,
            sender=self.sender,
            headers=self.headers,
            message_id=self.message_id,
            date=self.date,
        )
        request = MailRequest(
            mail=mail,
            context=self.context.to_context(),
            client_id=self.id,
            source=source,
            mailbox=self.mailbox,
            api_key_id=api_key_id,
        )
        return not_empty(request)


class BatchBody(Body):
    """Many mails. Each item is checked for itself, so that a wrong one does not fail the others."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [{"id": "a", "body": "Please send my invoice again."}]}]})

    items: list[Any] = Field(min_length=1, description="Each like the body of `/v1/score`.")


class FeedbackBody(Body):
    """What an agent did with a suggestion."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "edited", "final_text": "Dear Ana, …", "agent": "maria"}]})

    outcome: Literal["used", "edited", "rejected", "ignored"]
    final_text: Text | None = None
    correct_answer_id: Short | None = None
    topic: Short | None = None
    urgency: Short | None = None
    agent: Short | None = None


class CorrectionBody(Body):
    """The right labels of a decided mail; at least one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"topic": "refund.status", "urgency": "high", "agent": "maria"}]})

    topic: Short | None = None
    urgency: Short | None = None
    correct_answer_id: Short | None = None
    in_scope: bool | None = Field(default=None, description="False: no topic of ours; the mail then trains novelty only.")
    agent: Short | None = None

    @model_validator(mode="after")
    def _corrects_something(self) -> "CorrectionBody":
        if self.topic is None and self.urgency is None and self.correct_answer_id is None and self.in_scope is None:
            raise ValueError("give at least one of topic, urgency, correct_answer_id and in_scope")
        if self.in_scope is False and (self.topic or self.correct_answer_id):
            raise ValueError("a mail that is not in scope has neither a topic nor an answer")
        return self


def raw_mail(content: bytes, mailbox: str | None, source: str = "api", api_key_id: str | None = None) -> MailRequest:
    """A raw RFC 5322 mail.

    Raises:
        ProblemError: the bytes are not a mail, or an empty one.
    """
    try:
        mail = mail_from_bytes(content)
    except MailError as error:
        raise ProblemError(INVALID_MAIL, str(error)) from error
    return not_empty(MailRequest(mail=mail, source=source, mailbox=mailbox, api_key_id=api_key_id))


def not_empty(request: MailRequest) -> MailRequest:
    """The same request.

    Raises:
        ProblemError: it has no subject, no text and no attachment.
    """
    if request.is_empty:
        raise ProblemError(EMPTY_MAIL, "give a subject, a body or both")
    return request


def read_json(shape: type[B], content: bytes) -> B:
    """Read a JSON body into its shape.

    Raises:
        ProblemError: not JSON, or JSON of another shape; every fault with its pointer.
    """
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        raise problem_of(error) from error


def problem_of(error: ValidationError, within: str = "") -> ProblemError:
    """A validation error as a problem; pointers start at `within`."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    if faults[0]["type"] == "json_invalid":
        return ProblemError(INVALID_JSON, faults[0]["msg"])
    found = [Fault(within + _pointer(fault["loc"]), _sentence(fault["msg"], fault["type"])) for fault in faults[:FAULTS_SHOWN]]
    kind: Kind = INVALID_REQUEST
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    where = f"{found[0].pointer}: " if found[0].pointer else ""
    return ProblemError(kind, f"{where}{found[0].detail}{more}", errors=tuple(found))


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _sentence(message: str, kind: str) -> str:
    if kind == "extra_forbidden":
        return "unknown field"
    return message.removeprefix("Value error, ")
