"""What holds for every test: the size report at the end of a run."""

import pytest

from tests.architecture.sizes import summary


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the biggest files, functions and parameter lists beside the budget."""
    terminalreporter.section("size budget")
    for line in summary():
        terminalreporter.write_line(line)
