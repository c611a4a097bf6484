"""Finding answers: exact, across languages, only those that are active."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from data.answer import Answer, State, Variant, load_answers
from model.encoder import Encoder
from model.retriever import AnswerIndex, RankingWeights, variant_language
from model.search.keys import keys_of
from tests.factories import make_answer
from tests.serving.engines import SEEDS

EVEN = {"delivery": 0.5, "billing": 0.5}
WEIGHTS = RankingWeights()


def ranked(index: AnswerIndex, text: str, encoder: Encoder, topics: dict[str, float] | None = None, language: str = "en") -> list[str]:
    """Ids of the answers for a text, best first."""
    (nearest,) = index.nearest(encoder.encode([text]))
    return [match.answer_id for match in index.match(nearest, EVEN if topics is None else topics, language, WEIGHTS)]


@pytest.fixture(scope="module")
def seeds() -> tuple[Answer, ...]:
    return load_answers(SEEDS / "answers")


def test_the_best_key_of_every_answer_is_that_of_brute_force(default: Encoder, seeds: tuple[Answer, ...]) -> None:
    few = tuple(replace(answer, variants=answer.variants[:2]) for answer in seeds[:10])
    index = AnswerIndex.build(few, default, "v")
    queries = default.encode(["Where is my parcel?", "Quiero darme de baja", "¿Cuándo abren?"])
    for vector, nearest in zip(queries, index.nearest(queries), strict=True):
        assert len(index.keys) <= 200
        for answer in few:
            similarity = default.encode([key.text for key in keys_of(answer)]) @ vector
            assert nearest[answer.id][0] == pytest.approx(float(similarity.max()), abs=1e-5)


def test_a_spanish_question_finds_an_answer_that_is_only_in_french(default: Encoder, seeds: tuple[Answer, ...]) -> None:
    french = [replace(answer, variants=tuple(v for v in answer.variants if v.language == "fr")) for answer in seeds]
    index = AnswerIndex.build(french, default, "v")
    (nearest,) = index.nearest(default.encode(["He olvidado la contraseña y no puedo entrar en mi cuenta"]))
    first = index.match(nearest, {}, "es", WEIGHTS)[0]
    assert (first.answer_id, first.language) == ("password-reset", "fr")


def test_an_answer_is_found_by_its_title_its_questions_and_its_body(hashing: Encoder) -> None:
    answer = make_answer(title="Opening hours", questions=("When do you close?",), body="We are here from nine to five.")
    index = AnswerIndex.build([answer, make_answer(id="other")], hashing, "v")
    for text, kind in [("Opening hours", "title"), ("When do you close?", "question"), ("We are here from nine to five.", "body")]:
        (nearest,) = index.nearest(hashing.encode([text]))
        first = index.match(nearest, EVEN, "en", WEIGHTS)[0]
        assert (first.answer_id, first.key) == ("tracking", kind)
        assert first.similarity == pytest.approx(1, abs=1e-5)


def test_the_topic_of_the_mail_changes_the_rank(hashing: Encoder) -> None:
    answers = [make_answer(id="a", topic="delivery"), make_answer(id="b", topic="billing")]
    index = AnswerIndex.build(answers, hashing, "v")
    assert ranked(index, "anything", hashing, {"delivery": 0.9, "billing": 0.1}) == ["a", "b"]
    assert ranked(index, "anything", hashing, {"delivery": 0.1, "billing": 0.9}) == ["b", "a"]


def test_an_answer_of_an_unknown_topic_or_of_none_is_still_ranked(hashing: Encoder) -> None:
    answers = [make_answer(id="gone", topic="gone"), make_answer(id="any", topic=None), make_answer(id="sure", topic="delivery")]
    index = AnswerIndex.build(answers, hashing, "v")
    assert ranked(index, "anything", hashing, {"delivery": 0.9, "billing": 0.1}) == ["sure", "any", "gone"]
    assert set(ranked(index, "anything", hashing, {})) == {"gone", "any", "sure"}


def test_probabilities_add_up_to_1_and_fall(index: AnswerIndex, hashing: Encoder) -> None:
    (nearest,) = index.nearest(hashing.encode(["Where is my parcel?"]))
    matches = index.match(nearest, {"delivery": 0.7, "billing": 0.2, "returns": 0.1}, "en", WEIGHTS)
    values = [match.probability for match in matches]
    assert sum(values) == pytest.approx(1, abs=5e-6)
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("state", [state for state in State if state is not State.ACTIVE])
def test_only_active_answers_are_found(state: State, hashing: Encoder) -> None:
    index = AnswerIndex.build([make_answer(id="live"), make_answer(id="not-live", state=state)], hashing, "v")
    assert ranked(index, "parcel", hashing) == ["live"]
    assert set(index.answers) == {"live"}


@pytest.mark.parametrize("answers", [[], [make_answer(state=State.DRAFT)], [make_answer(variants=())]])
def test_a_base_without_keys_finds_nothing(answers: list[Answer], hashing: Encoder) -> None:
    index = AnswerIndex.build(answers, hashing, "v")
    assert index.nearest(hashing.encode(["parcel", "invoice"])) == [{}, {}]
    assert index.match({}, EVEN, "en", WEIGHTS) == ()
    assert index.nearest(hashing.encode([])) == []


def test_equal_answers_keep_one_order_however_they_were_loaded(hashing: Encoder) -> None:
    answers = [make_answer(id=name) for name in ("c", "a", "b")]
    loaded = (answers, answers[::-1], answers[1:] + answers[:1])
    orders = {tuple(ranked(AnswerIndex.build(given, hashing, "v"), "parcel", hashing)) for given in loaded}
    assert orders == {("a", "b", "c")}


def test_the_same_search_gives_the_same_numbers(default: Encoder, seeds: tuple[Answer, ...]) -> None:
    vector = default.encode(["Where is my parcel?"])
    one, other = (AnswerIndex.build(seeds, default, "v") for _ in range(2))
    assert one.nearest(vector) == other.nearest(vector)
    assert one.nearest(np.repeat(vector, 7, axis=0))[3].keys() == one.nearest(vector)[0].keys()


@pytest.mark.parametrize(("asked", "given"), [("es", "es"), ("fr", "en"), ("und", "en")])
def test_the_language_of_the_mail_comes_first_then_english(asked: str, given: str) -> None:
    variants = tuple(Variant(language=code, title="t", body="b") for code in ("pl", "es", "en"))
    assert variant_language(make_answer(variants=variants), asked) == given


def test_without_english_the_first_language_is_taken() -> None:
    variants = tuple(Variant(language=code, title="t", body="b") for code in ("pl", "es"))
    assert variant_language(make_answer(variants=variants), "de") == "pl"


def test_dates_do_not_matter_to_the_index_as_they_change_without_it(hashing: Encoder) -> None:
    index = AnswerIndex.build([make_answer(valid_until=date(2000, 1, 1))], hashing, "v")
    assert ranked(index, "parcel", hashing) == ["tracking"]


def test_more_keys_than_candidates_still_give_the_nearest(hashing: Encoder) -> None:
    crowd = [make_answer(id=f"a-{number}", title=f"title {number}", body=f"body number {number}") for number in range(300)]
    index = AnswerIndex.build([*crowd, make_answer(id="needle", body="zyxwv utsrq")], hashing, "v")
    (nearest,) = index.nearest(hashing.encode(["zyxwv utsrq"]))
    assert nearest["needle"][0] == pytest.approx(1, abs=1e-5)
