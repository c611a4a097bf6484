"""Banking77 as a contact centre would have it: learnt on two thirds of the training mails, judged on everything else."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from data.examples import Example, ReadOptions, read_examples
from data.taxonomy import Taxonomy
from model.encoder import load_encoder
from model.predictor import Predictor
from model.risk.grid import Grid
from tests.benchmarks.contest import DATASETS, MissingDataError
from tests.benchmarks.environments import BENCH
from tests.proofs.vectors import KeptVectors
from training.dataset import folds, short_hashes, without_known
from training.evaluate import encode_examples
from training.fit import Fitted, fit_vectors
from training.judge import Judged, Workbench, judge
from training.progress import Silent

FOLDER = DATASETS / "banking77"
READING = ReadOptions(mapping={"body": "text", "topic": "intent"})
PARTS = 3

Examples = tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Mails to draw calibrations from; nothing was learnt from any of them.

    scores (n,) that the answer is right · wrong (n,) whether it is not · groups (n,) the predicted topic · grid: fixed by the mails
    that were learnt from · topics: all names · learnt_from: number of mails.
    """

    scores: NDArray[np.float64]
    wrong: NDArray[np.bool_]
    groups: tuple[str, ...]
    grid: Grid
    topics: tuple[str, ...]
    learnt_from: int

    @property
    def accuracy(self) -> float:
        """Share of mails whose answer would be right if all were sent."""
        return 1 - float(self.wrong.mean())

    def best_coverage(self, alpha: float) -> float:
        """The largest share that any threshold can send with an error of at most alpha: what knowing the truth would give."""
        order = np.argsort(-self.scores, kind="stable")
        errors = self.wrong[order].cumsum() / np.arange(1, len(order) + 1)
        is_last_of_its_score = np.append(np.diff(self.scores[order]) != 0, True)
        allowed = np.flatnonzero((errors <= alpha) & is_last_of_its_score)
        return float(allowed[-1] + 1) / len(order) if len(allowed) else 0.0


def make_pool(encoder_name: str, score: str) -> Pool:
    """Learn and judge, about a minute; vectors are kept under `var/bench`. `score` is "answer" or "topic" (the topic's probability).

    Raises:
        MissingDataError: banking77 is not there.
    """
    taxonomy, learnt, rest = read_mails()
    encoder = KeptVectors(load_encoder(encoder_name), BENCH)
    bench = Workbench(encoder=encoder, answers=(), progress=Silent(), now=datetime.now(UTC))
    vectors = encode_examples((*learnt, *rest), bench)
    encoder.keep()
    fitted = fit_vectors(taxonomy, learnt, vectors[: len(learnt)], encoder, ((), Silent()))
    judged = judge(Predictor.of(fitted.parts, encoder, "benchmark"), rest, vectors[len(learnt) :], bench)
    scores, grid = _answer_scores(fitted, judged) if score == "answer" else _topic_scores(fitted, judged)
    return Pool(
        scores=scores,
        wrong=np.array([not right for right in judged.right]),
        groups=tuple(judged.labels[column] for column in judged.topics.argmax(axis=1)),
        grid=grid,
        topics=judged.labels,
        learnt_from=len(learnt),
    )


def read_mails() -> tuple[Taxonomy, Examples, Examples]:
    """The topics; two thirds of the training part to learn from, by text group; the other third with the development part, without
    texts that are learnt from.

    Raises:
        MissingDataError: banking77 is not there.
    """
    for name in ("train.jsonl", "dev.jsonl"):
        if not (FOLDER / name).is_file():
            raise MissingDataError(f"{FOLDER / name} is missing: put banking77 there as JSON lines with text and intent")
    train, dev = (read_examples([FOLDER / name], READING) for name in ("train.jsonl", "dev.jsonl"))
    fold = folds(train.examples, PARTS)[0]
    learnt = tuple(train.examples[row] for row in fold.train)
    rest = (*(train.examples[row] for row in fold.test), *dev.examples)
    return train.taxonomy, learnt, without_known(rest, short_hashes(learnt), "that is learnt from", drop=True)[0]


def _answer_scores(fitted: Fitted, judged: Judged) -> tuple[NDArray[np.float64], Grid]:
    if fitted.parts.score is None or judged.scores is None:
        raise MissingDataError("these parts have no score of answers: run with --score topic")
    return judged.scores, fitted.parts.score.grid


def _topic_scores(fitted: Fitted, judged: Judged) -> tuple[NDArray[np.float64], Grid]:
    unseen = fitted.parts.topics.link.probabilities(fitted.held_out.topic_scores)
    wrong = unseen.argmax(axis=1) != fitted.held_out.topics
    return judged.topics.max(axis=1).round(6), Grid.from_scores(unseen.max(axis=1), wrong)
