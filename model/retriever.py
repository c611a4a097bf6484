"""Search over the approved answers: by meaning across languages and by spelling, for mails and for typed questions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.answer import Answer
from data.language import UNDETERMINED
from model.encoder import Encoder, Vectors, encode_in_chunks
from model.search.hits import UNKNOWN_TOPIC, Hit, SearchFilters, SearchWeights
from model.search.keys import Families, Family, Key
from model.search.layered import Layered
from model.search.lexical import Frequencies, Postings, Question, Terms
from model.search.shelf import Closeness, Shelf
from model.search.vector_index import MOST_EXACT, ExactVectors, make_index
from model.understanding import PROBABILITY_DIGITS, Match

CANDIDATES = 200
CHANGED_SHARE = 0.05
MOST_CHANGED = 2_000
FEW_CHANGED = 50

Nearest = Mapping[str, tuple[float, Key]]
KnownVectors = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingWeights:
    """How similarity and topic share the ranking: `score = similarity / temperature + topic * log P(topic of the answer)`.

    Cosines of one encoder mean nothing for another, so both weights are learnt for the encoder at hand.
    """

    temperature: float = 0.08
    topic: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerIndex:
    """Finds answers by every title, example question and body of theirs, and of what was merged into them.

    Immutable. `patched` gives the index of a later base in milliseconds: the large `main` shelf is shared, `live` says which of its
    answers still count, and what changed lies on the small shelf `fresh`. Results are those of an index built anew.
    """

    version: str
    families: Families
    answers: Mapping[str, Answer]
    main: Shelf
    live: NDArray[np.bool_]
    fresh: Shelf
    places: Mapping[str, int]
    frequencies: Frequencies
    weights: SearchWeights = SearchWeights()

    @classmethod
    def build(cls, answers: Sequence[Answer], encoder: Encoder, version: str, vectors: KnownVectors | None = None) -> "AnswerIndex":
        """Index all keys of the active answers. Texts are encoded, but for those that `vectors` knows already (text → vector)."""
        families = Families.of(answers)
        found = tuple(families.all())
        texts = [key.text for family in found for key in family.keys]
        terms = Terms.of(texts)
        return cls(
            version=version,
            families=families,
            answers=Layered({family.answer.id: family.answer for family in found}),
            main=Shelf.of(found, make_index(_matrix(texts, encoder, vectors or {})), Postings.of(terms)),
            live=np.ones(len(found), dtype=bool),
            fresh=Shelf.of((), ExactVectors(np.zeros((0, encoder.reference.dim), dtype=np.float32)), Terms.of(())),
            places={family.answer.id: place for place, family in enumerate(found)},
            frequencies=Frequencies.of(terms),
        )

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every text that leads to an answer."""
        return tuple(key for shelf, allowed in self._shelves() for place in np.flatnonzero(allowed) for key in shelf.families[place].keys)

    @property
    def needs_rebuild(self) -> bool:
        """True when so much has changed that searches get slower: build anew in the background, see `rebuilt`."""
        changed = len(self.fresh.families) + int((~self.live).sum())
        return changed > max(FEW_CHANGED, min(CHANGED_SHARE * len(self.live), MOST_CHANGED))

    def patched(
        self, version: str, changed: Sequence[Answer], gone: Collection[str], encoder: Encoder, vectors: KnownVectors | None = None
    ) -> "AnswerIndex":
        """The index of the base after some answers were written and others deleted. Only texts that nobody knows are encoded."""
        families, touched = self.families.changed(changed, gone)
        before = list(self._on_shelves(touched))
        after = [family for answer_id in sorted(touched) if (family := families.family(answer_id)) is not None]
        known = {**self._vectors_of(before), **(vectors or {})}
        texts = [key.text for family in after for key in family.keys]
        terms = Terms.of(texts)
        live = self.live.copy()
        live[[self.places[answer_id] for answer_id in touched if answer_id in self.places]] = False
        kept = np.array([family.answer.id not in touched for family in self.fresh.families], dtype=bool)
        found: dict[str, Answer | None] = {**dict.fromkeys(touched), **{family.answer.id: family.answer for family in after}}
        return AnswerIndex(
            version=version,
            families=families,
            answers=Layered.over(self.answers, found),
            main=self.main,
            live=live,
            fresh=self.fresh.extended(kept, after, (np.asarray(_matrix(texts, encoder, known), dtype=np.float32), terms)),
            places=self.places,
            frequencies=self.frequencies.changed(more=terms, less=Terms.of([key.text for _, _, family in before for key in family.keys])),
            weights=self.weights,
        )

    def rebuilt(self, encoder: Encoder) -> "AnswerIndex":
        """The same index with everything on its main shelf; nothing is encoded again."""
        everything = [(shelf, int(place), shelf.families[place]) for shelf, allowed in self._shelves() for place in np.flatnonzero(allowed)]
        return AnswerIndex.build(tuple(self.families.answers.values()), encoder, self.version, self._vectors_of(everything))

    def search(
        self, query: str, vector: NDArray[np.float32], filters: SearchFilters, prior: Mapping[str, float], limit: int = 10
    ) -> tuple[Hit, ...]:
        """Answers to a typed question, best first, at most `limit`; none stands for another that is in the list too.

        Args:
            query: the question as typed.
            vector: the encoder's of it, norm 1, shape (d,).
            filters: who asks and what may be found.
            prior: probability of each topic, or empty when nothing is known about the topic.
            limit: how many hits at most.
        """
        question = Question.of(query, self.frequencies)
        scored: list[tuple[float, str, float, Shelf, Closeness, int]] = []
        for shelf, allowed in self._shelves():
            closeness = shelf.find(vector, question, allowed & filters.allowed(shelf.facts), limit)
            relevance = self.weights.relevance(closeness)
            scores = np.round(relevance + self.weights.bonus(closeness, shelf.facts, filters.language, prior), PROBABILITY_DIGITS)
            scored += [
                (-scores[row], shelf.families[closeness.places[row]].answer.id, relevance[row], shelf, closeness, row)
                for row in _largest(scores, limit)
            ]
        scored.sort(key=lambda one: one[:2])
        return tuple(
            self._hit(shelf, closeness, row, filters, (-score, float(relevance)))
            for score, _, relevance, shelf, closeness, row in scored[:limit]
        )

    def nearest(self, vectors: Vectors) -> list[dict[str, tuple[float, Key]]]:
        """For every vector: the nearest answers, each with the cosine of its best key, and that key."""
        return [dict(self._nearest(vector)) for vector in vectors]

    def match(self, nearest: Nearest, topics: Mapping[str, float], language: str, weights: RankingWeights) -> tuple[Match, ...]:
        """Rank the candidates of one mail; probabilities add up to 1 over them."""
        if not nearest:
            return ()
        ids = sorted(nearest)
        similarity = np.array([nearest[answer_id][0] for answer_id in ids])
        prior = np.array([self._topic_probability(answer_id, topics) for answer_id in ids])
        logits = similarity / weights.temperature + weights.topic * np.log(prior)
        probability = np.exp(logits - logits.max())
        probability /= probability.sum()
        order = np.lexsort((np.array(ids), -logits))
        return tuple(
            self._match(ids[i], language, nearest[ids[i]], score=float(logits[i]), probability=float(probability[i])) for i in order
        )

    def _nearest(self, vector: NDArray[np.float32]) -> Iterator[tuple[str, tuple[float, Key]]]:
        candidates = []
        for shelf, allowed in self._shelves():
            closeness = shelf.find(vector, None, allowed, CANDIDATES)
            for row in _largest(closeness.best, CANDIDATES):
                key = shelf.keys[closeness.keys[row]]
                candidates.append((-float(closeness.best[row]), key.answer_id, key))
        for similarity, answer_id, key in sorted(candidates, key=lambda one: one[:2])[:CANDIDATES]:
            yield answer_id, (-similarity, key)

    def _shelves(self) -> tuple[tuple[Shelf, NDArray[np.bool_]], ...]:
        """Both shelves, and which of their answers count."""
        return (self.main, self.live), (self.fresh, np.ones(len(self.fresh.families), dtype=bool))

    def _on_shelves(self, ids: Collection[str]) -> Iterator[tuple[Shelf, int, Family]]:
        """Where the answers with these ids lie, those that can be found."""
        for answer_id in ids:
            place = self.places.get(answer_id)
            if place is not None and self.live[place]:
                yield self.main, place, self.main.families[place]
        for place, family in enumerate(self.fresh.families):
            if family.answer.id in ids:
                yield self.fresh, place, family

    @staticmethod
    def _vectors_of(where: Sequence[tuple[Shelf, int, Family]]) -> dict[str, NDArray[np.float32]]:
        known: dict[str, NDArray[np.float32]] = {}
        for shelf, place, family in where:
            rows = np.arange(shelf.starts[place], shelf.starts[place + 1])
            known |= dict(zip((key.text for key in family.keys), shelf.vectors.rows(rows), strict=True))
        return known

    def _hit(self, shelf: Shelf, closeness: Closeness, row: int, filters: SearchFilters, scores: tuple[float, float]) -> Hit:
        answer = shelf.families[closeness.places[row]].answer
        score, relevance = scores
        return Hit(
            answer_id=answer.id,
            answer_version=answer.version,
            language=variant_language(answer, filters.written_in or filters.language or UNDETERMINED),
            key=shelf.keys[closeness.keys[row]].kind,
            score=float(score),
            similarity=round(float(closeness.best[row]), PROBABILITY_DIGITS),
            lexical=round(float(closeness.lexical[row]), PROBABILITY_DIGITS),
            is_good=relevance >= self.weights.good,
        )

    def _match(self, answer_id: str, language: str, best: tuple[float, Key], *, score: float, probability: float) -> Match:
        answer = self.answers[answer_id]
        similarity, key = best
        return Match(
            answer_id=answer_id,
            answer_version=answer.version,
            language=variant_language(answer, language),
            key=key.kind,
            similarity=round(similarity, PROBABILITY_DIGITS),
            score=round(score, PROBABILITY_DIGITS),
            probability=round(probability, PROBABILITY_DIGITS),
        )

    def _topic_probability(self, answer_id: str, topics: Mapping[str, float]) -> float:
        topic = self.answers[answer_id].topic
        if topic is None:
            return 1.0 / max(len(topics), 1)
        return max(topics.get(topic, 0.0), UNKNOWN_TOPIC)


def variant_language(answer: Answer, language: str) -> str:
    """The mail's language when the answer has it, else English, else the first variant; an agent sees which one it is."""
    available = [variant.language for variant in answer.variants]
    return next((code for code in (language, "en") if code in available), available[0] if available else UNDETERMINED)


def _matrix(texts: Sequence[str], encoder: Encoder, known: KnownVectors) -> NDArray[np.float16] | Vectors:
    """A vector for each text, shape (n, d); in half precision where the index would round them anyway."""
    half = len(texts) > MOST_EXACT
    shape = (len(texts), encoder.reference.dim)
    matrix: NDArray[np.float16] | Vectors = np.empty(shape, dtype=np.float16) if half else np.empty(shape, dtype=np.float32)
    unknown = list(dict.fromkeys(text for text in texts if text not in known))
    encoded: dict[str, NDArray[np.float32]] = {}
    for vectors in encode_in_chunks(encoder, unknown):
        encoded |= dict(zip(unknown[len(encoded) :], vectors, strict=False))
    for row, text in enumerate(texts):
        matrix[row] = known[text] if text in known else encoded[text]
    return matrix


def _largest(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Positions of the largest values, and of all that equal the last of them: who comes first among equals is not decided here."""
    if len(values) <= count:
        return np.arange(len(values))
    return np.flatnonzero(values >= np.partition(values, len(values) - count)[len(values) - count])
