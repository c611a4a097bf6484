"""Where training keeps its records: frozen defaults that the command line may change."""

from dataclasses import dataclass

DEFAULT_TRACKING_URI = "sqlite:///var/mlflow.db"
# The same variable as the service's setting, so that both talk to one registry.
TRACKING_VARIABLE = "REPLYWELL_MLFLOW_TRACKING_URI"
CANDIDATE = "candidate"
CHAMPION = "champion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """An MLflow server or database, and the names under which runs and bundles are found there."""

    uri: str = DEFAULT_TRACKING_URI
    experiment: str = "replywell"
    model: str = "replywell"
