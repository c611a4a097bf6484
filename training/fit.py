"""From labelled examples to the parts of a bundle."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from data.answer import Answer
from data.examples import Example, ExampleSet, group_keys
from data.taxonomy import Taxonomy
from model.calibration import PowerLink, log_loss, softmax
from model.classifier import Reading, TopicHead, View, fit_topics
from model.encoder import Encoder
from model.novelty import NoveltyHead, energy, fit_novelty, nearest_without_own_group
from model.passages import Passages
from model.predictor import KnownMails, Parts
from model.requests import RequestHead
from model.retriever import RankingWeights
from model.ridge import Mix
from model.terms import CHARACTERS, WORDS, Vocabulary, masked
from model.urgency import Levels, Scale, UrgencyHead, fit_urgency
from training.encoding import encode
from training.mix import Task, Tried, choose_mix, search_rows, steps_of_search
from training.progress import Progress
from training.ranking import fit_ranking
from training.requests import Half, Reader, fit_requests
from training.scoring import fit_score, left_out, out_of_scope

MIN_TOPICS = 2
MIN_ROWS = 10
# So many groups of mails, at most and at least, teach what a second request is.
MOST_GROUPS, FEWEST_GROUPS = 10_000, 200
SEED = 22

# Mails that are out of scope, and their vectors (n, d): they teach no head, but the score of answers.
Foreign = tuple[Sequence[Example], NDArray[np.float32]]
NO_FOREIGN: Foreign = ((), np.zeros((0, 0), dtype=np.float32))


class TrainingError(ValueError):
    """Nothing can be learnt from these examples; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """What the heads say of each training row when its whole group is left out: the honest figures of a training.

    `topic_scores` (n, topics) and `topics` (n,) true columns; `urgency_scores`, `levels` for the `m` rows with an urgency, or None.
    """

    topic_scores: NDArray[np.float64]
    topics: NDArray[np.int64]
    urgency_scores: NDArray[np.float64] | None
    levels: NDArray[np.int64] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Parts for a bundle, the held-out scores, and all mixes that were tried, the chosen first."""

    parts: Parts
    held_out: HeldOut
    topic_mixes: tuple[Tried, ...]
    urgency_mixes: tuple[Tried, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """In-scope examples with everything that is computed once: masked texts, vectors, groups, vocabularies, counts."""

    examples: tuple[Example, ...]
    groups: NDArray[np.int64]
    characters: Vocabulary
    words: Vocabulary
    reading: Reading = field(repr=False)

    @property
    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Characters and words."""
        return self.characters, self.words


def fit(examples: ExampleSet, encoder: Encoder, answers: Sequence[Answer], progress: Progress) -> Fitted:
    """Learn every part from examples; those that are out of scope teach only how likely an answer is right.

    Raises:
        TrainingError: fewer than two topics or too few rows.
    """
    chosen = tuple(example for example in examples.examples if example.in_scope and example.topic is not None)
    foreign = tuple(example for example in examples.examples if not example.in_scope)
    check_trainable(chosen)
    vectors = encode(encoder, [example.content for example in (*chosen, *foreign)], progress)
    around = (foreign, vectors[len(chosen) :])
    return fit_vectors(examples.taxonomy, chosen, vectors[: len(chosen)], encoder, (answers, progress), foreign=around)


def fit_vectors(
    taxonomy: Taxonomy,
    chosen: tuple[Example, ...],
    vectors: NDArray[np.float32],
    encoder: Encoder,
    rest: tuple[Sequence[Answer], Progress],
    *,
    foreign: Foreign = NO_FOREIGN,
) -> Fitted:
    """The same for examples whose vectors (n, d) are there already; `foreign` mails are known to have no topic here."""
    answers, progress = rest
    check_trainable(chosen)
    corpus = gather(chosen, vectors)
    topics, held_out, topic_mixes = _fit_topics(corpus, progress)
    urgency, urgency_held_out, levels, urgency_mixes = _fit_urgency(corpus, taxonomy, progress)
    truth = np.array([topics.labels.index(example.topic or "") for example in chosen])
    parts = Parts(
        taxonomy=taxonomy,
        encoder=encoder.reference,
        characters=corpus.characters,
        words=corpus.words,
        topics=topics,
        urgency=urgency,
        novelty=_fit_novelty(corpus, topics.link, held_out),
        known=KnownMails(ids=tuple(example.id for example in chosen), vectors=vectors, topics=truth.astype(np.int64)),
        ranking=_fit_ranking(corpus, topics, held_out, (answers, encoder)),
        requests=_fit_requests(corpus, topic_mixes[0].mix, encoder, progress),
    )
    with progress.task("Fitting the score of answers", 1) as advance:
        unseen = [left_out(parts, chosen, held_out)]
        if foreign[0]:
            unseen.append(out_of_scope(parts, *foreign, encoder))
        parts = replace(parts, score=fit_score(parts, unseen, (answers, encoder)))
        advance(1)
    held = HeldOut(topic_scores=held_out, topics=truth, urgency_scores=urgency_held_out, levels=levels)
    return Fitted(parts=parts, held_out=held, topic_mixes=topic_mixes, urgency_mixes=urgency_mixes)


def check_trainable(examples: Sequence[Example]) -> None:
    """Refuse what no classifier can learn from.

    Raises:
        TrainingError: too few rows or topics.
    """
    topics = sorted({example.topic or "" for example in examples})
    if len(topics) < MIN_TOPICS:
        found = f"only the topic {topics[0]!r}" if topics else "no topic"
        raise TrainingError(f"at least {MIN_TOPICS} topics are needed to learn; the examples have {found}: use --map topic=COLUMN")
    if len(examples) < MIN_ROWS:
        raise TrainingError(f"at least {MIN_ROWS} labelled examples are needed to learn; there are {len(examples)}")


def gather(examples: tuple[Example, ...], vectors: NDArray[np.float32]) -> Corpus:
    """Groups, vocabularies and term counts of examples."""
    texts = [masked(example.content) for example in examples]
    groups = np.unique(group_keys(examples), return_inverse=True)[1].astype(np.int64)
    characters, character_counts = Vocabulary.learn(CHARACTERS, texts, groups)
    words, word_counts = Vocabulary.learn(WORDS, texts, groups)
    reading = Reading(vectors=vectors, characters=character_counts, words=word_counts)
    return Corpus(examples=examples, groups=groups, characters=characters, words=words, reading=reading)


def _fit_topics(corpus: Corpus, progress: Progress) -> tuple[TopicHead, NDArray[np.float64], tuple[Tried, ...]]:
    labels = [example.topic or "" for example in corpus.examples]
    names, truth = np.unique(labels, return_inverse=True)
    mixes = _search(corpus, np.eye(len(names))[truth], truth, ("Choosing the topic mix", progress))
    with progress.task("Fitting topics", 1) as advance:
        head, held_out = fit_topics(corpus.reading, labels, corpus.groups, _view(corpus, mixes[0].mix), mixes[0].mix)
        advance(1)
    return head, held_out, mixes


def _fit_urgency(
    corpus: Corpus, taxonomy: Taxonomy, progress: Progress
) -> tuple[UrgencyHead | None, NDArray[np.float64] | None, NDArray[np.int64] | None, tuple[Tried, ...]]:
    rows = np.array([number for number, example in enumerate(corpus.examples) if example.urgency is not None], dtype=np.int64)
    levels = np.array([taxonomy.urgencies.index(corpus.examples[row].urgency or "") for row in rows], dtype=np.int64)
    if len(np.unique(levels)) < 2:
        return None, None, None, ()
    everything = len(rows) == len(corpus.examples)
    part = corpus if everything else _part(corpus, rows)
    scale = Scale(labels=taxonomy.urgencies, cost=np.array(taxonomy.cost))
    mixes = _search(part, np.eye(len(scale))[levels], levels, ("Choosing the urgency mix", progress))
    with progress.task("Fitting urgencies", 1) as advance:
        truth = Levels(numbers=levels, scale=scale)
        head, held_out = fit_urgency(part.reading, truth, part.groups, _view(part, mixes[0].mix), mixes[0].mix)
        advance(1)
    return head, held_out, levels, mixes


def _part(corpus: Corpus, rows: NDArray[np.int64]) -> Corpus:
    return Corpus(
        examples=tuple(corpus.examples[row] for row in rows),
        groups=np.unique(corpus.groups[rows], return_inverse=True)[1].astype(np.int64),
        characters=corpus.characters,
        words=corpus.words,
        reading=corpus.reading.take(rows),
    )


def _search(corpus: Corpus, targets: NDArray[np.float64], truth: NDArray[np.int64], shown: tuple[str, Progress]) -> tuple[Tried, ...]:
    title, progress = shown
    rows = search_rows(corpus.groups)
    part = _part(corpus, rows)
    task = Task(targets=targets[rows], loss=_loss_after_scaling(truth[rows]))
    with progress.task(title, steps_of_search()) as advance:
        return tuple(choose_mix(part.reading, task, part.groups, corpus.vocabularies, lambda: advance(1)))


def _loss_after_scaling(truth: NDArray[np.int64]) -> Callable[[NDArray[np.float64]], float]:
    """Log loss of held-out scores after the best temperature: smoother than accuracy, and blind to the scale of the scores."""

    def loss(scores: NDArray[np.float64]) -> float:
        return float(minimize_scalar(lambda t: log_loss(softmax(scores * np.exp(t)), truth), bounds=(0, 5), method="bounded").fun)

    return loss


def _view(corpus: Corpus, mix: Mix) -> View:
    return View.of(corpus.characters, corpus.words, mix.min_groups)


def _fit_ranking(
    corpus: Corpus, topics: TopicHead, held_out: NDArray[np.float64], base: tuple[Sequence[Answer], Encoder]
) -> RankingWeights:
    if not base[0]:
        return RankingWeights()
    probabilities = topics.link.probabilities(held_out)
    return fit_ranking(corpus.examples, corpus.reading.vectors, topics.labels, probabilities, base)


def _fit_requests(corpus: Corpus, mix: Mix, encoder: Encoder, progress: Progress) -> RequestHead:
    """From two halves of the mails, no group of which is in both; of very many mails from some of them."""
    order = np.random.default_rng(SEED).permutation(int(corpus.groups.max()) + 1)[corpus.groups]
    if order.max() + 1 < FEWEST_GROUPS:
        return RequestHead.untrained()
    rows = np.flatnonzero(order < MOST_GROUPS)
    sides = order[rows] % 2
    with progress.task("Learning to tell second requests", 1) as advance:
        halves = [_half(corpus, rows[sides == side], rows[sides != side], mix) for side in (0, 1)]
        advance(1)
    return fit_requests(halves, Reader(vocabularies=corpus.vocabularies, encoder=encoder, progress=progress))


def _half(corpus: Corpus, rows: NDArray[np.int64], others: NDArray[np.int64], mix: Mix) -> Half:
    part = _part(corpus, others)
    labels = [example.topic or "" for example in part.examples]
    topics, _ = fit_topics(part.reading, labels, part.groups, _view(corpus, mix), mix)
    examples = [corpus.examples[row] for row in rows]
    cuts = [Passages.of(example.content) for example in examples]
    return Half(examples=examples, cuts=cuts, vectors=corpus.reading.vectors[rows], topics=topics)


def _fit_novelty(corpus: Corpus, link: PowerLink, held_out: NDArray[np.float64]) -> NoveltyHead:
    nearest = nearest_without_own_group(corpus.reading.vectors, corpus.groups)
    return fit_novelty(nearest, energy(link, held_out))
