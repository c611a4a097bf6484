"""One mail with everything that is known before it may be answered automatically, and what one check of it finds."""

from dataclasses import dataclass

from data.answer import Answer, Variant
from data.mail import Mail
from data.taxonomy import Topic
from model.context import Context
from model.deciding.automatic import Automatic
from model.deciding.circumstances import Circumstances
from model.deciding.rules import Ruling
from model.deciding.sampling import natural_key, position
from model.deciding.suggestions import Suggestion
from model.risk.thresholds import Outcome
from model.understanding import Understanding
from model.vetoes import Veto

Value = str | float | int | bool | None
# What was found, what is asked for, and whether that is enough.
Finding = tuple[Value, Value, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One condition: what was found, what is asked for, and whether that is enough. Plain values, and no words of the mail."""

    name: str
    value: Value
    limit: Value
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mail with everything that is known when the checks are made. `topic` and `urgency` are those decided on, rules included."""

    mail: Mail
    known: Understanding
    context: Context
    circumstances: Circumstances
    ruling: Ruling
    topic: Topic | None
    urgency: str | None
    suggestions: tuple[Suggestion, ...]
    vetoes: tuple[Veto, ...]

    @property
    def automatic(self) -> Automatic:
        """What the policy allows."""
        return self.circumstances.policy.automatic

    @property
    def first(self) -> Suggestion | None:
        """What would be sent."""
        return self.suggestions[0] if self.suggestions else None

    @property
    def answer(self) -> Answer | None:
        """The answer that would be sent."""
        return self.circumstances.answers.get(self.first.answer_id) if self.first else None

    @property
    def variant(self) -> Variant | None:
        """Its text in the language that would be sent."""
        return self.answer.variant(self.first.language) if self.first and self.answer else None

    @property
    def group(self) -> str | None:
        """The group of the certificate that this reply would belong to."""
        certificate = self.circumstances.certificate
        if certificate is None or self.topic is None or self.first is None:
            return None
        return certificate.group_of(self.topic.label, self.first.answer_id, self.known.language.code)

    @property
    def outcome(self) -> Outcome | None:
        """What the certificate says of that group."""
        certificate = self.circumstances.certificate
        if certificate is None or self.topic is None or self.first is None:
            return None
        return certificate.threshold_for(self.topic.label, self.first.answer_id, self.known.language.code)

    def drawn(self, sample: str) -> float:
        """Where the mail falls in a sample, from 0 to 1."""
        return position(natural_key(self.mail, self.context.arrival), self.circumstances.versions.policy, sample)
