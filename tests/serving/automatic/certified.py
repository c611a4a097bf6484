"""A bundle that may send: a small real model with a score and a certificate, and a policy that allows what can be allowed."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.answer import load_answers
from data.taxonomy import Taxonomy
from model.answer_score import AnswerScore
from model.bundle import Bundle, write_bundle, write_certified
from model.policy import Policy
from model.risk import Certificate, Grid, Scope, Target, Threshold
from model.watching.reference import Reference
from serving.service import Service
from serving.store.answers import Stamp
from serving.store.policies import StoredPolicy, put_policy
from tests.serving.engines import SEEDS

MADE = datetime(2026, 11, 2, tzinfo=UTC)
# A threshold that nearly every mail reaches: these tests are about everything else.
PROVEN = Threshold(value=0.01, accepted=900, errors=5, coverage=0.9, p_value=0.001, upper_bound=0.012)


def make_certified(folder: Path, plain: Path) -> Path:
    """Copy a bundle, give it a score that is the topic's probability, and a certificate over the shipped answers."""
    bundle = Bundle.load(plain)
    ones, zeros = (1.0,), (0.0,)
    grid = Grid(thresholds=(0.9, 0.01), starts=(0,), shares=(0.5, 1.0))
    score = AnswerScore(names=("topic",), centres=zeros, spreads=ones, weights=ones, intercept=0.0, grid=grid)
    scored = write_bundle(folder.with_name(f"{folder.name}-scored"), replace(bundle.parts, score=score), bundle.training, MADE)
    assert scored.parts.score is not None
    certificate = Certificate(
        target=Target(alpha=0.02, delta=0.05),
        scope=Scope.ALL,
        groups={"all": PROVEN},
        calibrated_on=1000,
        data="0" * 64,
        score=scored.parts.score.version,
        answers=shipped_answers(),
        exchangeability=0.5,
        made_at=MADE.isoformat(),
    )
    write_certified(folder, scored, (certificate, Reference(scores=(0.9,), novelty=(0.0,))), MADE)
    return folder


def shipped_answers() -> dict[str, str]:
    """Ids and content hashes of the starter answers."""
    return {answer.id: answer.content_hash for answer in load_answers(SEEDS / "answers")}


def policy_document(taxonomy: Taxonomy, budget: dict[str, int] | None = None, **automatic: Any) -> dict[str, Any]:
    """Everything automatic that the taxonomy does not forbid; every reply is audited and none held out."""
    known = {"hour": 100, "day": 1000, "customer_day": 1}
    allowed = {
        "urgencies": [*taxonomy.urgencies, "unknown"],
        "audit_share": 1.0,
        "holdout_share": 0.0,
        "budget": {**known, **(budget or {})},
    }
    return {
        "topic_threshold": 0.0,
        "answer_threshold": 0.0,
        "route_urgencies": [],
        "topics": {topic.label: {"mode": "auto"} for topic in taxonomy.topics if not topic.never_auto},
        "automatic": {**allowed, **automatic},
    }


def allow(service: Service, **changes: Any) -> StoredPolicy:
    """Let such a policy count."""
    taxonomy = service.engines.current.bundle.taxonomy
    policy = Policy.from_json(policy_document(taxonomy, **changes), taxonomy)
    with service.database.writing() as session:
        return put_policy(session, policy.version, policy.to_json(), Stamp(by="test", at=service.clock()))
