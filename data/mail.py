"""One mail as the rest of the system sees it: frozen, typed, complete."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAttachment:
    """A file that came with a mail: what it is, never its bytes."""

    name: str
    mime: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail after parsing and cleaning.

    `body` is the whole visible text as it came; `text` is the newest part of it, what the sender wrote this time, without
    quotes, signature and disclaimer. Header names in `headers` are lower case; order and repetitions are kept.
    """

    subject: str = ""
    body: str = ""
    text: str = ""
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    message_id: str | None = None
    date: datetime | None = None
    attachments: tuple[MailAttachment, ...] = ()

    @property
    def content(self) -> str:
        """What the models read: the subject line, then the newest text."""
        return f"{self.subject}\n{self.text}".strip()

    @property
    def is_empty(self) -> bool:
        """True when neither subject nor newest text holds a letter or a digit."""
        return not any(character.isalnum() for character in self.content)

    def header(self, name: str) -> str | None:
        """The first value of a header, or None; `name` in any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)
