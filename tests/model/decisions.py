"""Decisions in which everything that does not matter is ordinary, and one in which every check passes."""

from dataclasses import replace
from typing import Any

from data.answer import Answer
from data.language import LanguageGuess
from data.mail import Mail
from data.taxonomy import Mode
from model.context import Context
from model.deciding.automatic import Automatic
from model.deciding.control import Control
from model.decision import Circumstances, Decision, Versions, decide
from model.policy import Policy, TopicRule
from model.risk.certificate import Certificate, Scope
from model.risk.target import Target
from model.risk.thresholds import Threshold
from model.understanding import Match, Novelty, Ranking, Understanding, UrgencyEstimate
from tests.factories import NOW, make_answer, make_mail, make_taxonomy

VERSIONS = Versions(model="m", policy="p", answers="a", index="i")
URGENCIES = ("low", "normal", "high", "critical")


def make_urgency(label: str = "normal") -> UrgencyEstimate:
    """A certain urgency."""
    return UrgencyEstimate(label=label, probability=0.97, ranking=Ranking.of([label, *{*URGENCIES} - {label}], [0.97, 0.01, 0.01, 0.01]))


def make_match(answer_id: str = "tracking", probability: float = 0.9, **rest: Any) -> Match:
    """A match in English."""
    given = {"answer_version": 1, "language": "en", "key": "title", "similarity": 0.8, "score": 9.0}
    return Match(answer_id=answer_id, probability=probability, **{**given, **rest})


def make_understanding(**rest: Any) -> Understanding:
    """An English mail that is surely about its delivery, of normal urgency."""
    given = {
        "language": LanguageGuess(code="en", probability=0.99),
        "topic": Ranking.of(["delivery", "billing", "returns"], [0.9, 0.06, 0.04]),
        "urgency": make_urgency(),
        "novelty": Novelty(score=0.4, is_novel=False),
        "matches": (make_match(),),
    }
    return Understanding(**{**given, **rest})


def make_circumstances(*answers: Answer, **rest: Any) -> Circumstances:
    """One usable answer, unless others are given, under the default policy."""
    found = answers or (make_answer(),)
    policy = Policy(taxonomy=rest.pop("taxonomy", make_taxonomy()), **rest)
    return Circumstances(policy=policy, answers={answer.id: answer for answer in found}, versions=VERSIONS, now=NOW)


def made(understanding: Understanding | None = None, circumstances: Circumstances | None = None, **rest: Any) -> Decision:
    """A decision in which everything not given is ordinary."""
    mail, context = rest.get("mail", make_mail()), rest.get("context", Context())
    return decide(mail, understanding or make_understanding(), context, circumstances or make_circumstances())


def make_threshold(value: float = 0.9) -> Threshold:
    """From this score on an answer may be sent."""
    return Threshold(value=value, accepted=700, errors=5, coverage=0.7, p_value=0.001, upper_bound=0.015)


def make_certificate(*answers: Answer, **rest: Any) -> Certificate:
    """A promise of at most 2 % wrong about all mails, for these answers, and without any for the one of the factory."""
    given = {
        "target": Target(alpha=0.02, delta=0.05),
        "scope": Scope.ALL,
        "groups": {"all": make_threshold()},
        "calibrated_on": 1000,
        "data": "d" * 64,
        "score": "score@1",
        "answers": {answer.id: answer.content_hash for answer in answers or (make_answer(),)},
        "exchangeability": 0.4,
        "made_at": "2026-11-20T12:00:00Z",
    }
    return Certificate(**{**given, **rest})


CALM = Control(budget_left={"hour": 5, "day": 5, "customer_day": 1})


def automatic_policy(**rest: Any) -> Policy:
    """Deliveries are answered automatically, without a hold-out; `automatic` replaces that part."""
    given = {"taxonomy": make_taxonomy(), "topics": {"delivery": TopicRule(mode=Mode.AUTO)}, "automatic": Automatic(holdout_share=0.0)}
    return Policy(**{**given, **rest})


def certified(*answers: Answer, **rest: Any) -> Circumstances:
    """Circumstances under which an ordinary mail is answered automatically."""
    found = answers or (make_answer(),)
    given = {
        "policy": automatic_policy(),
        "answers": {answer.id: answer for answer in found},
        "versions": VERSIONS,
        "now": NOW,
        "certificate": make_certificate(*found),
        "score": "score@1",
        "control": CALM,
    }
    return Circumstances(**{**given, **rest})


def sure(**rest: Any) -> Understanding:
    """An understanding whose answer is almost certainly right."""
    return replace(make_understanding(**rest), answer_probability=rest.get("answer_probability", 0.97))


def answered(
    mail: Mail | None = None, *, context: Context | None = None, circumstances: Circumstances | None = None, **said: Any
) -> Decision:
    """A decision under certified circumstances; `said` changes what is understood."""
    return decide(mail or make_mail(), sure(**said), context or Context(), circumstances or certified())
