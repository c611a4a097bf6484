"""Settings: where they come from, and what is refused."""

from pathlib import Path

import pytest

from serving.settings import ConfigError, load_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "replywell.toml"
    path.write_text(text)
    return path


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _written(tmp_path, "port = 1111\nworkers = 3\nidempotency_hours = 5\n")
    monkeypatch.setenv("REPLYWELL_PORT", "2222")
    monkeypatch.setenv("REPLYWELL_WORKERS", "4")
    settings = load_settings(port=3333)
    assert (settings.port, settings.workers, settings.idempotency_hours) == (3333, 4, 5)


def test_an_unknown_key_in_the_file_stops_the_start_and_names_itself(tmp_path: Path) -> None:
    path = _written(tmp_path, 'databse_url = "sqlite:///x"\n')
    with pytest.raises(ConfigError, match=r"replywell.toml: unknown key databse_url; did you mean database_url\?"):
        load_settings(path)


def test_an_unknown_name_in_the_environment_stops_the_start_and_names_itself() -> None:
    with pytest.raises(ConfigError, match=r"REPLYWELL_PRT: unknown setting in the environment; did you mean REPLYWELL_PORT\?"):
        load_settings(environment={"REPLYWELL_PRT": "1", "PATH": "/bin"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('port = "many"', "port: Input should be a valid integer"),
        ("port = 70000", "port: "),
        ("retention_days = 0", "retention_days: "),
        ('bundle_public_key = "abc"', "bundle_public_key: "),
        ('log_level = "loud"', "log_level: "),
        ("port = ", "replywell.toml"),
        ("open = true\nhost = '0.0.0.0'", "open: .*listens on loopback only, not on 0.0.0.0"),
    ],
)
def test_a_wrong_value_is_named_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        load_settings(_written(tmp_path, text))
    assert "\n" not in str(error.value)


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such configuration file"):
        load_settings(tmp_path / "nothing.toml")


def test_an_empty_text_switches_an_optional_setting_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLYWELL_ANSWERS", "")
    assert load_settings().answers is None


def test_secrets_do_not_show_in_the_representation() -> None:
    settings = load_settings(database_url="postgresql+psycopg://me:secret@localhost/x")
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_open_is_possible_on_loopback(host: str) -> None:
    assert load_settings(open=True, host=host).open
