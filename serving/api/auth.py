"""Who calls, and what the call's key allows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from serving.problems import FORBIDDEN, UNAUTHORIZED, ProblemError
from serving.service import Service
from serving.settings import is_loopback
from serving.store.keys import ApiKey, find_key, touch_key

SCOPES = (
    *("classify", "suggest", "score", "ingest", "send", "verified-sender"),
    *("curate", "work", "supervise", "report", "train", "admin"),
)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="replywell"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A key and its scopes; without a key only where the service is open."""

    key_id: str | None
    scopes: frozenset[str]

    @property
    def name(self) -> str:
        """Whose budget and whose idempotency keys: empty when the service is open."""
        return self.key_id or ""

    def must_have(self, scope: str) -> None:
        """Check a scope that only some bodies need.

        Raises:
            ProblemError: the key lacks it.
        """
        if scope not in self.scopes:
            raise ProblemError(FORBIDDEN, f"this call needs a key with the scope {scope}")


def service_of(request: Request) -> Service:
    """The service that this app serves."""
    service: Service = request.app.state.service
    return service


async def _service(request: Request) -> Service:
    return service_of(request)


Serviced = Annotated[Service, Depends(_service)]


def needs(*scopes: str) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that lets a call through when its key has one of these scopes; none means any valid key."""

    async def caller(request: Request) -> Caller:
        service = service_of(request)
        found = await _caller(request, service)
        if scopes and not found.scopes & frozenset(scopes):
            raise ProblemError(FORBIDDEN, f"this call needs a key with the scope {' or '.join(scopes)}")
        return found

    return caller


async def _caller(request: Request, service: Service) -> Caller:
    if service.settings.open:
        return _open_caller(request)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise ProblemError(UNAUTHORIZED, "send `Authorization: Bearer rw_…`; `replywell create-key` makes a key", headers=CHALLENGE)
    key = await service.in_thread(lambda: _valid_key(service, secret.strip()))
    return Caller(key_id=key.id, scopes=key.scopes)


def _open_caller(request: Request) -> Caller:
    """A page from elsewhere that got its own name to point at this machine must not read mail here."""
    if not is_loopback(request.url.hostname or ""):
        raise ProblemError(FORBIDDEN, "a service without API keys answers to localhost and 127.0.0.1 only")
    return Caller(key_id=None, scopes=frozenset(SCOPES))


def _valid_key(service: Service, secret: str) -> ApiKey:
    now = service.clock()
    with service.database.reading() as session:
        key = find_key(session, secret)
    if key is None or not key.is_valid(now):
        reason = "unknown" if key is None else "revoked" if key.is_revoked else "expired"
        raise ProblemError(UNAUTHORIZED, f"the API key is {reason}", headers=CHALLENGE)
    if key.needs_touch(now):
        with service.database.writing() as session:
            touch_key(session, key.id, now)
    return key
