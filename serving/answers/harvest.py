"""Answers from the replies that agents have sent: the newest text, without names, numbers of cases and other personal data."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

from data.mail import Mail
from data.phrases import folded, is_closing
from data.redact import PATTERN, mask
from model.nearness.courtesy import is_greeting
from serving.answers.sources.reading import Row, RowError

LEAST_LETTERS = 40
GREETING_LINES = 3
GREETING_CHARACTERS = 100
SIGNED_LINES = 8
# Links, dates, times and amounts are what an answer tells; these tell who was answered.
PERSONAL = frozenset(["email", "iban", "digits", "id"])
REPLY = re.compile(r"(?:(?:re|aw|antw|sv|odp|rép|rep|ref|wg|fwd?|tr)(?:\[\d{1,3}\])? ?: ?){1,10}", re.IGNORECASE)
MARK = re.compile(r"<(email|iban|phone|card|id)>")


def harvested(mail: Mail, agents: Sequence[str], line: int = 1) -> Row | None:
    """The answer in a reply that an agent wrote; None for mail of others and mail that answers nothing.

    Args:
        mail: any mail.
        agents: addresses, or domains such as `@example.com`.
        line: where the mail stands, for the report.

    Raises:
        RowError: a reply without a text that would be an answer.
    """
    if not _is_from(mail.sender, agents) or not _is_reply(mail):
        return None
    text, remarks = _impersonal(_without_names(mail.text), agents)
    if sum(character.isalpha() for character in MARK.sub("", text)) < LEAST_LETTERS:
        raise RowError("a reply too short to be an answer")
    known = mail.message_id or f"{mail.date}\n{text}"
    columns = {
        "id": f"m-{hashlib.sha256(known.encode('utf-8', 'replace')).hexdigest()[:16]}",
        "title": _impersonal(REPLY.sub("", mail.subject, count=1), agents)[0],
        "body": text,
        "format": "text",
        "updated": mail.date,
    }
    return Row(line, columns, {}, remarks)


def _is_from(sender: str | None, agents: Sequence[str]) -> bool:
    address = (sender or "").lower()
    return any(address.endswith(agent.lower()) if agent.startswith("@") else address == agent.lower() for agent in agents)


def _is_reply(mail: Mail) -> bool:
    if (mail.header("auto-submitted") or "no").lower() != "no":
        return False
    return bool(mail.header("in-reply-to") or mail.header("references") or REPLY.match(mail.subject))


def _without_names(text: str) -> str:
    """The text without the line that greets a customer and what an agent signs with: both name people."""
    lines = text.split("\n")
    for number, line in enumerate(lines[:GREETING_LINES]):
        start = folded(line).partition(",")[0]
        if len(line) <= GREETING_CHARACTERS and is_greeting(start):
            lines = lines[number + 1 :]
            break
    first = max(0, len(lines) - SIGNED_LINES)
    closing = next((number for number in range(len(lines) - 1, first - 1, -1) if is_closing(lines[number])), None)
    return "\n".join(lines[:closing] if closing else lines).strip()


def _impersonal(text: str, agents: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    found: Counter[str] = Counter()

    def masked(match: re.Match[str]) -> str:
        if match.lastgroup not in PERSONAL or (match.lastgroup == "email" and _is_from(match[0], agents)):
            return match[0]
        replaced = mask(match[0])
        found.update(MARK.findall(replaced))
        return replaced

    result = PATTERN.sub(masked, text)
    listed = ", ".join(f"{count} {name}" for name, count in sorted(found.items()))
    return result, (f"masked: {listed}; make slots of them or write what belongs there",) if found else ()
