"""One call from mails to what the models say about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from data.language import UNDETERMINED, LanguageDetector, LanguageGuess
from data.mail import Mail
from data.taxonomy import Taxonomy
from model.answer_score import AnswerScore
from model.calibration import Probabilities
from model.classifier import Reading, TopicHead
from model.encoder import Encoder, EncoderReference, Vectors
from model.evidence import evidence_of, nearest_columns
from model.explain import tokens_for_and_against
from model.novelty import NoveltyHead, energy, mean_of_nearest
from model.passages import Passages, mail_vector
from model.requests import Couple, RequestHead, Stretches
from model.retriever import AnswerIndex, RankingWeights
from model.slots import slots_from_mail
from model.terms import Vocabulary
from model.understanding import PROBABILITY_DIGITS, Evidence, Explanation, Novelty, Ranking, SecondRequest, Understanding, UrgencyEstimate
from model.urgency import UrgencyHead
from model.watching.regions import Regions

UNKNOWN_LANGUAGE = LanguageGuess(code=UNDETERMINED, probability=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMails:
    """The labelled mails that the heads were trained on: ids, vectors (n, d) of norm 1, columns of their topics (n,). Never their text.

    Bundles that were made before the score of answers lack the topics.
    """

    ids: tuple[str, ...]
    vectors: NDArray[np.float32]
    topics: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that training learns."""

    taxonomy: Taxonomy
    encoder: EncoderReference
    characters: Vocabulary
    words: Vocabulary
    topics: TopicHead
    urgency: UrgencyHead | None
    novelty: NoveltyHead
    known: KnownMails
    ranking: RankingWeights
    requests: RequestHead
    score: AnswerScore | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What the heads say about n mails, row by row."""

    topics: Probabilities
    urgencies: Probabilities | None
    novelty: NDArray[np.float64]
    neighbours: NDArray[np.int64]
    evidence: Sequence[Evidence | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """What a search needs of a question: its language, the probability of every topic, its vector (d,) of norm 1."""

    language: LanguageGuess
    topics: Mapping[str, float]
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """Reads mails. Safe to share between threads; the same mail gives the same result alone and in a batch.

    `regions` of the vectors are named where they are watched, which decides nothing.
    """

    parts: Parts
    encoder: Encoder
    version: str
    _detector: LanguageDetector = field(repr=False)
    regions: Regions | None = None

    @classmethod
    def of(cls, parts: Parts, encoder: Encoder, version: str) -> "Predictor":
        """A predictor over learnt parts and the encoder they were learnt with."""
        return cls(parts=parts, encoder=encoder, version=version, _detector=LanguageDetector(parts.taxonomy.languages))

    def warm_up(self) -> None:
        """Load what is otherwise loaded by the first mail of each language; takes some seconds."""
        for language in (*self.parts.taxonomy.languages, UNDETERMINED):
            slots_from_mail("", language)
        self._detector.detect("Where is my order?")

    @property
    def taxonomy(self) -> Taxonomy:
        """The labels that the parts know."""
        return self.parts.taxonomy

    def understand(self, mail: Mail, index: AnswerIndex | None = None) -> Understanding:
        """Understand one mail; answers are searched when an index is given."""
        return self.understand_many([mail], index)[0]

    def understand_many(self, mails: Sequence[Mail], index: AnswerIndex | None = None) -> list[Understanding]:
        """Understand many mails; encoders that gain from it get them in one call, everything else looks at one mail at a time."""
        readable = [number for number, mail in enumerate(mails) if not mail.is_empty]
        passages = [Passages.of(mails[number].content) for number in readable]
        out = [nothing_to_read()] * len(mails)
        for number, cut, vectors in zip(readable, passages, self._encode(passages), strict=True):
            out[number] = self._understand(mails[number], cut, vectors, index)
        return out

    def _encode(self, passages: Sequence[Passages]) -> Iterator[Vectors]:
        """For each mail the vectors of its text and of its sentences, shape (1 + sentences, d)."""
        if not self.encoder.batches:
            yield from (self.encoder.encode(cut.texts) for cut in passages)
        elif passages:
            together = self.encoder.encode([text for cut in passages for text in cut.texts])
            yield from np.split(together, np.cumsum([len(cut.texts) for cut in passages])[:-1])

    def _understand(self, mail: Mail, cut: Passages, vectors: Vectors, index: AnswerIndex | None) -> Understanding:
        vector = mail_vector(vectors)[None, :]
        language = self._detector.detect(mail.content)
        cosines = np.vstack([vector, vectors[1:]]) @ self.parts.known.vectors.T  # the known mails are large: read them once
        opinions = self.opinions(self.read(vector, [cut.text]), cosines[:1])
        topics = opinions.topics[0]
        stretches = self.parts.requests.cutter.stretches(cut)
        ranking = Ranking.of(self.parts.topics.labels, topics)
        novelty = round(float(opinions.novelty[0]), PROBABILITY_DIGITS)
        matches = index.match(index.nearest(vector)[0], ranking.by_label, language.code, self.parts.ranking) if index is not None else ()
        known = Understanding(
            language=language,
            topic=ranking,
            urgency=self._urgency(opinions.urgencies),
            novelty=Novelty(score=novelty, is_novel=novelty > self.parts.novelty.limit),
            matches=matches,
            second_request=self.second_request(stretches, vectors[1:], (int(topics.argmax()), float(topics.max())), cosines[1:]),
            slots=slots_from_mail(mail.content, language.code),
            explanation=self._explanation(cut.text, topics, opinions.neighbours[0]),
            evidence=opinions.evidence[0],
            region=int(self.regions.region_of(vector)[0]) if self.regions is not None else None,
        )
        return replace(known, answer_probability=self.answer_probability(known, len(mail.content.split())))

    def answer_probability(self, known: Understanding, words: int) -> float | None:
        """How likely the first match is right for a mail of so many words; without an answer base, the one answer of the first topic."""
        score = self.parts.score
        return score.probability(known, known.first_match, words) if score is not None else None

    def read_question(self, text: str) -> AskedQuestion:
        """Read what somebody searches for, without all that only a decision needs."""
        cut = Passages.of(text)
        vectors = self.encoder.encode(cut.texts)
        if not any(character.isalnum() for character in text):
            return AskedQuestion(language=UNKNOWN_LANGUAGE, topics={}, vector=vectors[0])
        whole = mail_vector(vectors)[None, :]
        link, scores = self.parts.topics.link, self.parts.topics.scores(self.read(whole, [cut.text]))
        ranking = Ranking.of(self.parts.topics.labels, link.probabilities(scores)[0])
        return AskedQuestion(language=self._detector.detect(text), topics=ranking.by_label, vector=vectors[0])

    def read(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> Reading:
        """What the heads read of masked texts and their vectors."""
        return Reading.of(vectors, texts, self.parts.characters, self.parts.words)

    def opinions(self, reading: Reading, cosines: NDArray[np.float32] | None = None) -> Opinions:
        """Run every head over texts; `cosines` (n, known mails) when the caller has them already."""
        parts = self.parts
        if cosines is None:
            cosines = reading.vectors @ parts.known.vectors.T
        scores = parts.topics.scores(reading, self._shared(cosines))
        energies, topics = energy(parts.topics.link, scores), parts.topics.link.probabilities(scores)
        evidence: Sequence[Evidence | None] = [None] * len(scores)
        if parts.known.topics is not None:
            evidence = evidence_of(cosines, parts.known.topics, topics.argmax(axis=1), energies)
        urgencies = None
        if parts.urgency is not None:
            shared = cosines if parts.urgency.regression.landmarks is parts.known.vectors else None
            urgencies = parts.urgency.probabilities(reading, shared)
        return Opinions(
            topics=topics,
            urgencies=urgencies,
            novelty=parts.novelty.scores(mean_of_nearest(cosines), energies),
            neighbours=nearest_rows(cosines),
            evidence=evidence,
        )

    def _shared(self, cosines: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Cosines to the known mails, where those are also the landmarks of the topic head."""
        return cosines if self.parts.topics.regression.landmarks is self.parts.known.vectors else None

    def second_request(
        self, stretches: Stretches, vectors: Vectors, own: tuple[int, float], cosines: NDArray[np.float32] | None = None
    ) -> SecondRequest | None:
        """What a mail asks for besides its own topic, a column with its probability.

        `vectors` (sentences, d) are those of the sentences that the stretches are of, `cosines` theirs to the known mails; parts of
        sentences are encoded.
        """
        parts = self.parts
        if not stretches.texts:
            return None
        if stretches.new:
            vectors, cosines = self._vectors_of(stretches, vectors), None
        shared = self._shared(vectors @ parts.known.vectors.T if cosines is None else cosines)
        topics = parts.topics.link.probabilities(parts.topics.scores(self.read(vectors, stretches.texts), shared))
        return parts.requests.second_request(
            stretches, Couple.of(stretches, topics, vectors, own, parts.requests.complete), parts.topics.labels
        )

    def _vectors_of(self, stretches: Stretches, vectors: Vectors) -> Vectors:
        """Vectors (stretches, d), of which those of whole sentences are there already."""
        new = iter(self.encoder.encode(stretches.new))
        return np.stack([vectors[row] if row >= 0 else next(new) for row in stretches.rows])

    def _urgency(self, urgencies: Probabilities | None) -> UrgencyEstimate:
        head = self.parts.urgency
        if head is None or urgencies is None:
            return UrgencyEstimate(label=None, probability=0.0, ranking=Ranking())
        probabilities = urgencies[:1].round(PROBABILITY_DIGITS)
        chosen = int(head.choose(probabilities)[0])
        return UrgencyEstimate(
            label=head.scale.labels[chosen],
            probability=float(probabilities[0, chosen]),
            ranking=Ranking.of(head.scale.labels, probabilities[0]),
        )

    def _explanation(self, text: str, topics: NDArray[np.float64], neighbours: NDArray[np.int64]) -> Explanation:
        order = np.argsort(-topics, kind="stable")
        rival = int(order[1]) if len(order) > 1 else int(order[0])
        vocabularies = (self.parts.characters, self.parts.words)
        terms_for, terms_against = tokens_for_and_against(text, self.parts.topics, vocabularies, int(order[0]), rival)
        ids = tuple(self.parts.known.ids[number] for number in neighbours)
        return Explanation(terms_for=terms_for, terms_against=terms_against, neighbours=ids)


def nearest_rows(cosines: NDArray[np.float32]) -> NDArray[np.int64]:
    """Columns of the five largest values of each row, the largest first."""
    candidates = nearest_columns(cosines)
    order = np.argsort(-np.take_along_axis(cosines, candidates, axis=1), axis=1, kind="stable")
    return np.asarray(np.take_along_axis(candidates, order, axis=1))


def nothing_to_read() -> Understanding:
    """The result for a mail without a letter or a digit."""
    return Understanding(
        language=UNKNOWN_LANGUAGE,
        topic=Ranking(),
        urgency=UrgencyEstimate(label=None, probability=0.0, ranking=Ranking()),
        novelty=Novelty(score=1.0, is_novel=True),
    )
