"""Speed and completeness of search in a large base: `python -m tests.proofs.search --answers 15000` (or 1000000) prints a table.

The base is made by a seed: topics, in them families of near-duplicates, many of one member and some of hundreds, vectors on the unit
sphere and texts of invented words. Questions lie farther from their family than its members do. `--http` also asks the questions of a
service, which encodes them; what it finds then means nothing, as the base's vectors come from no encoder. `--compare` measures the kinds
of index beside each other, on the vectors alone.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import faiss
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from data.answer import Answer, Variant
from model.encoder import EncoderReference, Vectors
from model.retriever import AnswerIndex
from model.search.hits import SearchFilters
from model.search.lexical import Question
from model.search.vector_index import CellVectors
from tests.benchmarks.table import grid
from tests.proofs.over_http import searched_over_http

DIM = 512
TOPICS = 300
WORDS = 30_000
TODAY = date(2026, 11, 21)
TOLERANCE = 1e-4
RANKS = 10
BLOCK = 20_000
Timed = list[float]


@dataclass(frozen=True, slots=True)
class SyntheticBase:
    """A base as it was made: answers, the vector of each, and questions with their vectors."""

    answers: tuple[Answer, ...]
    vectors: NDArray[np.float16]
    questions: tuple[str, ...]
    asked: Vectors


@dataclass(frozen=True, slots=True)
class ByText(Mapping[str, NDArray[np.float32]]):
    """Vectors by their text, without a second copy of them."""

    rows: Mapping[str, int]
    vectors: NDArray[np.float16]

    def __getitem__(self, text: str) -> NDArray[np.float32]:
        return np.asarray(self.vectors[self.rows[text]], dtype=np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class NoEncoder:
    """Stands where an encoder is asked for; every text has its vector already."""

    reference: EncoderReference = EncoderReference(name="none", revision="1", sha256="", dim=DIM)
    batches: bool = True

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Nothing is left to encode."""
        assert not texts, f"{len(texts)} texts without a vector"
        return np.zeros((0, DIM), dtype=np.float32)


def make(count: int, questions: int, seed: int = 7) -> SyntheticBase:
    """A base of `count` answers with one text each."""
    random = np.random.default_rng(seed)
    sizes = np.minimum(random.zipf(1.6, count), 300)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), count)) + 1]
    family = random.permutation(np.repeat(np.arange(len(sizes)), sizes)[:count])
    topics = _unit(random.standard_normal((TOPICS, DIM), dtype=np.float32))
    topic = random.integers(0, TOPICS, len(sizes))
    centres = _near(topics[topic], 1.0, random)
    vectors = np.concatenate([_near(centres[family[at : at + BLOCK]], 0.35, random).astype(np.float16) for at in range(0, count, BLOCK)])
    vocabulary = np.array(_words(random))
    told = (np.minimum(random.zipf(1.2, (len(sizes), 24)), WORDS) - 1).astype(np.int32)
    answers = tuple(
        Answer(
            id=f"a{number:07}",
            topic=f"topic-{topic[of]}",
            variants=(Variant(language="en", title=" ", body=f"{' '.join(vocabulary[told[of]])} {number}"),),
        )
        for number, of in enumerate(family)
    )
    chosen = random.choice(count, questions, replace=False)
    texts = tuple(" ".join(vocabulary[random.choice(told[family[one]], 8)]) for one in chosen)
    return SyntheticBase(answers, vectors, texts, _near(centres[family[chosen]], 0.8, random))


def measure(made: SyntheticBase, *, http: bool) -> list[tuple[str, str]]:
    """Build, search, compare with an exhaustive search, edit; `http`: search also over HTTP, on the index as it was built."""
    known = ByText({answer.variants[0].body: row for row, answer in enumerate(made.answers)}, made.vectors)
    start = time.perf_counter()
    index = AnswerIndex.build(made.answers, NoEncoder(), "1", known)
    lines = [("built in", f"{time.perf_counter() - start:.1f} s"), ("peak memory, the made base included", f"{_peak():.1f} GB")]
    with threadpool_limits(limits=1):
        found, times = _searches(index, made)
        lines.append(("search without encoding, p50 / p99", _percentiles(times)))
        lines.append(("CPU of a search, mean", f"{1000 * _cpu(lambda: _searches(index, made)) / len(made.questions):.1f} ms"))
        lines.append((f"recall@{RANKS} of exhaustive search", f"{_complete(index, made, found):.4f}"))
        if http:
            spent = searched_over_http(index, made.questions)
            lines.append(("search over HTTP with encoding, p50 / p99", f"{spent.at(0.5):.1f} / {spent.at(0.99):.1f} ms"))
        index, times = _edits(index, made, 200)
        lines.append(("single edit, p50 / p99", _percentiles(times)))
        found, times = _searches(index, made)
        lines.append(("search after 200 edits, p50 / p99", _percentiles(times)))
        lines.append((f"recall@{RANKS} after 200 edits", f"{_complete(index, made, found):.4f}"))
    return lines


def _searches(index: AnswerIndex, made: SyntheticBase) -> tuple[list[list[str]], Timed]:
    found, times = [], []
    for text, vector in zip(made.questions, made.asked, strict=True):
        start = time.perf_counter()
        hits = index.search(text, vector, SearchFilters(today=TODAY, language="en"), {}, RANKS)
        times.append(time.perf_counter() - start)
        found.append([hit.answer_id for hit in hits])
    return found, times


def _complete(index: AnswerIndex, made: SyntheticBase, found: list[list[str]]) -> float:
    """Share of the places of the result lists that hold an answer at least as good as the tenth best of all, within 1e-4."""
    shares = []
    for text, vector, ids in zip(made.questions, made.asked, found, strict=True):
        question = Question.of(text, index.frequencies)
        cosines = np.concatenate([made.vectors[at : at + BLOCK].astype(np.float32) @ vector for at in range(0, len(made.vectors), BLOCK)])
        scores = cosines + index.weights.lexical * index.main.terms.scores(question) + index.weights.language
        tenth = np.partition(scores, -RANKS)[-RANKS]
        shares.append(np.mean([scores[int(answer_id[1:])] >= tenth - TOLERANCE for answer_id in ids]))
    return float(np.mean(shares))


def _edits(index: AnswerIndex, made: SyntheticBase, count: int) -> tuple[AnswerIndex, Timed]:
    """Change one answer after the other, each time to what it says already: so results can still be compared."""
    times = []
    for number in np.random.default_rng(1).choice(len(made.answers), count, replace=False):
        answer = replace(made.answers[number], version=2)
        start = time.perf_counter()
        index = index.patched(str(number), [answer], (), NoEncoder())
        times.append(time.perf_counter() - start)
    return index, times


def compare(made: SyntheticBase) -> list[tuple[str, str, str, str, str]]:
    """Kinds of index on the vectors alone: recall@10 of exhaustive search, time of a query, time to build."""
    matrix = made.vectors.astype(np.float32)
    flat = faiss.IndexFlatIP(DIM)
    flat.add(matrix)
    tenth = flat.search(made.asked, RANKS)[0][:, -1]
    lines = [("index", "reads", "recall@10", "p50 / p99", "built in")]
    lines.append((*_compared("all compared", "all", lambda query: flat.search(query, RANKS)[1][0], (made, matrix, tenth)), ""))
    start = time.perf_counter()
    cells = CellVectors.build(made.vectors)
    built = f"{time.perf_counter() - start:.0f} s"
    for probes in (cells.probes // 8, cells.probes, cells.probes * 2):
        search = partial(_in_cells, replace(cells, probes=probes))
        lines.append((*_compared("cells, fp16", f"{probes} of {cells.index.nlist}", search, (made, matrix, tenth)), built))
    start = time.perf_counter()
    graph = faiss.IndexHNSWSQ(DIM, faiss.ScalarQuantizer.QT_fp16, 32, faiss.METRIC_INNER_PRODUCT)  # type: ignore[arg-type]
    graph.train(matrix[:BLOCK])
    graph.add(matrix)
    built = f"{time.perf_counter() - start:.0f} s"
    for width in (64, 256, 1_024):
        graph.hnsw.efSearch = width
        search = partial(_in_graph, graph)
        lines.append((*_compared("HNSW 32, fp16", f"ef {width}", search, (made, matrix, tenth)), built))
    return lines


def _compared(
    name: str, reads: str, search: Callable[[Vectors], NDArray[np.int64]], against: tuple[SyntheticBase, Vectors, Vectors]
) -> tuple[str, str, str, str]:
    made, matrix, tenth = against
    times, shares = [], []
    with threadpool_limits(limits=1):
        for query, least in zip(made.asked, tenth, strict=True):
            start = time.perf_counter()
            rows = search(query[None])
            times.append(time.perf_counter() - start)
            shares.append(min(int((matrix[rows[rows >= 0]] @ query >= least - TOLERANCE).sum()), RANKS) / RANKS)
    return name, reads, f"{np.mean(shares):.4f}", _percentiles(times)


def _in_cells(cells: CellVectors, query: Vectors) -> NDArray[np.int64]:
    return cells.nearest(query[0], 64)


def _in_graph(graph: faiss.IndexHNSWSQ, query: Vectors) -> NDArray[np.int64]:
    return np.asarray(graph.search(query, 64)[1][0])


def _words(random: np.random.Generator) -> list[str]:
    """Invented words of two to four syllables."""
    syllables = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "an", "er", "il")]
    return ["".join(random.choice(syllables, random.integers(2, 5))) for _ in range(WORDS)]


def _near(centres: Vectors, distance: float, random: np.random.Generator) -> Vectors:
    return _unit(centres + random.standard_normal(centres.shape, dtype=np.float32) * np.float32(distance / np.sqrt(DIM)))


def _unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def _percentiles(times: Timed) -> str:
    return " / ".join(f"{1000 * float(np.percentile(times, share)):.1f}" for share in (50, 99)) + " ms"


def _cpu(work: Callable[[], object]) -> float:
    """Seconds of this process alone: on a busy machine the clock tells of its neighbours."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--answers", type=int, default=15_000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--http", action="store_true")
    parser.add_argument("--compare", action="store_true")
    given = parser.parse_args()
    made = make(given.answers, given.questions)
    if given.compare:
        sys.stdout.write(grid(compare(made), left=2) + "\n")
    else:
        title = f"{given.answers:,} answers, {given.questions} questions"
        sys.stdout.write(grid([(title, "measured"), *measure(made, http=given.http)]) + "\n")


if __name__ == "__main__":
    main()
