"""Typed questions: what may be found, for whom, in what order."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from data.answer import Answer, Variant, Visibility
from model.encoder import Encoder
from model.retriever import AnswerIndex
from model.search.hits import Hit, SearchFilters, SearchWeights
from model.search.shelf import Shelf
from model.search.vector_index import CellVectors
from tests.factories import make_answer

TODAY = date(2026, 11, 21)
PUBLIC = SearchFilters(today=TODAY, visibility=Visibility.PUBLIC)


def searched(
    answers: list[Answer], encoder: Encoder, query: str, filters: SearchFilters | None = None, prior: dict[str, float] | None = None
) -> list[Hit]:
    """The hits of a question in a base of these answers."""
    index = AnswerIndex.build(answers, encoder, "v")
    return list(index.search(query, encoder.encode([query])[0], filters or SearchFilters(today=TODAY), prior or {}, 5))


def ids(hits: list[Hit]) -> list[str]:
    return [hit.answer_id for hit in hits]


def speaking(id: str, **texts: str) -> Answer:
    """An answer with one variant a language."""
    return make_answer(id=id, variants=tuple(Variant(language=code, title=text, body=text) for code, text in texts.items()))


def test_a_code_in_the_question_finds_the_answer_that_names_it(hashing: Encoder) -> None:
    answers = [make_answer(id=f"e-{code}", title=f"Fault E-{code}", body="Unplug the machine.") for code in (4711, 4712, 815, 3001)]
    hits = searched(answers, hashing, "my machine shows E-815")
    assert hits[0].answer_id == "e-815"
    assert hits[0].lexical > hits[1].lexical


def test_of_a_cluster_only_the_canonical_answer_is_found_also_by_the_words_of_the_others(hashing: Encoder) -> None:
    canonical = make_answer(id="root", title="Refunds", body="Within ten days.")
    aliases = [make_answer(id=f"alias-{n}", title=f"Money back {n}", body="Ten days it takes.", merged_into="root") for n in range(3)]
    hits = searched([canonical, *aliases, make_answer(id="other", title="Parcels")], hashing, "money back 2")
    assert sorted(ids(hits)) == ["other", "root"]
    assert (hits[0].answer_id, hits[0].key) == ("root", "alias")


def test_the_public_never_gets_an_internal_answer_not_even_by_a_public_alias(hashing: Encoder) -> None:
    secret = make_answer(id="secret", title="Refund limits of agents", visibility=Visibility.INTERNAL)
    alias = make_answer(id="alias", title="How refunds are decided", merged_into="secret")
    answers = [secret, alias, make_answer(id="open", title="Refunds")]
    assert ids(searched(answers, hashing, "How refunds are decided", PUBLIC)) == ["open"]
    assert ids(searched(answers, hashing, "How refunds are decided", replace(PUBLIC, visibility=Visibility.INTERNAL)))[0] == "secret"


@pytest.mark.parametrize(("start", "end", "found"), [(0, 0, True), (1, 9, False), (-9, -1, False), (-1, 1, True), (None, None, True)])
def test_an_answer_is_found_only_between_its_dates(start: int | None, end: int | None, found: bool, hashing: Encoder) -> None:
    begin, until = (None if days is None else TODAY + timedelta(days=days) for days in (start, end))
    assert bool(searched([make_answer(valid_from=begin, valid_until=until)], hashing, "parcel")) is found


def test_filters_leave_other_topics_and_other_languages_out(hashing: Encoder) -> None:
    answers = [make_answer(id="a", topic="delivery"), make_answer(id="b", topic="billing"), make_answer(id="c", topic=None)]
    assert ids(searched(answers, hashing, "parcel", SearchFilters(today=TODAY, topic="billing"))) == ["b"]
    assert searched(answers, hashing, "parcel", SearchFilters(today=TODAY, topic="nobody knows it")) == []
    spoken = [speaking("es", es="paquete"), speaking("both", es="paquete", pl="paczka"), speaking("pl", pl="paczka")]
    assert sorted(ids(searched(spoken, hashing, "paczka", SearchFilters(today=TODAY, written_in="es")))) == ["both", "es"]
    assert searched(spoken, hashing, "paczka", SearchFilters(today=TODAY, written_in="fr")) == []


def test_among_equals_the_language_of_the_reader_comes_first_and_the_others_stay(hashing: Encoder) -> None:
    answers = [speaking("one", es="router"), speaking("two", pl="router")]
    assert ids(searched(answers, hashing, "router", SearchFilters(today=TODAY, language="pl"))) == ["two", "one"]
    assert ids(searched(answers, hashing, "router", SearchFilters(today=TODAY, language="es"))) == ["one", "two"]


def test_a_hit_names_the_variant_to_show(hashing: Encoder) -> None:
    (hit,) = searched([speaking("one", es="router", pl="router")], hashing, "router", SearchFilters(today=TODAY, language="pl"))
    assert hit.language == "pl"
    (hit,) = searched([speaking("one", es="router", pl="router")], hashing, "router", SearchFilters(today=TODAY, written_in="es"))
    assert hit.language == "es"


def test_what_is_known_of_the_topic_changes_the_order(hashing: Encoder) -> None:
    answers = [make_answer(id="a", topic="delivery"), make_answer(id="b", topic="billing"), make_answer(id="c", topic=None)]
    assert ids(searched(answers, hashing, "parcel", prior={"delivery": 0.1, "billing": 0.9})) == ["b", "c", "a"]
    assert ids(searched(answers, hashing, "parcel", prior={"delivery": 0.9, "billing": 0.1})) == ["a", "c", "b"]
    assert ids(searched(answers, hashing, "parcel")) == ["a", "b", "c"]


def test_a_question_that_nothing_answers_has_no_good_hit(default: Encoder) -> None:
    answers = [make_answer(id="parcel", title="Where is my parcel?"), make_answer(id="hours", title="When do the shops open?")]
    good = {
        query: searched(answers, default, query)[0].is_good for query in ("where has my parcel got to", "symphonies by Mahler in B minor")
    }
    assert list(good.values()) == [True, False]


@pytest.mark.parametrize("query", ["", " ", "?!", "\ud800", "e" * 20_000, "((((((", "<script>"])
def test_any_question_gets_an_answer_without_an_error(query: str, hashing: Encoder) -> None:
    hits = searched([make_answer(id="a"), make_answer(id="b")], hashing, query)
    assert sorted(ids(hits)) == ["a", "b"]
    assert all(np.isfinite(hit.score) for hit in hits)


def test_an_empty_base_has_no_hits(hashing: Encoder) -> None:
    assert searched([], hashing, "parcel") == []


def test_scores_fall_and_no_more_hits_come_than_asked_for(hashing: Encoder) -> None:
    answers = [make_answer(id=f"a{number}", title=f"parcel {number}") for number in range(20)]
    hits = searched(answers, hashing, "parcel 7")
    assert len(hits) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_equal_answers_come_in_the_order_of_their_ids_and_none_is_lost_at_the_limit(hashing: Encoder) -> None:
    answers = [make_answer(id=f"a{number:02}") for number in range(40)]
    assert ids(searched(answers[::-1], hashing, "parcel")) == [f"a{number:02}" for number in range(5)]


def test_a_large_base_gives_the_hits_of_a_complete_comparison(hashing: Encoder) -> None:
    """The cells of a large base under the same search, with filters that leave few answers."""
    answers = [
        make_answer(
            id=f"a{number:04}",
            title=f"parcel {number % 97} model {number}",
            body=f"text {number * 7919 % 1_009}",
            visibility=Visibility.PUBLIC if number % 50 == 0 else Visibility.INTERNAL,
        )
        for number in range(2_000)
    ]
    index = AnswerIndex.build(answers, hashing, "v")
    matrix = index.main.vectors.rows(np.arange(len(index.keys)))
    large = replace(index, main=Shelf.of(index.main.families, CellVectors.build(matrix), index.main.terms))
    for query in ("parcel 13 model 1300", "text 500", "model 1950"):
        for filters in (PUBLIC, SearchFilters(today=TODAY)):
            vector = hashing.encode([query])[0]
            exact, coarse = (one.search(query, vector, filters, {}, 5) for one in (index, large))
            assert [hit.answer_id for hit in exact[:1]] == [hit.answer_id for hit in coarse[:1]]
            assert [hit.score for hit in exact] == pytest.approx([hit.score for hit in coarse], abs=2e-3)


def test_weights_share_the_score_as_they_say(hashing: Encoder) -> None:
    index = AnswerIndex.build([make_answer(id="a", topic=None)], hashing, "v")
    vector = hashing.encode(["parcel"])[0]
    alone = replace(index, weights=SearchWeights(mean=0, lexical=0, language=0))
    (hit,) = alone.search("parcel", vector, SearchFilters(today=TODAY), {}, 1)
    assert hit.score == hit.similarity
