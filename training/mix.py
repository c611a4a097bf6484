"""Which kernel mix suits the data, chosen on held-out groups in closed form."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.classifier import Reading, View
from model.ridge import Mix, kernel, solve_exactly
from model.terms import Vocabulary

SEARCH_ROWS = 2_400
START = Mix(terms=0.2, words=0.3, min_groups=3, ridge=0.3, gamma=1.0)
STEPS: tuple[dict[str, tuple[float, ...]], ...] = (
    {"terms": (0.0, 0.2, 0.5, 0.8, 1.0), "min_groups": (3, 10)},
    {"ridge": (0.03, 0.1, 1.0), "gamma": (1.0, 2.0)},
    {"words": (0.0, 0.6)},
    {"terms": (0.1, 0.3, 0.65, 0.9)},
    {"ridge": (0.03, 0.1, 0.3, 1.0)},
)

Loss = Callable[[NDArray[np.float64]], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a head has to learn on the search rows: targets (n, k), and the loss of held-out scores (n, k)."""

    targets: NDArray[np.float64]
    loss: Loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A mix and its held-out loss."""

    mix: Mix
    loss: float


def search_rows(groups: NDArray[np.int64], limit: int = SEARCH_ROWS) -> NDArray[np.int64]:
    """Whole groups, drawn at random until about `limit` rows are in; ascending row numbers."""
    if len(groups) <= limit:
        return np.arange(len(groups))
    order = np.random.default_rng(0).permutation(int(groups.max()) + 1)
    sizes = np.bincount(groups)[order]
    inside = order[np.cumsum(sizes) <= limit]
    return np.flatnonzero(np.isin(groups, inside))


def choose_mix(
    reading: Reading, task: Task, groups: NDArray[np.int64], vocabularies: tuple[Vocabulary, Vocabulary], tick: Callable[[], None]
) -> list[Tried]:
    """Coordinate search over the mix; every candidate is judged by leave-one-group-out scores.

    Vectors alone (`terms = 0`) and terms alone (`terms = 1`) are among the candidates, so the choice is never worse than either on the
    rows it was made on. Returns all that was tried, the best first.
    """
    tried: dict[Mix, float] = {}
    best = START
    for step in STEPS:
        for mix in _candidates(best, step):
            if mix not in tried:
                rows = reading.rows(View.of(*vocabularies, mix.min_groups))
                _, held_out = solve_exactly(kernel(rows, rows, mix), task.targets, groups, mix.ridge)
                tried[mix] = task.loss(held_out)
            tick()
        best = min(tried, key=lambda mix: tried[mix])
    return sorted((Tried(mix=mix, loss=loss) for mix, loss in tried.items()), key=lambda entry: entry.loss)


def steps_of_search() -> int:
    """How often `choose_mix` ticks."""
    return sum(math.prod(map(len, step.values())) for step in STEPS)


def _candidates(best: Mix, step: dict[str, tuple[float, ...]]) -> Iterator[Mix]:
    for values in itertools.product(*step.values()):
        changes: dict[str, Any] = dict(zip(step, values, strict=True))
        yield replace(best, **changes)
