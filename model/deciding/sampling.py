"""Which mails are drawn into a sample: by a hash, so that the same mail under the same policy is drawn again."""

import hashlib
import json

from data.mail import Mail
from model.context import Arrival


def natural_key(mail: Mail, arrival: Arrival) -> str:
    """What names a mail whoever delivers it and how often: source, mailbox and Message-ID, else the caller's id, else its content."""
    own = mail.message_id or arrival.client_id
    content = None if own else hashlib.sha256(json.dumps([mail.sender, mail.subject, mail.body]).encode()).hexdigest()
    return json.dumps([arrival.source, arrival.mailbox, own, content])


def position(key: str, version: str, sample: str) -> float:
    """Where a mail falls in [0, 1), evenly over mails and independently for every sample and version; six decimals, rounded down."""
    drawn = hashlib.sha256(json.dumps([sample, version, key]).encode()).digest()
    return int.from_bytes(drawn[:8], "big") * 1_000_000 // 2**64 / 1_000_000
