"""What the caller knows and the mail does not say: customer, slots, self-service history, thread, the way it came in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who wrote, as the caller asserts; `verified` needs a key with the scope for it."""

    external_id: str | None = None
    segment: str | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfService:
    """What the customer typed and was shown on the web before writing."""

    queries: tuple[str, ...] = ()
    answers_shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The conversation that the mail belongs to."""

    is_follow_up: bool = False
    auto_replies_sent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How the mail came in: through which source, into which mailbox, under which name of the caller's."""

    source: str = "api"
    mailbox: str | None = None
    client_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Facts of a request; slots are pairs of name and value."""

    customer: Customer = Customer()
    slots: tuple[tuple[str, str], ...] = ()
    self_service: SelfService = SelfService()
    thread: Thread = Thread()
    arrival: Arrival = Arrival()
