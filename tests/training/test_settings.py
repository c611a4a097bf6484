"""Training and service look for the registry under one name."""

from serving.settings import PREFIX, Settings
from training.settings import TRACKING_VARIABLE


def test_the_variable_of_the_registry_is_the_one_of_the_service() -> None:
    assert TRACKING_VARIABLE.removeprefix(PREFIX).lower() in Settings.model_fields
