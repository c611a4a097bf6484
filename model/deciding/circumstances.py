"""What a decision rests on besides the mail: rules, answers, certificate, the state of the service, the moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from data.answer import Answer
from model.deciding.control import Control
from model.policy import Policy
from model.risk.certificate import Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What made a decision, so that it can be made again."""

    model: str
    policy: str
    answers: str
    index: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """All that a decision rests on besides the mail. What is not given allows no automatic reply.

    certificate, score: what was promised, and the version of the score that is computed now; they must be of one another.
    files: sha256 of the files of answers that are really there.
    """

    policy: Policy
    answers: Mapping[str, Answer]
    versions: Versions
    now: datetime
    certificate: Certificate | None = None
    score: str | None = None
    control: Control = Control()
    files: frozenset[str] = frozenset()
