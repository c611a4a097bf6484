"""Which kernel mix suits the data, chosen on held-out groups in closed form."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.classifier import Reading, View
from model.ridge import Mix, add_product, group_members, radial, solve_exactly
from model.terms import Vocabulary

SEARCH_ROWS = 1_500
NEARLY_EQUAL = 0.02
START = Mix(terms=0.2, words=0.3, min_groups=3, ridge=0.3, gamma=1.0)
STEPS: tuple[dict[str, tuple[float, ...]], ...] = (
    {"terms": (0.0, 0.2, 0.5, 0.8, 1.0), "min_groups": (3, 10)},
    {"ridge": (0.03, 0.1, 1.0), "gamma": (1.0, 2.0)},
    {"words": (0.0, 0.3, 0.6), "min_groups": (3, 10)},
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
    """Whole groups, drawn at random, as many as fit into `limit` rows; ascending row numbers.

    A group that is too large for the limit by itself takes part with rows drawn from it.
    """
    if len(groups) <= limit:
        return np.arange(len(groups))
    generator = np.random.default_rng(0)
    chosen: list[NDArray[np.int64]] = []
    free = limit
    for members in _in_random_order(groups, generator):
        if len(members) > free:
            members = generator.permutation(members)[:free] if len(members) > limit // 4 else members[:0]
        chosen.append(members)
        free -= len(members)
    return np.sort(np.concatenate(chosen))


def _in_random_order(groups: NDArray[np.int64], generator: np.random.Generator) -> list[NDArray[np.int64]]:
    members = list(group_members(groups))
    return [members[number] for number in generator.permutation(len(members))]


def choose_mix(
    reading: Reading, task: Task, groups: NDArray[np.int64], vocabularies: tuple[Vocabulary, Vocabulary], tick: Callable[[], None]
) -> list[Tried]:
    """Coordinate search over the mix; every candidate is judged by leave-one-group-out scores.

    Vectors alone (`terms = 0`) and terms alone (`terms = 1`) are among the candidates, so the choice is never worse than either on the
    rows it was made on. Returns all that was tried, the best first.
    """
    grams = Grams(reading, vocabularies)
    tried: dict[Mix, float] = {}
    best = START
    for step in STEPS:
        for mix in _candidates(best, step):
            if mix not in tried:
                _, held_out = solve_exactly(grams.kernel(mix), task.targets, groups, mix.ridge)
                tried[mix] = task.loss(held_out)
            tick()
        best = min(tried, key=lambda mix: tried[mix])
    return in_order([Tried(mix=mix, loss=loss) for mix, loss in tried.items()])


def in_order(tried: list[Tried]) -> list[Tried]:
    """By loss, but a mix with a larger `min_groups` comes before all that are at most 2 % better.

    A left-out group still counts in the group frequencies, so terms of few groups look a little better here than they will be.
    """
    by_loss = sorted(tried, key=lambda entry: entry.loss)
    best = by_loss[0].loss
    near = [entry for entry in by_loss if entry.loss <= best + NEARLY_EQUAL * abs(best)]
    chosen = max(near, key=lambda entry: (entry.mix.min_groups, -entry.loss))
    return [chosen, *(entry for entry in by_loss if entry is not chosen)]


class Grams:
    """The parts of every kernel that a search mixes, each computed once."""

    def __init__(self, reading: Reading, vocabularies: tuple[Vocabulary, Vocabulary]) -> None:
        self._reading = reading
        self._vocabularies = vocabularies
        self._cosines = reading.vectors @ reading.vectors.T
        self._terms: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}

    def kernel(self, mix: Mix) -> NDArray[np.float32]:
        """What `model.ridge.kernel` gives for the search rows, shape (n, n)."""
        characters, words = self._of_terms(mix.min_groups)
        total = mix.character_share * characters + mix.word_share * words
        if mix.terms < 1:
            total += (1 - mix.terms) * radial(self._cosines.copy(), mix.gamma)
        return np.asarray(total, dtype=np.float32)

    def _of_terms(self, min_groups: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        if min_groups not in self._terms:
            rows = self._reading.rows(View.of(*self._vocabularies, min_groups))
            self._terms[min_groups] = (_products(rows.characters), _products(rows.words))
        return self._terms[min_groups]


def _products(rows: sp.csr_matrix) -> NDArray[np.float32]:
    total = np.zeros((rows.shape[0], rows.shape[0]), dtype=np.float32)
    add_product(total, rows, rows, 1.0)
    return total


def steps_of_search() -> int:
    """How often `choose_mix` ticks."""
    return sum(math.prod(map(len, step.values())) for step in STEPS)


def _candidates(best: Mix, step: dict[str, tuple[float, ...]]) -> Iterator[Mix]:
    for values in itertools.product(*step.values()):
        changes: dict[str, Any] = dict(zip(step, values, strict=True))
        yield replace(best, **changes)
