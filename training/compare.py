"""Two bundles on the same mails: what the second gains, and whether that is more than luck."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from data.examples import ExampleSet
from model.predictor import Predictor
from training.evaluate import encode_examples
from training.judge import Judged, Workbench, judge
from training.measures import Labelled, accuracy, auroc, by_label, macro_f1, mean, quantiles, resamples
from training.truth import group_numbers, topics_beside, urgencies_beside, with_topic, with_urgency

Weights = NDArray[np.float64]
Figure = Callable[[Weights], float]
LESS_IS_BETTER = frozenset(["urgency.cost", "routed.share"])


class CompareError(ValueError):
    """Two bundles cannot be compared, or a gate names a figure that there is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """A figure of both bundles. `gain` is positive where the second is better; `interval`: paired 95 % bootstrap over groups."""

    name: str
    first: float
    second: float
    gain: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All gains, who alone is right how often (McNemar), and the gain in F1 of every topic, the largest first."""

    rows: int
    gains: tuple[Gain, ...]
    only_first_right: int
    only_second_right: int
    p_value: float
    topics: tuple[tuple[str, float], ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "rows": self.rows,
            "figures": {
                gain.name: {"a": gain.first, "b": gain.second, "gain": gain.gain, "interval": list(gain.interval)} for gain in self.gains
            },
            "topic.only_a_right": self.only_first_right,
            "topic.only_b_right": self.only_second_right,
            "topic.mcnemar_p": self.p_value,
            "topic.gain_in_f1": dict(self.topics),
        }

    def closed_gates(self, gates: Mapping[str, float]) -> list[str]:
        """One line for every figure whose gain is below what its gate asks for.

        Raises:
            CompareError: a gate names a figure that was not compared.
        """
        gains = {gain.name: gain.gain for gain in self.gains}
        unknown = sorted(set(gates) - set(gains))
        if unknown:
            raise CompareError(f"--gate {unknown[0]}: no such figure here; there are {', '.join(gains)}")
        return [f"{name}: gain {gains[name]:+.4f}, at least {least:+.4f} is wanted" for name, least in gates.items() if gains[name] < least]

    def clear_losses(self) -> list[str]:
        """One line for every figure that is worse beyond luck: its whole interval is below zero. Routing more mail is no loss by itself."""
        worse = [gain for gain in self.gains if gain.interval[1] < 0 and gain.name != "routed.share"]
        return [f"{gain.name}: gain {gain.gain:+.4f} ({gain.interval[0]:+.4f} to {gain.interval[1]:+.4f})" for gain in worse]


def judge_both(first: Predictor, second: Predictor, examples: ExampleSet, benches: tuple[Workbench, Workbench]) -> tuple[Judged, Judged]:
    """What both say about the same examples, each with its own encoder.

    Raises:
        CompareError: their urgencies differ.
    """
    if first.parts.urgency and second.parts.urgency and first.taxonomy.urgencies != second.taxonomy.urgencies:
        scales = " and ".join(",".join(predictor.taxonomy.urgencies) for predictor in (first, second))
        raise CompareError(f"the bundles have different urgencies: {scales}")
    vectors = encode_examples(examples.examples, benches[0])
    shared = benches[0].encoder.reference == benches[1].encoder.reference
    others = vectors if shared else encode_examples(examples.examples, benches[1])
    return judge(first, examples.examples, vectors, benches[0]), judge(second, examples.examples, others, benches[1])


def compare(first: Judged, second: Judged) -> Comparison:
    """Compare what two bundles say about the same examples."""
    groups = group_numbers(first.examples)
    pairs = _figures(first, groups), _figures(second, groups)
    names = [name for name in pairs[0] if name in pairs[1]]
    labelled = _topics(first, groups), _topics(second, groups)
    right = [rows.correct if rows else np.zeros(0, dtype=bool) for rows in labelled]
    only_first, only_second = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    decided = only_first + only_second
    return Comparison(
        rows=len(first.examples),
        gains=tuple(_gains(names, pairs, groups)),
        only_first_right=only_first,
        only_second_right=only_second,
        p_value=float(binomtest(only_second, decided).pvalue) if decided else 1.0,
        topics=_topic_gains(*labelled),
    )


def _gains(names: Sequence[str], pairs: tuple[dict[str, Figure], dict[str, Figure]], groups: NDArray[np.int64]) -> list[Gain]:
    """The same resamples for all figures and both bundles: that is what makes the intervals paired."""
    signs = {name: -1.0 if name in LESS_IS_BETTER else 1.0 for name in names}
    drawn: dict[str, list[float]] = {name: [] for name in names}
    for weights in resamples(groups):
        for name in names:
            drawn[name].append(signs[name] * (pairs[1][name](weights) - pairs[0][name](weights)))
    everything = np.ones(len(groups))
    values = {name: (pairs[0][name](everything), pairs[1][name](everything)) for name in names}
    return [
        Gain(name=name, first=one, second=other, gain=signs[name] * (other - one), interval=quantiles(drawn[name]))
        for name, (one, other) in values.items()
    ]


def _figures(judged: Judged, groups: NDArray[np.int64]) -> dict[str, Figure]:
    """Every figure that the rows allow, as a function of how often each row counts."""
    figures: dict[str, Figure] = {}
    topics, urgencies = _topics(judged, groups), _urgencies(judged, groups)
    if topics is not None:
        inside = with_topic(judged.examples)
        figures["topic.accuracy"] = lambda weights: accuracy(topics, weights[inside])
        figures["topic.macro_f1"] = lambda weights: macro_f1(topics, weights[inside])
    if urgencies is not None:
        rows, costs = with_urgency(judged.examples), judged.scale.cost[urgencies.truth, urgencies.predicted]
        figures["urgency.accuracy"] = lambda weights: accuracy(urgencies, weights[rows])
        figures["urgency.macro_f1"] = lambda weights: macro_f1(urgencies, weights[rows])
        figures["urgency.cost"] = lambda weights: mean(costs, weights[rows])
    foreign = np.array([not example.in_scope for example in judged.examples])
    if foreign.any() and not foreign.all():
        figures["novelty.auroc"] = lambda weights: auroc(judged.novelty, foreign, weights)
    handed_on = np.array([bool(reason) for reason in judged.reasons], dtype=np.float64)
    figures["routed.share"] = lambda weights: mean(handed_on, weights)
    return figures


def _topics(judged: Judged, groups: NDArray[np.int64]) -> Labelled | None:
    return topics_beside(judged.examples, judged.labels, judged.topics, groups)


def _urgencies(judged: Judged, groups: NDArray[np.int64]) -> Labelled | None:
    return urgencies_beside(judged.examples, judged.scale, judged.levels, groups) if judged.levels is not None else None


def _topic_gains(first: Labelled | None, second: Labelled | None) -> tuple[tuple[str, float], ...]:
    """Gain in F1 of every topic that occurs, the largest first."""
    if first is None or second is None:
        return ()
    one, other = ({row["label"]: float(row["f1"]) for row in by_label(rows)} for rows in (first, second))
    gains = {label: other.get(label, 0.0) - one.get(label, 0.0) for label in sorted({*one, *other})}
    return tuple(sorted(gains.items(), key=lambda pair: -pair[1]))
