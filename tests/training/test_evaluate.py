"""Figures of bundles and recipes: complete, null where there is nothing to measure, and blind to what they measure on."""

import random
from dataclasses import replace

import pytest

from data.examples import Example, ExampleSet
from data.taxonomy import Taxonomy
from model.encoder import load_encoder
from model.predictor import Predictor
from tests.factories import NOW, make_answer, make_examples
from tests.training.files import foreign_examples, unseen
from training.evaluate import HEADLINES, evaluate, evaluate_in_folds
from training.judge import Workbench
from training.progress import Silent

PROMISED = (
    "topic.accuracy",
    "topic.macro_f1",
    "topic.ece",
    "urgency.macro_f1",
    "urgency.accuracy",
    "urgency.within_one_step",
    "urgency.cost",
    "novelty.auroc",
    "speed.cpu_ms_per_mail",
)


def _with_foreign(examples: ExampleSet) -> ExampleSet:
    return replace(examples, examples=(*examples.examples, *foreign_examples()))


def test_measures_everything_that_the_rows_allow(predictor: Predictor, bench: Workbench) -> None:
    figures = evaluate(predictor, _with_foreign(unseen()), bench)
    for name in PROMISED:
        assert figures[name] is not None, name
    assert figures["topic.accuracy"] > 0.9
    assert figures["novelty.auroc"] > 0.95
    assert figures["topic.by_language"] == {"en": figures["topic.accuracy"]}
    assert figures["rows"] == 70
    assert figures["topic.rows"] == 60


def test_is_null_where_the_rows_have_no_such_labels(predictor: Predictor, bench: Workbench) -> None:
    examples = unseen()
    bare = tuple(replace(example, topic=None, topics=(), urgency=None) for example in examples.examples)
    figures = evaluate(predictor, replace(examples, examples=bare), bench)
    assert {name for name in PROMISED if figures[name] is not None} == {"speed.cpu_ms_per_mail"}
    assert set(HEADLINES) <= set(figures)


def test_is_null_for_urgencies_that_a_bundle_never_learnt(predictor: Predictor, bench: Workbench) -> None:
    without = replace(predictor, parts=replace(predictor.parts, urgency=None))
    figures = evaluate(without, unseen(), bench)
    assert figures["urgency.macro_f1"] is None
    assert figures["topic.macro_f1"] is not None


def test_finds_the_acceptable_answers(predictor: Predictor) -> None:
    answers = (
        make_answer(),
        make_answer("invoice", "Your invoice.", topic="billing", title="Invoice"),
        make_answer("return", "Send it.", topic="returns"),
    )
    fitting = {"delivery": ("tracking",), "billing": ("invoice",), "returns": ("return",)}
    examples = unseen()
    named = tuple(replace(example, answers=fitting[example.topic or ""]) for example in examples.examples)
    none_fits = replace(named[0], id="none", answers=())
    bench = Workbench(encoder=load_encoder("hashing"), answers=answers, progress=Silent(), now=NOW)
    figures = evaluate(predictor, replace(examples, examples=(*named, none_fits)), bench)
    assert figures["answers.recall_at_1"] > 0.8
    assert figures["answers.recall_at_3"] == 1.0
    assert figures["answers.rows"] == 60


def test_folds_measure_every_row_on_what_was_learnt_without_it(predictor: Predictor, bench: Workbench) -> None:
    figures = evaluate_in_folds(predictor, _with_foreign(make_examples(120)), 3, bench)
    assert figures["folds"] == 3
    assert figures["topic.rows"] == figures["urgency.rows"] == 120
    assert figures["topic.accuracy"] > 0.9
    assert figures["novelty.rows_out_of_scope"] == 10


def test_folds_cannot_learn_labels_that_only_a_group_shares(predictor: Predictor, bench: Workbench) -> None:
    """Every thread repeats words of its own and got its topic by lot: whoever had seen a row of it would know the others."""
    generator = random.Random(0)
    topics = [generator.choice("abcd") for _ in range(40)]
    rows = tuple(
        Example(id=f"{thread}-{copy}", body=f"thread{thread} word{thread} copy {copy}", topic=topic, topics=(topic,), group=f"t{thread}")
        for thread, topic in enumerate(topics)
        for copy in range(3)
    )
    examples = ExampleSet(examples=rows, urgencies=("low", "high"), taxonomy=Taxonomy.from_labels("abcd", ("low", "high")))
    assert evaluate_in_folds(predictor, examples, 4, bench)["topic.accuracy"] < 0.5


def test_shuffled_labels_are_guessed_by_chance_and_routed_to_people(predictor: Predictor, bench: Workbench) -> None:
    examples = make_examples(180)
    topics = [f"topic-{number % 6}" for number in range(180)]
    random.Random(1).shuffle(topics)
    shuffled = tuple(
        replace(example, topic=topic, topics=(topic,), group=None) for example, topic in zip(examples.examples, topics, strict=True)
    )
    figures = evaluate_in_folds(predictor, replace(examples, examples=shuffled, taxonomy=Taxonomy.from_labels(topics)), 3, bench)
    assert figures["topic.accuracy"] < 0.3
    assert figures["routed.share"] > 0.9


@pytest.mark.parametrize("number", [2, 3])
def test_folds_give_the_same_figures_again(predictor: Predictor, bench: Workbench, number: int) -> None:
    examples = make_examples(60)
    one, other = (evaluate_in_folds(predictor, examples, number, bench) for _ in range(2))
    assert {k: v for k, v in one.items() if not k.startswith("speed")} == {k: v for k, v in other.items() if not k.startswith("speed")}
