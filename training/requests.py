"""Learning to tell two requests in one mail from one request in several sentences, from training mails that are put together in pairs.

Every mail is looked at by a topic head and a cutter that learnt from the other half of the mails, as new mail will be.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from data.examples import Example
from model.classifier import Reading, TopicHead
from model.encoder import Encoder, Vectors
from model.passages import Passages, mail_vector
from model.requests import Complete, Couple, Cutter, RequestHead, Stretches
from model.requests.head import SCALES, SIGNALS, hashed_words
from model.terms import Vocabulary
from training.cutting import fit_cutter, limit_of
from training.encoding import encode_texts
from training.progress import Progress

MOST_MAILS = 500
MOST_PAIRS = 1_500
FEWEST_OF_EACH = 40
# Of the mails that ask for one thing in several sentences, and whose topic is sure, so many may be taken for two.
MOST_LOST = 0.11
SURE = 0.9
STRENGTH = 0.3
JOINS = (" ", " ", "\n\n")
SEED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """Mails, cut into passages, with their vectors (n, d), and the topic head that learnt from the other half of them."""

    examples: Sequence[Example]
    cuts: Sequence[Passages]
    vectors: Vectors
    topics: TopicHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What turns texts into what the heads read, and shows how far it is; the vectors of those that were encoded."""

    vocabularies: tuple[Vocabulary, Vocabulary]
    encoder: Encoder
    progress: Progress
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    def read(self, texts: Sequence[str], vectors: Vectors) -> Reading:
        """Texts beside their vectors (n, d)."""
        return Reading.of(vectors, texts, *self.vocabularies)

    def stack(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts that were encoded."""
        return np.stack([self.vectors[text] for text in texts])


@dataclass(frozen=True, slots=True, kw_only=True)
class CutMail:
    """A mail cut into passages and stretches, with its topic and its vector (d,).

    The topic is None when it asks for two things; two mails put together have no vector yet.
    """

    cut: Passages
    stretches: Stretches
    topic: str | None = None
    vector: NDArray[np.float32] | None = None

    @classmethod
    def of(cls, cut: Passages, cutter: Cutter) -> "CutMail":
        """Find the stretches of a mail."""
        return cls(cut=cut, stretches=cutter.stretches(cut))

    @property
    def texts(self) -> tuple[str, ...]:
        """What is still to be encoded."""
        return self.stretches.texts if self.vector is not None else (*self.cut.texts, *self.stretches.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Mails that have something to couple, the topic head that did not see them, and texts and vectors (d,) of mails without."""

    topics: TopicHead
    mails: Sequence[CutMail]
    alone: Mapping[str, NDArray[np.float32]]

    @property
    def is_enough(self) -> bool:
        """Whether there are enough mails that ask for one thing, and for two."""
        two = sum(one.topic is None for one in self.mails)
        return min(two, len(self.mails) - two) >= FEWEST_OF_EACH


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledCouples:
    """Couples of mails (n), which of them ask for two things, and which ask for one thing that is surely known, (n,) each."""

    couples: list[Couple]
    is_two: NDArray[np.bool_]
    is_sure: NDArray[np.bool_]

    def rows(self, spreads: tuple[NDArray[np.float64], NDArray[np.float64]]) -> sp.csr_matrix:
        """Signals, vectors and words of every couple side by side."""
        signals = (np.array([couple.signals for couple in self.couples]) - spreads[0]) / spreads[1]
        vectors = np.array([(couple.vectors * SCALES).ravel() for couple in self.couples])
        words = sp.hstack([hashed_words([couple.texts[side] for couple in self.couples]) for side in (0, 1)])
        return sp.hstack([sp.csr_matrix(signals), sp.csr_matrix(vectors), words], format="csr")


def fit_requests(halves: Sequence[Half], reader: Reader) -> RequestHead:
    """Learn from two halves of the training mails; without enough mails of several sentences the rule of `RequestHead.untrained`."""
    crosswise = [fit_cutter(half.cuts) for half in reversed(halves)]
    cutters = [replace(one, limit=limit_of(one, half.cuts)) for one, half in zip(crosswise, halves, strict=True)]
    whole = fit_cutter([cut for half in halves for cut in half.cuts])
    ready = replace(whole, limit=float(np.mean([one.limit for one in cutters])))
    samples = [draw_sample(half, cutter) for half, cutter in zip(halves, cutters, strict=True)]
    if not all(sample.is_enough for sample in samples):
        return RequestHead.untrained()
    read = replace(reader, vectors=_vectors(samples, reader))
    complete = [fit_complete([sample], read) for sample in samples]
    labelled = [coupled(sample, other, read) for sample, other in zip(samples, reversed(complete), strict=True)]
    crossed = [fit_couples(learnt, ready, Complete()) for learnt in reversed(labelled)]
    odds = [[head.odds(couple) for couple in part.couples] for head, part in zip(crossed, labelled, strict=True)]
    both = LabelledCouples(
        couples=[couple for part in labelled for couple in part.couples],
        is_two=np.concatenate([part.is_two for part in labelled]),
        is_sure=np.concatenate([part.is_sure for part in labelled]),
    )
    if both.is_sure.sum() < FEWEST_OF_EACH:
        return RequestHead.untrained()
    limit = float(np.quantile(np.concatenate(odds)[both.is_sure], 1 - MOST_LOST, method="higher"))
    return replace(fit_couples(both, ready, fit_complete(samples, read)), limit=limit)


def fit_couples(labelled: LabelledCouples, cutter: Cutter, complete: Complete) -> RequestHead:
    """Logistic regression on couples; its limit is even odds."""
    signals = np.array([couple.signals for couple in labelled.couples])
    spread = signals.std(axis=0)
    centres, spreads = signals.mean(axis=0), np.where(spread < 1e-9, 1.0, spread)
    model = LogisticRegression(C=STRENGTH, max_iter=1_000).fit(labelled.rows((centres, spreads)), labelled.is_two)
    weights = model.coef_[0]
    vectors, words = np.split(weights[len(SIGNALS) :], [labelled.couples[0].vectors.size])
    return RequestHead(
        cutter=cutter,
        complete=complete,
        signals=np.array([centres, spreads, weights[: len(SIGNALS)]]),
        vectors=(vectors.reshape(labelled.couples[0].vectors.shape) * SCALES).astype(np.float32),
        words=words.reshape(2, -1).astype(np.float32),
        intercept=float(model.intercept_[0]),
        limit=0.0,
    )


def fit_complete(samples: Sequence[Sample], reader: Reader) -> Complete:
    """Mails of one sentence stand alone; sentences of longer ones mostly do not."""
    alone = np.array([vector for sample in samples for vector in sample.alone.values()])
    single = [mail for sample in samples for mail in sample.mails if mail.topic is not None]
    parts = np.array([reader.vectors[text] for mail in single for text in mail.stretches.texts])
    if min(len(alone), len(parts)) < FEWEST_OF_EACH:
        return Complete()
    rows = np.concatenate([alone, parts])
    model = LogisticRegression(C=STRENGTH * 10, max_iter=1_000).fit(rows, np.arange(len(rows)) < len(alone))
    return Complete(weights=model.coef_[0].astype(np.float32), intercept=float(model.intercept_[0]))


def draw_sample(half: Half, cutter: Cutter) -> Sample:
    """Single mails that have something to couple, and pairs of the mails that were looked at for them."""
    random = np.random.default_rng(SEED)
    looked: list[Example] = []
    singles: list[CutMail] = []
    alone: dict[str, NDArray[np.float32]] = {}
    for row in random.permutation(len(half.examples)):
        looked.append(half.examples[row])
        one = replace(CutMail.of(half.cuts[row], cutter), topic=_only_topic(looked[-1]), vector=half.vectors[row])
        if one.stretches.texts:
            singles.append(one)
        else:
            alone[one.cut.text] = half.vectors[row]
        if len(singles) == MOST_MAILS:
            break
    pairs = [CutMail.of(Passages.of(text), cutter) for text in joined(looked, random)]
    return Sample(topics=half.topics, mails=(*(pair for pair in pairs if pair.stretches.texts), *singles), alone=alone)


def coupled(sample: Sample, complete: Complete, reader: Reader) -> LabelledCouples:
    """Couples of mails, as their half's topic head sees them."""
    whole = [one.vector if one.vector is not None else mail_vector(reader.stack(one.cut.texts)) for one in sample.mails]
    own = sample.topics.probabilities(reader.read([one.cut.text for one in sample.mails], np.stack(whole)))
    blocks = [reader.stack(one.stretches.texts) for one in sample.mails]
    topics = sample.topics.probabilities(
        reader.read([text for one in sample.mails for text in one.stretches.texts], np.concatenate(blocks))
    )
    ends = np.cumsum([len(block) for block in blocks])[:-1]
    couples, sure = [], []
    for one, first, rows, vectors in zip(sample.mails, own, np.split(topics, ends), blocks, strict=True):
        column, certainty = int(first.argmax()), float(first.max())
        couples.append(Couple.of(one.stretches, rows, vectors, (column, certainty), complete))
        sure.append(one.topic == sample.topics.labels[column] and certainty >= SURE)
    is_two = np.array([one.topic is None for one in sample.mails], dtype=bool)
    return LabelledCouples(couples=couples, is_two=is_two, is_sure=np.array(sure, dtype=bool))


def joined(examples: Sequence[Example], random: np.random.Generator) -> Iterator[str]:
    """Two mails of one language and different topics, one behind the other."""
    for first, second in random.choice(len(examples), size=(MOST_PAIRS, 2)):
        one, other = examples[first], examples[second]
        if one.topic != other.topic and one.language == other.language:
            yield f"{one.content.strip()}{random.choice(JOINS)}{other.content.strip()}"


def _vectors(samples: Sequence[Sample], reader: Reader) -> Mapping[str, NDArray[np.float32]]:
    """Of every text by itself; that of a mail of one sentence is there already, and is a stretch of the pairs it is in."""
    known = {text: vector for sample in samples for text, vector in sample.alone.items()}
    missing = list(dict.fromkeys(text for sample in samples for mail in sample.mails for text in mail.texts if text not in known))
    return known | dict(zip(missing, encode_texts(reader.encoder, missing, reader.progress), strict=True))


def _only_topic(example: Example) -> str | None:
    """None for a mail that was labelled with two topics: it asks for two things."""
    return example.topic if len(example.topics) < 2 else None
