"""What an operator can set: `replywell.toml`, then the environment; an unknown key stops the start and names itself."""

import difflib
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError, TomlConfigSettingsSource

from data.template import DECLARED_SLOTS

PREFIX = "REPLYWELL_"
CONFIG_VARIABLE = "REPLYWELL_CONFIG"
DEFAULT_FILE = Path("replywell.toml")
SEED_ANSWERS = Path(__file__).resolve().parent.parent / "data" / "seeds" / "answers"


class ConfigError(ValueError):
    """The configuration cannot be used; the message names the key and says what to do."""


class Settings(BaseSettings):
    """Every setting with its default. Frozen, and handed to what needs it: no module imports an instance."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    database_url: SecretStr = SecretStr("sqlite:///var/replywell.db")
    bundle: str = Field(default="var/bundle", min_length=1)
    answers: Path | None = SEED_ANSWERS
    policy: Path | None = None
    encoder: str | None = None
    bundle_public_key: str | None = Field(default=None, pattern=r"^[0-9a-fA-F]{64}$")
    mlflow_tracking_uri: str = "sqlite:///var/mlflow.db"

    answer_slots: tuple[str, ...] = DECLARED_SLOTS
    own_hosts: tuple[str, ...] = ()
    four_eyes: bool = False
    max_attachment_bytes: int = Field(default=5_000_000, ge=1)
    max_import_bytes: int = Field(default=50_000_000, ge=1)
    public_search: bool = True
    public_rate_per_minute: int = Field(default=60, ge=1)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    open: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    max_body_bytes: int = Field(default=10_000_000, ge=1_000)
    max_batch_items: int = Field(default=10_000, ge=1)
    rate_per_minute: int = Field(default=12_000, ge=1)
    batch_rate_per_minute: int = Field(default=120, ge=1)
    idempotency_hours: int = Field(default=72, ge=1)
    retention_days: int | None = Field(default=None, ge=1)

    @field_validator("answers", "policy", "encoder", "retention_days", "bundle_public_key", mode="before")
    @classmethod
    def _empty_means_none(cls, value: object) -> object:
        """TOML and the environment have no null: an empty text switches an optional setting off."""
        return None if value == "" else value

    @model_validator(mode="after")
    def _open_only_on_loopback(self) -> "Settings":
        if self.open and not is_loopback(self.host):
            advice = "create API keys (`replywell create-key`) or set host to 127.0.0.1"
            raise ValueError(f"open: a service without API keys listens on loopback only, not on {self.host}; {advice}")
        return self

    @property
    def public_key(self) -> bytes | None:
        """The ed25519 key that bundles must be signed with, or None."""
        return bytes.fromhex(self.bundle_public_key) if self.bundle_public_key else None


def is_loopback(host: str) -> bool:
    """True for localhost and the loopback ranges."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(path: Path | None = None, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from the command line (`overrides`), the environment and the file, in this order of precedence.

    Args:
        path: the file; without it the one that REPLYWELL_CONFIG names, else `replywell.toml` where it exists.
        environment: what to look for unknown names in; `os.environ` by default.
        **overrides: values that win over both.

    Raises:
        ConfigError: an unknown key, a wrong value, or a file that cannot be read.
    """
    names = os.environ if environment is None else environment
    file = _config_file(path, names)
    _refuse_unknown_variables(names)

    class FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            sources = (init_settings, env_settings)
            return (*sources, TomlConfigSettingsSource(settings_cls, toml_file=file)) if file else sources

    try:
        return FromFile(**overrides)
    except ValidationError as error:
        raise ConfigError(_first_fault(error, file)) from error
    except (SettingsError, ValueError, OSError) as error:
        raise ConfigError(f"{file or 'environment'}: {error}") from error


def _config_file(path: Path | None, names: Mapping[str, str]) -> Path | None:
    named = path or (Path(names[CONFIG_VARIABLE]) if names.get(CONFIG_VARIABLE) else None)
    if named is not None and not named.is_file():
        raise ConfigError(f"{named}: no such configuration file")
    return named or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)


def _refuse_unknown_variables(names: Mapping[str, str]) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {CONFIG_VARIABLE}
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise ConfigError(f"{name}: unknown setting in the environment{_meant(name.upper(), known)}")


def _first_fault(error: ValidationError, file: Path | None) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{file or 'settings'}: unknown key {key}{_meant(key, set(Settings.model_fields))}"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{key}: {message}" if key else message


def _meant(name: str, known: set[str]) -> str:
    bare = {other.removeprefix(PREFIX): other for other in known}
    close = difflib.get_close_matches(name.removeprefix(PREFIX), bare, n=1)
    return f"; did you mean {bare[close[0]]}?" if close else f"; known: {', '.join(sorted(known))}"
