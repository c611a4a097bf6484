"""Where the registry is: the same option for every command that speaks to it."""

from typing import Annotated

import typer

from training.settings import TRACKING_VARIABLE, Tracking

TrackingOption = Annotated[
    str | None,
    typer.Option("--tracking-uri", metavar="URI", envvar=TRACKING_VARIABLE, help=f"MLflow server or database instead of {Tracking().uri}."),
]


def tracking_at(uri: str | None) -> Tracking:
    """The registry at an address, or the default one."""
    return Tracking(uri=uri) if uri else Tracking()
