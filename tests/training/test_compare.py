"""Two bundles on the same mails: equal ones gain nothing, a better one gains more than luck."""

from dataclasses import replace

import numpy as np
import pytest

from model.predictor import Predictor
from tests.factories import make_taxonomy
from tests.training.files import foreign_examples, unseen
from training.compare import CompareError, compare, judge_both
from training.evaluate import encode_examples
from training.judge import Judged, Workbench, judge

EXAMPLES = replace(unseen(), examples=(*unseen().examples, *foreign_examples()))


@pytest.fixture(scope="module")
def good(predictor: Predictor, bench: Workbench) -> Judged:
    return judge(predictor, EXAMPLES.examples, encode_examples(EXAMPLES.examples, bench), bench)


@pytest.fixture(scope="module")
def bad(good: Judged) -> Judged:
    """Always the same topic and the highest urgency; foreign mail looks familiar."""
    topics = np.zeros_like(good.topics)
    topics[:, 0] = 1.0
    levels = np.full(len(topics), len(good.scale.labels) - 1)
    return replace(good, topics=topics, levels=levels, novelty=-good.novelty)


def test_a_bundle_gains_nothing_over_itself(good: Judged) -> None:
    compared = compare(good, good)
    assert {gain.gain for gain in compared.gains} == {0.0}
    assert {gain.interval for gain in compared.gains} == {(0.0, 0.0)}
    assert (compared.only_first_right, compared.only_second_right, compared.p_value) == (0, 0, 1.0)
    assert compared.clear_losses() == []


def test_a_better_bundle_gains_in_every_figure_also_where_less_is_better(good: Judged, bad: Judged) -> None:
    gains = {gain.name: gain for gain in compare(bad, good).gains}
    for name in ("topic.accuracy", "topic.macro_f1", "urgency.accuracy", "urgency.macro_f1", "urgency.cost", "novelty.auroc"):
        assert gains[name].gain > 0, name
        assert gains[name].interval[0] > 0, name
    assert gains["urgency.cost"].second < gains["urgency.cost"].first


def test_counts_the_mails_that_only_one_gets_right(good: Judged, bad: Judged) -> None:
    compared = compare(bad, good)
    right = [example.topic == good.labels[row] for example, row in zip(good.examples, good.topics.argmax(axis=1), strict=True)]
    guessed = [example.topic == good.labels[0] for example in good.examples]
    assert compared.only_second_right == sum(a and not b for a, b in zip(right, guessed, strict=True))
    assert compared.only_first_right == sum(b and not a for a, b in zip(right, guessed, strict=True))
    assert compared.p_value < 0.001


def test_topics_that_won_come_first(good: Judged, bad: Judged) -> None:
    gains = [gain for _, gain in compare(bad, good).topics]
    assert gains == sorted(gains, reverse=True)
    assert {label for label, _ in compare(bad, good).topics} == set(good.labels)


def test_a_gate_closes_below_the_gain_that_it_asks_for(good: Judged, bad: Judged) -> None:
    compared = compare(good, bad)
    assert compared.closed_gates({"topic.accuracy": -1.0}) == []
    assert [line.partition(":")[0] for line in compared.closed_gates({"topic.accuracy": 0.0, "urgency.cost": 0.0})] == [
        "topic.accuracy",
        "urgency.cost",
    ]


def test_a_gate_for_a_figure_that_was_not_compared_is_an_error(good: Judged) -> None:
    with pytest.raises(CompareError, match=r"--gate topic.f1: no such figure here; there are topic.accuracy"):
        compare(good, good).closed_gates({"topic.f1": 0.0})


def test_names_what_got_clearly_worse(good: Judged, bad: Judged) -> None:
    worse = {line.partition(":")[0] for line in compare(good, bad).clear_losses()}
    assert {"topic.accuracy", "urgency.cost", "novelty.auroc"} <= worse
    assert "routed.share" not in worse


def test_judges_both_bundles_on_the_same_rows(predictor: Predictor, bench: Workbench, good: Judged) -> None:
    first, second = judge_both(predictor, predictor, EXAMPLES, (bench, bench))
    assert np.array_equal(first.topics, good.topics)
    assert np.array_equal(second.topics, good.topics)


def test_refuses_bundles_with_different_urgencies(predictor: Predictor, bench: Workbench) -> None:
    taxonomy = make_taxonomy(urgencies=("later", "now"))
    other = replace(predictor, parts=replace(predictor.parts, taxonomy=taxonomy))
    with pytest.raises(CompareError, match=r"different urgencies: low,normal,high,critical and later,now"):
        judge_both(predictor, other, EXAMPLES, (bench, bench))


def test_its_json_names_both_values_and_the_gain(good: Judged, bad: Judged) -> None:
    record = compare(bad, good).to_json()
    accuracy = record["figures"]["topic.accuracy"]
    assert accuracy["gain"] == pytest.approx(accuracy["b"] - accuracy["a"])
    assert record["rows"] == 70
