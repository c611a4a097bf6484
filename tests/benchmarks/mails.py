"""Mails of exactly so many words, put together from the held-back part of the starter set."""

import itertools
from collections import defaultdict
from collections.abc import Iterator

from data.examples import Example, read_examples
from tests.benchmarks.environments import ROOT

SEEDS = ROOT / "data" / "seeds"
WORDS = 60


def held_back() -> tuple[Example, ...]:
    """The starter set's mails that no model was trained on."""
    return tuple(example for example in read_examples([SEEDS / "examples.jsonl"]).examples if example.split == "test")


def sixty_words(count: int) -> list[dict[str, str]]:
    """`count` mails as the API takes them, languages in turn; a mail is whole customer mails of one language, cut at sixty words."""
    return list(itertools.islice(_mails(), count))


def _mails() -> Iterator[dict[str, str]]:
    by_language: dict[str, list[Example]] = defaultdict(list)
    for example in held_back():
        by_language[example.language or ""].append(example)
    rows = [itertools.cycle(examples) for _, examples in sorted(by_language.items())]
    for row in itertools.cycle(rows):
        first = next(row)
        words = first.body.split()
        while len(words) < WORDS:
            words += next(row).body.split()
        yield {"subject": first.subject, "body": " ".join(words[:WORDS])}
