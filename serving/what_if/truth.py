"""What people said of a mail, and whether an answer is right by that."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from data.answer import Answer
from data.examples import Example
from model.retriever import AnswerIndex
from serving.export import example_row
from serving.store.judgements import Feedback, Judged, Judgement
from serving.store.outcomes import VERDICTS, Outcome
from serving.store.replies import Reply

REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A person's word on a reply that went out; it holds for that text only, however the answer was changed since."""

    answer_id: str
    content_hash: str
    is_right: bool

    @classmethod
    def of_reply(cls, reply: Reply | None, said: Collection[Outcome]) -> "Verdict | None":
        """What was said about a reply; None when nobody judged it."""
        if reply is None or not set(VERDICTS) & set(said):
            return None
        return cls(answer_id=reply.answer_id, content_hash=reply.content_hash, is_right=Outcome.JUDGED_RIGHT in said)

    def speaks_of(self, answer: Answer) -> bool:
        """Whether this answer is the very text that was judged."""
        return (answer.id, answer.content_hash) == (self.answer_id, self.content_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is known; everything empty means nothing.

    answers: those that are right, empty when none is, None when nobody said. topics: what the mail is about, None when nobody said.
    verdict: of a person who judged the reply that went out.
    refused: answers that an agent rejected or a customer complained about.
    """

    in_scope: bool = True
    answers: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    verdict: Verdict | None = None
    refused: frozenset[str] = frozenset()

    @classmethod
    def of_example(cls, example: Example) -> "Truth":
        """What a labelled row says."""
        return cls(in_scope=example.in_scope, answers=example.answers, topics=example.topics or None)

    @classmethod
    def of_decision(cls, judged: Judged, reply: Reply | None, said: Collection[Outcome]) -> "Truth":
        """What people said about a stored decision; the same words make the training rows of `replywell export-examples`."""
        row = (example_row(judged) if judged.judgements else None) or {}
        refused = {*_rejected(judged.judgements), *([reply.answer_id] if reply and Outcome.COMPLAINED in said else [])}
        return cls(
            in_scope=row.get("in_scope", True),
            answers=tuple(row["answers"]) if "answers" in row else None,
            topics=(row["topic"],) if "topic" in row else None,
            verdict=Verdict.of_reply(reply, said),
            refused=frozenset(refused),
        )

    def is_right(self, answer: Answer, index: AnswerIndex) -> bool | None:
        """Whether this answer is right; None when nobody has said.

        A verdict on the very text comes first, then named answers, then a refusal; else the topic stands for all its answers.
        An answer that was merged counts as the one that stands for it.
        """
        if self.verdict is not None and self.verdict.speaks_of(answer):
            return self.verdict.is_right
        if not self.in_scope:
            return False
        if self.answers is not None:
            return answer.id in _canonical(self.answers, index)
        if answer.id in _canonical(self.refused, index):
            return False
        return None if self.topics is None else self.topics == (answer.topic,)


def _canonical(ids: Iterable[str], index: AnswerIndex) -> set[str]:
    return {index.families.root(one) or one for one in ids}


def _rejected(judgements: Sequence[Judgement]) -> set[str]:
    """Answers about which the last word of an agent was no."""
    last = {one.answer_id: one.said.outcome for one in judgements if isinstance(one.said, Feedback) and one.answer_id}
    return {answer_id for answer_id, outcome in last.items() if outcome == REJECTED}
