"""What decides: one bundle, one index, one policy, put together and never changed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from data.answer import Answer
from data.mail import Mail
from model.bundle import Bundle
from model.deciding.circumstances import Circumstances, Versions
from model.deciding.control import Control
from model.encoder import Encoder
from model.policy import Policy
from model.retriever import AnswerIndex
from serving.gathering import Reader

SHORT = "Where is my parcel?\n"
UNCOUNTED = Control()


class EngineError(ValueError):
    """The configured bundle, answers or policy cannot be served; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One bundle, one reader, one index, one policy. Requests that run keep theirs when it is replaced.

    policy_id: number of the policy in the database; None for one from elsewhere. score: version of the score, which hashes all that
    it rests on, so it is asked for once. files: sha256 of the files that are there.
    """

    bundle: Bundle
    reader: Reader
    encoder: Encoder
    index: AnswerIndex | None
    policy: Policy
    versions: Versions
    policy_id: int | None = None
    score: str | None = None
    files: frozenset[str] = frozenset()

    def circumstances(self, now: datetime, control: Control = UNCOUNTED) -> Circumstances:
        """What a decision at this moment rests on; without a `control` that was read now, nothing may be sent by itself."""
        return Circumstances(
            policy=self.policy,
            answers=self.index.answers if self.index else {},
            versions=self.versions,
            now=now,
            certificate=self.bundle.certificate,
            score=self.score,
            control=control,
            files=self.files,
        )

    def with_index(self, index: AnswerIndex, files: frozenset[str]) -> "Engine":
        """The same engine over another state of the answer base."""
        return replace(self, index=index, files=files, versions=replace(self.versions, answers=index.version, index=index.version))

    def with_policy(self, number: int, document: Mapping[str, Any]) -> "Engine":
        """The same engine under another policy.

        Raises:
            PolicyError: the policy does not fit this taxonomy.
        """
        policy = Policy.from_json(document, self.bundle.taxonomy)
        return replace(self, policy=policy, policy_id=number, versions=replace(self.versions, policy=policy.version))


def answers_version(answers: Sequence[Answer]) -> str:
    """Names the content of the answer base: equal bases have equal versions."""
    lines = sorted(f"{answer.id} {answer.version} {answer.content_hash} {answer.state}" for answer in answers)
    return "kb@" + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def warm_up(reader: Reader, index: AnswerIndex | None) -> None:
    """Read a short and a long text of each language: what loads at its first use is loaded before the first mail waits for it."""
    variants = {variant.language: variant for answer in (index.answers.values() if index else ()) for variant in answer.variants}
    texts = [text for variant in variants.values() for text in (variant.title, variant.body)] or [SHORT, SHORT * 20]
    reader.understand_many([Mail(body=text, text=text) for text in texts], index)
