"""The size budget: small files, small functions, few parameters."""

from tests.architecture.sizes import (
    FILE_LINES,
    FUNCTION_LINES,
    POSITIONAL_PARAMETERS,
    Size,
    file_sizes,
    function_sizes,
    parameter_counts,
)


def test_no_file_is_longer_than_the_budget() -> None:
    assert _over(file_sizes(), FILE_LINES) == []


def test_no_function_is_longer_than_the_budget() -> None:
    assert _over(function_sizes(), FUNCTION_LINES) == []


def test_no_function_takes_more_positional_parameters_than_the_budget() -> None:
    assert _over(parameter_counts(), POSITIONAL_PARAMETERS) == []


def _over(sizes: list[Size], limit: int) -> list[str]:
    assert sizes, "nothing was measured"
    return [f"{size.place}: {size.amount}, at most {limit}" for size in sizes if size.amount > limit]
