"""The score of answers: one number a mail, the same alone and among many, never lowered by more evidence."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.language import LanguageGuess
from model.answer_score import ANSWER_SIGNALS, TOPIC_SIGNALS, AnswerScore, signals
from model.risk import Grid
from model.understanding import Evidence, Match, Novelty, Ranking, Understanding, UrgencyEstimate

EVIDENCE = Evidence(energy=5.0, nearest=0.6, support=0.1, agreement=0.8)
GRID = Grid.from_scores(np.linspace(0.1, 0.99, 100))


def _score(names: tuple[str, ...] = TOPIC_SIGNALS, weight: float = 0.5) -> AnswerScore:
    size = len(names)
    return AnswerScore(names=names, centres=(0.0,) * size, spreads=(1.0,) * size, weights=(weight,) * size, intercept=-2.0, grid=GRID)


def _known(first: float = 0.8, second: float = 0.1, **rest: object) -> Understanding:
    nothing = UrgencyEstimate(label=None, probability=0.0, ranking=Ranking())
    known = Understanding(
        language=LanguageGuess(code="en", probability=1.0),
        topic=Ranking.of(["a", "b"], [first, second]),
        urgency=nothing,
        novelty=Novelty(score=0.2, is_novel=False),
        evidence=EVIDENCE,
    )
    return replace(known, **rest)  # type: ignore[arg-type]


def _match(answer_id: str = "tracking", probability: float = 0.9, score: float = 8.0, language: str = "en") -> Match:
    return Match(
        answer_id=answer_id, answer_version=1, language=language, key="title", similarity=0.7, score=score, probability=probability
    )


@given(rows=st.lists(st.lists(st.floats(-20, 20), min_size=7, max_size=7), min_size=1, max_size=6))
def test_a_mail_has_the_same_score_alone_and_among_many(rows: list[list[float]]) -> None:
    together = _score().probabilities(np.array(rows))
    assert together.tolist() == [float(_score().probabilities(np.array([row]))[0]) for row in rows]
    assert ((together >= 0) & (together <= 1)).all()


@given(low=st.floats(0.4, 1), high=st.floats(0.4, 1))
def test_a_more_probable_topic_is_never_less_likely_right(low: float, high: float) -> None:
    low, high = sorted((low, high))
    assert _score().probability(_known(low, 0.01), None, 10) <= _score().probability(_known(high, 0.01), None, 10)


def test_is_rounded_to_six_decimals() -> None:
    probability = _score().probability(_known(), None, 10)
    assert probability == round(probability, 6)


def test_certain_and_impossible_topics_have_finite_signals() -> None:
    for first, second in ((1.0, 0.0), (0.0, 0.0)):
        assert np.isfinite(signals(_known(first, second), _match(), 0, (*TOPIC_SIGNALS, *ANSWER_SIGNALS))).all()


def test_without_a_topic_nothing_is_right() -> None:
    assert _score().probability(_known(topic=Ranking()), None, 10) == 0.0


def test_without_evidence_of_an_older_bundle_nothing_is_right() -> None:
    assert _score().probability(_known(evidence=None), None, 10) == 0.0


def test_a_score_that_reads_answers_gives_nothing_without_one() -> None:
    score = _score((*TOPIC_SIGNALS, *ANSWER_SIGNALS), weight=0.1)
    assert score.reads_answers
    assert not _score().reads_answers
    assert score.probability(_known(), None, 10) == 0.0
    assert score.probability(_known(matches=(_match(),)), _match(), 10) > 0.0


def test_a_close_rival_and_another_language_make_an_answer_less_likely() -> None:
    score = _score(ANSWER_SIGNALS)
    alone, near = (_known(matches=(_match(), *rivals)) for rivals in ((), (_match("other", 0.1, 7.9),)))
    assert score.probability(near, _match(), 10) < score.probability(alone, _match(), 10)
    assert score.probability(alone, _match(language="fr"), 10) < score.probability(alone, _match(), 10)


@pytest.mark.parametrize(
    "change", [{"weights": (0.4,) * 7}, {"intercept": 0.0}, {"heads": "other"}, {"grid": Grid.from_scores(np.ones(3))}]
)
def test_another_weight_grid_head_or_encoder_is_another_version(change: dict[str, object]) -> None:
    assert replace(_score(), **change).version != _score().version  # type: ignore[arg-type]


def test_comes_back_from_json_with_the_same_version() -> None:
    score = replace(_score(), heads="abc")
    assert AnswerScore.from_json(score.to_json(), "abc") == score
    assert AnswerScore.from_json(score.to_json(), "abc").version == score.version


@pytest.mark.parametrize(
    "change",
    [{"names": ("topic", "unheard")}, {"weights": (1.0,)}, {"spreads": (0.0,) * 7}, {"centres": (float("nan"),) * 7}, {"grid": {}}],
)
def test_a_damaged_score_is_refused(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        AnswerScore.from_json(_score().to_json() | change, "")
