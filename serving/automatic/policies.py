"""Which policy decides: the one that counts in the database, whatever a process loaded before."""

from datetime import datetime

from sqlalchemy.orm import Session

from model.policy import PolicyError
from serving.engine import Engine, EngineError
from serving.store.answers import Stamp
from serving.store.database import Database
from serving.store.policies import load_policy, take_over_policy

CONFIGURATION = "configuration"


def adopt_policy(engine: Engine, database: Database, now: datetime) -> Engine:
    """The engine under the policy that counts in the database; its own becomes the first one there when there is none yet.

    Raises:
        EngineError: the policy there does not fit the taxonomy of this engine.
    """
    if engine.policy_id is not None:
        return engine
    with database.writing() as session:
        stamp = Stamp(by=CONFIGURATION, at=now)
        stored = take_over_policy(session, engine.policy.version, engine.policy.to_json(), stamp)
    try:
        return engine.with_policy(stored.id, stored.document)
    except PolicyError as error:
        raise EngineError(f"policy {stored.id} of the database: {error}") from error


def under_policy(session: Session, engine: Engine, policy_id: int | None) -> Engine | None:
    """The engine under the policy with this number; None when that does not fit its taxonomy, so that nothing may be sent."""
    if policy_id is None or policy_id == engine.policy_id:
        return engine
    stored = load_policy(session, policy_id)
    if stored is None:
        return None
    try:
        return engine.with_policy(stored.id, stored.document)
    except PolicyError:
        return None
