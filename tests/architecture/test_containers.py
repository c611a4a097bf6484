"""Dockerfile and compose.yaml name only paths, ports, commands and settings that exist; no container engine is needed to know."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from serving.settings import PREFIX, Settings
from tests.architecture.commands import faults
from tests.architecture.repository import ROOT, modules

PORT = Settings.model_fields["port"].default
REGISTRY_PORT = 5000


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of the Dockerfile, and the stage that it stands in."""

    stage: str
    word: str
    rest: str


def _steps() -> list[Step]:
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    steps: list[Step] = []
    stage = ""
    for line in filter(str.strip, text.splitlines()):
        word, _, rest = line.partition(" ")
        stage = rest.rpartition(" AS ")[2] if word == "FROM" else stage
        steps.append(Step(stage, word, rest.strip()))
    return steps


STEPS = _steps()
STAGES = [step.stage for step in STEPS if step.word == "FROM"]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def _rest(stage: str, word: str) -> list[str]:
    return [step.rest for step in STEPS if step.stage == stage and step.word == word]


def _probes() -> Iterator[tuple[int, str]]:
    """Port and path of every address that a health check asks."""
    checks = [*_rest("service", "HEALTHCHECK"), *(json.dumps(service.get("healthcheck", "")) for service in SERVICES.values())]
    for port, path in re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", " ".join(checks)):
        yield int(port), path


def test_every_copied_path_exists_and_is_let_through_to_the_engine() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    copied = [source for step in STEPS if step.word == "COPY" and "--from" not in step.rest for source in step.rest.split()[:-1]]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert {source.partition("/")[0] for source in copied} == let_through


def test_every_stage_that_is_named_is_built_before() -> None:
    for step in STEPS:
        named = re.findall(r"--from=(\S+)", step.rest) if step.word == "COPY" else []
        assert set(named) <= set(STAGES[: STAGES.index(step.stage)])
    targets = {service["build"]["target"] for service in SERVICES.values() if "build" in service}
    assert targets == {"service", "registry"}
    assert targets <= set(STAGES)


def test_the_image_that_is_built_by_default_is_the_service() -> None:
    assert STAGES[-1] == "service"


def test_every_command_that_is_named_exists() -> None:
    lines = [step.rest for step in STEPS if step.word == "RUN"]
    lines += [shlex.join(json.loads(step.rest)) for step in STEPS if step.word == "CMD"]
    lines += [shlex.join(service["command"]) for service in SERVICES.values() if "command" in service]
    lines += re.findall(r"run --rm replywell (replywell [a-z-]+)", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert [fault for line in lines for fault in faults(line)] == []


def test_the_service_listens_where_the_image_and_compose_expect_it() -> None:
    assert _rest("service", "EXPOSE") == [str(PORT)]
    assert SERVICES["replywell"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert _rest("registry", "EXPOSE") == [str(REGISTRY_PORT)]
    assert SERVICES["mlflow"]["ports"] == [f"127.0.0.1:{REGISTRY_PORT}:{REGISTRY_PORT}"]
    assert set(_probes()) == {(PORT, "/livez"), (REGISTRY_PORT, "/health")}


def test_the_service_answers_where_its_health_check_asks() -> None:
    routes = "\n".join(module.text for module in modules("serving"))
    assert [path for port, path in _probes() if port == PORT and f'"{path}"' not in routes] == []


def test_every_setting_that_is_named_exists() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    text = "\n".join(
        [*(step.rest for step in STEPS if step.word == "ENV"), *(str(service.get("environment")) for service in SERVICES.values())]
    )
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", text)) - known == set()


def test_neither_image_runs_as_root() -> None:
    assert _rest("service", "USER") == ["replywell"]
    assert _rest("registry", "USER") == ["registry"]


def test_the_service_brings_neither_torch_nor_the_tools_of_training() -> None:
    installs = [rest for rest in _rest("packages", "RUN") if "pip install" in rest]
    assert installs
    assert not re.search(r"torch|sentence|\[training|\[dev", " ".join(installs))
    assert [rest for rest in _rest("service", "COPY") if "--from=starter" in rest] == [
        "--from=starter /starter/bundle /opt/replywell/starter"
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_no_password_is_written_down(name: str) -> None:
    environment = SERVICES[name].get("environment", {})
    secrets = {key: value for key, value in environment.items() if re.search("PASSWORD|SECRET|TOKEN", key)}
    assert all(re.fullmatch(r"\$\{[A-Z_]+:\?.+\}", value) for value in secrets.values())
    assert not re.search(r"//[^/\s@]*:[^/\s@]+@", str(environment))


def test_every_service_waits_only_for_services_that_exist_and_report_health() -> None:
    for service in SERVICES.values():
        for other, wait in service.get("depends_on", {}).items():
            assert other in SERVICES
            assert wait["condition"] != "service_healthy" or "healthcheck" in SERVICES[other]


def test_every_volume_is_declared_and_mounted_where_the_image_keeps_its_state() -> None:
    mounts = [mount.partition(":") for service in SERVICES.values() for mount in service.get("volumes", [])]
    assert {volume for volume, _, _ in mounts} == set(COMPOSE["volumes"])
    kept = {path for stage in ("service", "registry") for path in _rest(stage, "VOLUME")}
    assert kept <= {path for _, _, path in mounts}
