"""A model of banking77, learnt as the benchmark learns it, and mails of other data sets that it never saw."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from data.examples import Example
from model.encoder import load_encoder
from model.predictor import Predictor
from model.risk import Grid, Scope
from tests.benchmarks.contest import DATASETS, MissingDataError
from tests.benchmarks.environments import BENCH
from tests.benchmarks.guarantee_mails import read_mails
from tests.proofs.vectors import KeptVectors
from training.evaluate import encode_examples
from training.fit import fit_vectors
from training.guarantee import Calibration, from_judged, with_regions
from training.judge import Workbench, judge
from training.progress import Silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A predictor that learnt two thirds of banking77, and the mails that it did not learn from."""

    predictor: Predictor
    bench: Workbench
    pool: tuple[Example, ...]

    @classmethod
    def learn(cls, without: frozenset[str] = frozenset()) -> "Bank":
        """Learn, about half a minute; vectors that the benchmark kept are not made again.

        Nothing is learnt of the topics in `without`: their mails join the pool.

        Raises:
            MissingDataError: banking77 is not there.
        """
        taxonomy, everything, pool = read_mails()
        learnt = tuple(example for example in everything if example.topic not in without)
        pool = (*pool, *(example for example in everything if example.topic in without))
        encoder = KeptVectors(load_encoder(), BENCH)
        bench = Workbench(encoder=encoder, answers=(), progress=Silent(), now=datetime.now(UTC))
        parts = fit_vectors(taxonomy, learnt, encode_examples(learnt, bench), encoder, ((), Silent())).parts
        return cls(predictor=with_regions(Predictor.of(parts, encoder, "proof")), bench=bench, pool=pool)

    @property
    def grid(self) -> Grid:
        """The thresholds that may be chosen.

        Raises:
            MissingDataError: the model has no score of answers.
        """
        if self.predictor.parts.score is None:
            raise MissingDataError("the model has no score of answers")
        return self.predictor.parts.score.grid

    def judged(self, examples: Sequence[Example]) -> Calibration:
        """Scores, errors and novelty of mails."""
        vectors = encode_examples(examples, self.bench)
        return from_judged(judge(self.predictor, examples, vectors, self.bench), Scope.ALL)


def foreign_mails() -> Iterator[Example]:
    """What a bank's model has no topic for: CLINC150's rows that are out of scope, and all of HINT3."""
    for row in (*rows_of("clinc150_oos"), *rows_of("hint3")):
        if "bot" in row or not row["in_scope"]:
            yield Example(id=row["id"], body=row["text"], language="en", in_scope=False)


def rows_of(name: str, *files: str) -> list[dict[str, Any]]:
    """All rows of a data set, or those of some files.

    Raises:
        MissingDataError: it is not there.
    """
    folder = DATASETS / name
    if not (folder / "train.jsonl").is_file():
        raise MissingDataError(f"{folder} is missing: put {name} there as JSON lines")
    texts = [(folder / file).read_text(encoding="utf-8") for file in files or ("train.jsonl", "dev.jsonl")]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def mixed(own: Calibration, foreign: Calibration, share: float, size: int, random: np.random.Generator) -> Calibration:
    """Mails drawn with replacement, `share` of them foreign, in random order."""
    strangers = int(random.binomial(size, share))
    parts = (
        own.take(random.integers(len(own.scores), size=size - strangers)),
        foreign.take(random.integers(len(foreign.scores), size=strangers)),
    )
    together = Calibration(
        examples=(*parts[0].examples, *parts[1].examples),
        scores=np.concatenate([part.scores for part in parts]),
        wrong=np.concatenate([part.wrong for part in parts]),
        novelty=np.concatenate([part.novelty for part in parts]),
        groups=(*parts[0].groups, *parts[1].groups),
        topics=(*parts[0].topics, *parts[1].topics),
        regions=np.concatenate([part.regions for part in parts]),
    )
    return together.take(random.permutation(size))
