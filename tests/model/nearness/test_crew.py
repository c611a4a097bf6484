"""Parts of a task come back in their order, however many processes do them."""

import pytest

from model.nearness.crew import WORTH_IT, Crew, processors


@pytest.mark.parametrize("workers", [1, 2])
def test_the_outcomes_come_in_the_order_of_the_parts(workers: int) -> None:
    with Crew(workers) as crew:
        assert list(crew.begin(abs, range(-5, 0))) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_part_is_an_error_here(workers: int) -> None:
    with Crew(workers) as crew, pytest.raises(ValueError, match="invalid literal"):
        list(crew.begin(int, ["1", "one"]))


def test_a_small_base_needs_no_other_process_and_a_large_one_takes_every_processor() -> None:
    with Crew.fitting(WORTH_IT - 1, None) as crew:
        assert crew.workers == 1
    with Crew.fitting(WORTH_IT, None) as crew:
        assert crew.workers == processors()
    with Crew.fitting(10, 2) as crew:
        assert crew.workers == 2
