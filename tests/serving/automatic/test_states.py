"""Whatever happens in whatever order: nothing goes out under a void certificate, over budget, after the kill switch, or twice."""

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from serving.bundles import Engine
from serving.settings import load_settings
from tests.serving.automatic.machine import Machine, World

# Chance decides how many replies get as far as their release; with fewer than these nothing was tested.
FEWEST_RELEASED, MOST_RUNS = 5, 4


def test_nothing_ever_goes_out_that_may_not(certified: Path, built: tuple[Path, Engine], tmp_path: Path) -> None:
    file, engine = built
    certificate = engine.bundle.certificate
    assert certificate is not None
    uncovered = replace(engine, bundle=replace(engine.bundle, certificate=replace(certificate, answers={"other": "0"})))
    plain = replace(engine, bundle=replace(engine.bundle, certificate=None))
    configured = load_settings(bundle=str(certified), open=True)
    Machine.world = World(file=file, folder=tmp_path, settings=configured, certified=engine, uncovered=uncovered, plain=plain)
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    for _ in range(MOST_RUNS):
        run_state_machine_as_test(
            Machine, settings=settings(max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=checks)
        )
        if Machine.world.released >= FEWEST_RELEASED:
            break
    assert Machine.world.released >= FEWEST_RELEASED
