"""Vector search over the approved answers, ranked together with the topic, across languages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from data.answer import Answer, State
from data.language import UNDETERMINED
from data.template import SLOT
from model.encoder import Encoder, Vectors, encode_in_chunks
from model.understanding import PROBABILITY_DIGITS, Match

CANDIDATE_KEYS = 200
UNKNOWN_TOPIC = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingWeights:
    """How similarity and topic share the ranking: `score = similarity / temperature + topic * log P(topic of the answer)`.

    Cosines of one encoder mean nothing for another, so both weights are learnt for the encoder at hand.
    """

    temperature: float = 0.08
    topic: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One text under which an answer is found."""

    answer_id: str
    language: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerIndex:
    """Exact FAISS search over every title, example question and body of the active answers."""

    version: str
    answers: Mapping[str, Answer]
    keys: tuple[Key, ...]
    index: faiss.IndexFlatIP

    @classmethod
    def build(cls, answers: Sequence[Answer], encoder: Encoder, version: str) -> "AnswerIndex":
        """Encode and index all keys of the active answers; several keys an answer, in each of its languages."""
        active = {answer.id: answer for answer in answers if answer.state is State.ACTIVE}
        keys = tuple(key for answer in active.values() for key in keys_of(answer))
        index = faiss.IndexFlatIP(encoder.reference.dim)
        for vectors in encode_in_chunks(encoder, [key.text for key in keys]):
            index.add(vectors)
        return cls(version=version, answers=active, keys=keys, index=index)

    def nearest(self, vectors: Vectors) -> list[dict[str, tuple[float, Key]]]:
        """For every vector: the best cosine of each answer among the nearest keys, and the key that reached it."""
        if not self.keys or not len(vectors):
            return [{} for _ in range(len(vectors))]
        similarities, numbers = self.index.search(np.ascontiguousarray(vectors), min(CANDIDATE_KEYS, len(self.keys)))
        return [self._best_keys(row, found) for row, found in zip(similarities, numbers, strict=True)]

    def match(
        self, nearest: Mapping[str, tuple[float, Key]], topics: Mapping[str, float], language: str, weights: RankingWeights
    ) -> tuple[Match, ...]:
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

    def _best_keys(self, similarities: NDArray[np.float32], numbers: NDArray[np.int64]) -> dict[str, tuple[float, Key]]:
        best: dict[str, tuple[float, Key]] = {}
        for similarity, number in zip(similarities.tolist(), numbers.tolist(), strict=True):
            key = self.keys[number]
            if key.answer_id not in best:
                best[key.answer_id] = (similarity, key)
        return best

    def _topic_probability(self, answer_id: str, topics: Mapping[str, float]) -> float:
        topic = self.answers[answer_id].topic
        if topic is None:
            return 1.0 / max(len(topics), 1)
        return max(topics.get(topic, 0.0), UNKNOWN_TOPIC)


def keys_of(answer: Answer) -> Iterator[Key]:
    """Title, example questions and body of every variant; slots are left out of the body."""
    for variant in answer.variants:
        texts = [
            ("title", variant.title),
            *(("question", question) for question in variant.questions),
            ("body", SLOT.sub("", variant.body)),
        ]
        for kind, text in texts:
            if text.strip():
                yield Key(answer_id=answer.id, language=variant.language, kind=kind, text=text)


def variant_language(answer: Answer, language: str) -> str:
    """The mail's language when the answer has it, else English, else the first variant; an agent sees which one it is."""
    available = [variant.language for variant in answer.variants]
    return next((code for code in (language, "en") if code in available), available[0] if available else UNDETERMINED)
