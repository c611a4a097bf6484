"""Progress goes to standard error, where it disturbs no result."""

import pytest

from training.progress import Silent, Terminal


def test_bars_stay_out_of_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with Terminal().task("Encoding mails", 3) as advance:
        advance(3)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Encoding mails" in shown.err
    assert "3/3" in shown.err


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with Silent().task("Encoding mails", 3) as advance:
        advance(3)
    assert capsys.readouterr() == ("", "")
