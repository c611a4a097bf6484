"""How often a question finds its answer: `python -m tests.proofs.questions` prints the figures of search beside what they must reach.

Everything runs through `AnswerIndex.search` with the default encoder. stackfaq (real questions, each put in ten other ways) is read
from the folder of public data sets; the starter base is the project's own.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from data.answer import Answer, Variant, load_answers
from data.examples import Example, read_examples
from model.bundle import Bundle
from model.encoder import Encoder, Vectors, encode_in_chunks, load_encoder
from model.nearness.likeness import pair_likeness
from model.predictor import Predictor
from model.retriever import AnswerIndex
from model.search.hits import SearchFilters, SearchWeights
from model.search.keys import keys_of
from model.terms import masked
from tests.benchmarks.mails import SEEDS
from tests.benchmarks.starter import starter_bundle
from tests.benchmarks.table import grid

STACKFAQ = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "stackfaq" / "faq.jsonl"
TODAY = date(2026, 11, 21)
SPELLING_ALONE = SearchWeights(lexical=1_000.0)
VECTORS_ALONE = SearchWeights(mean=0.0, lexical=0.0)
RANKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A text that somebody searches with, its vector, and the answers that are right."""

    text: str
    vector: NDArray[np.float32]
    right: frozenset[str]
    language: str = "en"
    prior: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One thread of stackfaq: its title, the same question in other words, and what was answered."""

    id: str
    question: str
    paraphrases: tuple[str, ...]
    answers: tuple[str, ...]

    def answer(self, bodies: int) -> Answer:
        """The thread as an answer whose body is the first replies."""
        body = "\n\n".join(self.answers[:bodies])
        return Answer(id=self.id, variants=(Variant(language="en", title=self.question, body=body),))


def threads() -> tuple[Thread, ...]:
    """Every thread of stackfaq."""
    rows = [json.loads(line) for line in STACKFAQ.read_text(encoding="utf-8").splitlines()]
    return tuple(
        Thread(id=row["id"], question=row["question"], paraphrases=tuple(row["paraphrases"]), answers=tuple(row["answers"])) for row in rows
    )


def encoded(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """One vector a text."""
    return np.vstack(list(encode_in_chunks(encoder, texts)))


def recall(index: AnswerIndex, asked: Sequence[Query]) -> NDArray[np.float64]:
    """Share of questions with a right answer among the first 1, 2, … 10."""
    ranks = np.zeros((len(asked), RANKS))
    for number, one in enumerate(asked):
        hits = index.search(one.text, one.vector, SearchFilters(today=TODAY, language=one.language), one.prior, RANKS)
        place = next((rank for rank, hit in enumerate(hits) if hit.answer_id in one.right), RANKS)
        ranks[number, place:] = 1
    return np.asarray(ranks.mean(axis=0))


def paraphrase_recall(encoder: Encoder, bodies: int, weights: Sequence[SearchWeights]) -> list[NDArray[np.float64]]:
    """Recall of the threads of stackfaq by their paraphrases, for some ways to weigh."""
    found = threads()
    texts = [text for thread in found for text in thread.paraphrases]
    right = [frozenset([thread.id]) for thread in found for _ in thread.paraphrases]
    asked = [
        Query(text=text, vector=vector, right=ids, prior={})
        for text, vector, ids in zip(texts, encoded(encoder, texts), right, strict=True)
    ]
    index = AnswerIndex.build([thread.answer(bodies) for thread in found], encoder, "stackfaq")
    return [recall(replace(index, weights=one), asked) for one in weights]


def duplicate_precision(encoder: Encoder) -> float:
    """Average precision of the pairs of paraphrases and titles that belong to one thread."""
    found = threads()
    texts = [text for thread in found for text in (thread.question, *thread.paraphrases)]
    of = np.array([number for number, thread in enumerate(found) for _ in (0, *thread.paraphrases)])
    pairs = np.stack(np.triu_indices(len(texts), 1), axis=1)
    scores = pair_likeness(texts, encoded(encoder, texts), pairs)
    return float(average_precision_score(of[pairs[:, 0]] == of[pairs[:, 1]], scores))


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """The starter base, the mails that no model was trained on, and the vectors of what was encoded so far."""

    answers: tuple[Answer, ...]
    encoder: Encoder
    vectors: dict[str, NDArray[np.float32]]
    mails: tuple[Example, ...]

    @classmethod
    def load(cls, encoder: Encoder) -> "Starter":
        """Read the seeds of the project, and encode the answers."""
        answers = load_answers(SEEDS / "answers")
        mails = tuple(one for one in read_examples([SEEDS / "examples.jsonl"]).examples if one.split == "test")
        texts = [key.text for answer in answers for key in keys_of(answer)]
        return cls(answers=answers, encoder=encoder, vectors=dict(zip(texts, encoded(encoder, texts), strict=True)), mails=mails)

    @property
    def languages(self) -> tuple[str, ...]:
        """All languages of the base."""
        return tuple(sorted({variant.language for answer in self.answers for variant in answer.variants}))

    def only_in(self, language: str) -> AnswerIndex:
        """The base as if its answers had been written in one language alone."""
        cut = [replace(answer, variants=tuple(v for v in answer.variants if v.language == language)) for answer in self.answers]
        return AnswerIndex.build(cut, self.encoder, language, self.vectors)

    def questions(self, language: str, predictor: Predictor | None) -> list[Query]:
        """Every example question in a language; with a predictor, the probabilities of its topics too."""
        return [
            self.asked(question, frozenset([answer.id]), language, predictor)
            for answer in self.answers
            for variant in answer.variants
            if variant.language == language
            for question in variant.questions
        ]

    def held_back(self, language: str, predictor: Predictor | None) -> Iterator[tuple[Example, Query]]:
        """The held-back mails in a language that some answer of the base is right for by its topic."""
        for mail in self.mails:
            if mail.language == language and mail.in_scope:
                right = frozenset(answer.id for answer in self.answers if answer.topic == mail.topic)
                if right:
                    yield mail, self.asked(mail.content, right, language, predictor)

    def asked(self, text: str, right: frozenset[str], language: str, predictor: Predictor | None) -> Query:
        """A text to search with."""
        if text not in self.vectors:
            self.vectors[text] = self.encoder.encode([text])[0]
        vector = self.vectors[text]
        prior: dict[str, float] = {}
        if predictor is not None:
            topics = predictor.opinions(predictor.read(vector[None], [masked(text)])).topics[0]
            prior = dict(zip(predictor.parts.topics.labels, topics.tolist(), strict=True))
        return Query(text=text, vector=vector, right=right, language=language, prior=prior)


def across_languages(starter: Starter, predictor: Predictor | None = None) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Recall of the question in one language against the answers in another, for every pair of two languages."""
    bases = {language: starter.only_in(language) for language in starter.languages}
    questions = {language: starter.questions(language, predictor) for language in starter.languages}
    return {(asked, written): recall(bases[written], questions[asked]) for asked, written in permutations(starter.languages, 2)}


def topics_found(starter: Starter, asked: str, written: str, predictor: Predictor | None = None) -> dict[str, float]:
    """For every topic, the share of its held-back mails in one language that find an answer of it among the first three in another."""
    index = starter.only_in(written)
    found: dict[str, list[float]] = defaultdict(list)
    for mail, one in starter.held_back(asked, predictor):
        found[mail.topic or ""].append(recall(index, [one])[2])
    return {topic: float(np.mean(shares)) for topic, shares in sorted(found.items())}


def good_shares(starter: Starter, languages: Collection[str]) -> dict[str, float]:
    """How often the first hit is called good: for texts that the base answers, rightly or wrongly, and for texts that it does not."""
    index = AnswerIndex.build(starter.answers, starter.encoder, "starter", starter.vectors)
    groups: dict[str, list[Query]] = defaultdict(list)
    for language in languages:
        groups["held-back mails"] += [one for _, one in starter.held_back(language, None)]
    for mail in (mail for mail in starter.mails if not mail.in_scope):
        groups["mails about something else"].append(starter.asked(mail.content, frozenset(), mail.language or "", None))
    shares: dict[str, list[bool]] = defaultdict(list)
    for name, asked in groups.items():
        for one in asked:
            first = index.search(one.text, one.vector, SearchFilters(today=TODAY, language=one.language), one.prior, 1)[0]
            verdict = "" if not one.right else ", right first" if first.answer_id in one.right else ", wrong first"
            shares[name + verdict].append(first.is_good)
    return {name: float(np.mean(good)) for name, good in shares.items()}


def main() -> None:
    """Print every figure."""
    encoder = load_encoder()
    if STACKFAQ.is_file():
        sys.stdout.write(_stackfaq(encoder) + "\n\n")
    else:
        sys.stdout.write(f"{STACKFAQ} is not there: the figures on stackfaq are left out.\n\n")
    starter = Starter.load(encoder)
    predictor = Bundle.load(starter_bundle().resolve()).predictor(encoder)
    sys.stdout.write(_starter(starter, predictor) + "\n")


def _stackfaq(encoder: Encoder) -> str:
    weights = (SPELLING_ALONE, VECTORS_ALONE, SearchWeights())
    lines = [("stackfaq: 750 paraphrases, 75 threads", "recall@1", "@5", "must be")]
    for bodies, keys in ((0, "titles alone"), (1, "titles and first replies")):
        for name, shares in zip(("spelling", "vectors", "both"), paraphrase_recall(encoder, bodies, weights), strict=True):
            lines.append((f"{keys}: {name}", f"{shares[0]:.3f}", f"{shares[4]:.3f}", ".890 .980" if name == "both" else ""))
    lines.append(("duplicate pairs: average precision", f"{duplicate_precision(encoder):.3f}", "", ".800"))
    return grid(lines)


def _starter(starter: Starter, predictor: Predictor) -> str:
    lines = [("starter base", "recall@1", "@3", "least of 20", "must be")]
    for name, prior in (("", None), (", topics known", predictor)):
        shares = np.array(list(across_languages(starter, prior).values()))
        mean, least = shares.mean(axis=0), shares[:, 2].min()
        lines.append((f"a question in another language{name}", f"{mean[0]:.3f}", f"{mean[2]:.3f}", f"{least:.3f}", ".900"))
    for name, prior in (("", None), (", topics known", predictor)):
        topics = topics_found(starter, "es", "fr", prior)
        most = np.mean([share > 0.5 for share in topics.values()])
        mean = np.mean(list(topics.values()))
        lines.append(
            (f"Spanish mails, French answers{name}", "", f"{mean:.3f}", f"{min(topics.values()):.3f}", f"{most:.3f} topics ≥ .900")
        )
    goods = [
        ("first hit called good", "share"),
        *((name, f"{share:.3f}") for name, share in good_shares(starter, starter.languages).items()),
    ]
    return grid(lines) + "\n\n" + grid(goods)


if __name__ == "__main__":
    main()
