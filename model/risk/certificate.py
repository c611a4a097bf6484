"""What was proven about automatic replies, on which mails, for which score and which answers: one file of a bundle."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from model.risk.target import RiskError, Target
from model.risk.thresholds import Lack, NoThreshold, Outcome, Threshold, outcome_from_json, outcome_to_json


class Scope(StrEnum):
    """What the groups of a certificate are."""

    ALL = "all"
    TOPIC = "topic"
    ANSWER = "answer"
    LANGUAGE = "language"

    def group_of(self, topic: str | None, answer_id: str | None, language: str) -> str:
        """Name of the group of a mail, known before its label; empty where it has none."""
        of_scope = {Scope.ALL: Scope.ALL.value, Scope.TOPIC: topic, Scope.ANSWER: answer_id, Scope.LANGUAGE: language}
        return of_scope[self] or ""


class Method(StrEnum):
    """How the thresholds were proven: by one look at all labels, or by looks planned for a file that grows."""

    ONE_LOOK = "one_look"
    GROWING = "growing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A statement about the error of automatic replies; it is void for another score version and other answers.

    groups: outcome by group, under the one key "all" for the scope all · calibrated_on: number of mails · data: their fingerprint ·
    score: version of the score · answers: content hash by id; empty when each topic stands for its one approved answer ·
    exchangeability: p-value of the test that the mails do not change with time or, without dates, do not differ from the training's ·
    method: whether the promise holds for this look alone or for all looks at a file that grows.
    """

    target: Target
    scope: Scope
    groups: Mapping[str, Outcome]
    calibrated_on: int
    data: str
    score: str
    answers: Mapping[str, str] = field(default_factory=dict)
    exchangeability: float
    made_at: str
    method: Method = Method.ONE_LOOK

    @property
    def is_certified(self) -> bool:
        """Something may be sent."""
        return any(isinstance(outcome, Threshold) for outcome in self.groups.values())

    def group_of(self, topic: str | None, answer_id: str | None, language: str) -> str:
        """Name of the group of a mail, whether the certificate speaks of it or not."""
        return self.scope.group_of(topic, answer_id, language)

    def threshold_for(self, topic: str | None, answer_id: str | None, language: str) -> Outcome:
        """From which score on this answer may be sent to a mail of this topic and language."""
        group = self.groups.get(self.group_of(topic, answer_id, language))
        return group or NoThreshold(reason=Lack.NOT_CERTIFIED, labels_still_needed=None)

    def covers(self, answer_id: str, content_hash: str) -> bool:
        """Whether this very content of an answer was calibrated; a certificate that lists no answers speaks of topics alone."""
        return not self.answers or self.answers.get(answer_id) == content_hash

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; one look is not named, so that a certificate keeps its hash."""
        named = {} if self.method is Method.ONE_LOOK else {"method": self.method.value}
        return named | {
            "target": self.target.to_json(),
            "scope": self.scope.value,
            "groups": {name: outcome_to_json(outcome) for name, outcome in sorted(self.groups.items())},
            "calibrated_on": self.calibrated_on,
            "data": self.data,
            "score": self.score,
            "answers": dict(sorted(self.answers.items())),
            "exchangeability": self.exchangeability,
            "made_at": self.made_at,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Certificate":
        """The certificate that `to_json` wrote.

        Raises:
            RiskError: something is missing, unknown or out of range.
        """
        try:
            groups = {str(name): outcome_from_json(outcome) for name, outcome in value["groups"].items()}
            target, scope = Target.from_json(value["target"]), Scope(value["scope"])
            read = {"target": target, "scope": scope, "groups": groups, "answers": dict(value["answers"])}
            return cls(**{**value, **read, "method": Method(value.get("method", Method.ONE_LOOK))})
        except RiskError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RiskError(f"this is no certificate: {error}") from error
