"""What the models say about one mail: frozen results that keep the full ranking."""

from collections.abc import Iterable
from dataclasses import dataclass

from data.language import LanguageGuess

PROBABILITY_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelProbability:
    """A label with its calibrated probability, rounded to six decimals so that batch composition cannot flip a decision."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """All labels by falling probability; empty when there was nothing to read."""

    entries: tuple[LabelProbability, ...] = ()

    @classmethod
    def of(cls, labels: Iterable[str], probabilities: Iterable[float]) -> "Ranking":
        """Rank labels; equal probabilities keep the order of the labels."""
        pairs = [
            LabelProbability(label=label, probability=round(float(probability), PROBABILITY_DIGITS))
            for label, probability in zip(labels, probabilities, strict=True)
        ]
        return cls(entries=tuple(sorted(pairs, key=lambda pair: -pair.probability)))

    @property
    def label(self) -> str | None:
        """The most probable label, or None."""
        return self.entries[0].label if self.entries else None

    @property
    def probability(self) -> float:
        """Probability of the first label; 0 without labels."""
        return self.entries[0].probability if self.entries else 0.0

    @property
    def margin(self) -> float:
        """Distance between the first and the second label."""
        if not self.entries:
            return 0.0
        second = self.entries[1].probability if len(self.entries) > 1 else 0.0
        return round(self.entries[0].probability - second, PROBABILITY_DIGITS)

    @property
    def by_label(self) -> dict[str, float]:
        """Probability of every label."""
        return {entry.label: entry.probability for entry in self.entries}

    def without(self, unknown: frozenset[str]) -> "Ranking":
        """The same ranking without labels that no longer exist."""
        return Ranking(entries=tuple(entry for entry in self.entries if entry.label not in unknown))


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgencyEstimate:
    """The urgency with the least expected cost, and the probabilities of all of them."""

    label: str | None
    probability: float
    ranking: Ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """How foreign a mail is: share of known mail that looked less foreign (0 to 1), and whether that is above the limit."""

    score: float
    is_novel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One answer of the base for this mail. `score` orders the list, `similarity` is the cosine of the best key."""

    answer_id: str
    answer_version: int
    language: str
    key: str
    similarity: float
    score: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondRequest:
    """A sentence that asks for something under another topic than the mail as a whole."""

    topic: str
    probability: float
    sentence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotValue:
    """A fact for a template: where it came from is `context` (the caller) or `mail` (a closed pattern in the text)."""

    name: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Terms that spoke for and against the first topic, and the ids of the nearest labelled examples."""

    terms_for: tuple[str, ...] = ()
    terms_against: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for the first topic besides its probability.

    energy: log total weight of all topics · nearest: mean cosine to the five nearest known mails · support: how much nearer the nearest
    known mail of the first topic is than the nearest of another · agreement: share of the five nearest that have the first topic.
    """

    energy: float
    nearest: float
    support: float
    agreement: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """Everything the models say about one mail.

    `answer_probability` is how likely the first match, or without an answer base the one answer of the first topic, is right; None
    when the bundle has learnt no such score. `region` of the vector is for the watch alone; None where none is kept.
    """

    language: LanguageGuess
    topic: Ranking
    urgency: UrgencyEstimate
    novelty: Novelty
    matches: tuple[Match, ...] = ()
    second_request: SecondRequest | None = None
    slots: tuple[SlotValue, ...] = ()
    explanation: Explanation = Explanation()
    evidence: Evidence | None = None
    answer_probability: float | None = None
    region: int | None = None

    @property
    def first_match(self) -> Match | None:
        """The answer that `answer_probability` is about; None without an answer base."""
        return self.matches[0] if self.matches else None

    @property
    def automatic_probability(self) -> float | None:
        """`answer_probability`, and 0 where no reply is ever automatic, whatever the policy: what is calibrated, and watched afterwards."""
        is_never = self.novelty.is_novel or self.second_request is not None
        return 0.0 if is_never and self.answer_probability is not None else self.answer_probability
