"""A heap of a million answers: texts and vectors, written block by block, so that memory does not grow with the rows.

Limits, on purpose: a family is three core sentences of different situations, so the texts make no sense as a whole. Each sentence names
the family's own product, as in a shop that answers the same for thousands of goods: whatever sentences a copy has lost, it says which
family it is of. A sentence is shared by dozens of families that differ in the product alone; no two families of a language share two.
There are no questions. A row's vector is the centre of its family with noise instead of what an encoder makes of the text: centres and
copies lie as far apart as those of the heap of 15,000 in the default encoder, and a trap as near to its original as a copy.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from tests.proofs.banks import LANGUAGES, SPOT, VALUE_BEGINS, VALUE_ENDS, Phrases, phrases, situations, stated
from tests.proofs.edits import Piece, edited
from tests.proofs.heap import COLUMNS, FIRST_DAY, SEED, family_sizes

ROWS, FAMILIES, TRAPS = 1_000_000, 60_000, 33_000
DIM = 512
BLOCK = 20_000
THEMES = 400
# Measured with the default encoder on the heap of 15,000: the mean cosine of any two originals, what one language adds, what one theme.
ANY, LANGUAGE, THEME = 0.30, 0.04, 0.06
# 1 - cosine of a copy and its family's centre is gamma distributed: median 0.11, one in twenty above 0.28.
NOISE_SHAPE, NOISE_SCALE, NOISE_MOST = 2.2, 0.055, 0.75
# Variance of the n-th direction falls as 1 / (n + 2), so that about sixty of them count, as with real texts.
SPECTRUM = (1.0 / np.sqrt(np.arange(DIM) + 2.0)).astype(np.float32)
SYLLABLES = ("bac", "cor", "del", "fen", "gra", "hil", "jor", "kel", "lum", "mer", "nox", "ost", "pra", "qui", "ras", "sol", "tev", "zan")


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeHeap:
    """How much was written."""

    rows: int
    families: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A family before any copy: its language, product, sentences and the spot that a trap changes."""

    language: str
    product: str
    sentences: tuple[str, ...]
    theme: int
    trap: tuple[int, int, int] | None


def write_large_heap(folder: Path, rows: int = ROWS, seed: int = SEED) -> LargeHeap:
    """Write `base.csv`, `vectors.npy` (float32 of norm 1) and `families.npy` (a number for each row; traps have their own).

    `truth.json` holds the pairs of numbers of original and trap.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = Random(seed)
    families = max(len(LANGUAGES), round(rows * FAMILIES / ROWS))
    recipes = list(_recipes(families, random))
    sizes = family_sizes(families, rows - round(rows * TRAPS / ROWS))
    random.shuffle(sizes)
    numbers = np.repeat(np.arange(families, dtype=np.int32), sizes)
    trapped = [number for number, recipe in enumerate(recipes) if recipe.trap][: rows - len(numbers)]
    numbers = np.concatenate([numbers, families + np.arange(len(trapped), dtype=np.int32)])
    originals = np.concatenate([np.arange(families, dtype=np.int32), np.array(trapped, dtype=np.int32)])
    numbers = numbers[np.random.default_rng(seed).permutation(len(numbers))]
    np.save(folder / "families.npy", numbers)
    pairs = [[int(number), families + place] for place, number in enumerate(trapped)]
    (folder / "truth.json").write_text(json.dumps({"seed": seed, "traps": pairs}) + "\n", encoding="utf-8")
    _write_texts(folder / "base.csv", numbers, originals, recipes, random)
    _write_vectors(folder / "vectors.npy", originals[numbers], recipes, seed)
    return LargeHeap(rows=len(numbers), families=len(originals))


def _recipes(count: int, random: Random) -> Iterator[Recipe]:
    """Sentences so that no two families of a language share two of them."""
    pools = {language: [text for situation in situations(language) for text in situation.sentences] for language in LANGUAGES}
    taken: dict[str, set[tuple[int, int]]] = {language: set() for language in LANGUAGES}
    for number in range(count):
        language = LANGUAGES[number % len(LANGUAGES)]
        pool, used = pools[language], taken[language]
        chosen = sorted(random.sample(range(len(pool)), 3))
        while any(pair in used for pair in combinations(chosen, 2)):
            chosen = sorted(random.sample(range(len(pool)), 3))
        used.update(combinations(chosen, 2))
        random.shuffle(chosen)
        sentences = tuple(pool[place] for place in chosen)
        spots = [(place, text) for place, text in enumerate(sentences) if _numbers(text)]
        trap = (spots[0][0], 0, 1) if spots else None
        yield Recipe(language=language, product=_product(random), sentences=sentences, theme=random.randrange(THEMES), trap=trap)


def _numbers(sentence: str) -> bool:
    """Its first spot holds values with figures."""
    found = SPOT.search(sentence)
    return found is not None and all(any(sign.isdigit() for sign in value) for value in found[1].split("|"))


def _product(random: Random) -> str:
    name = "".join(random.sample(SYLLABLES, random.choice((2, 3)))).capitalize()
    return f"{name} {random.choice('ABCDEFGHKLMNPRSTVX')}{random.randrange(10, 9_999)}"


def _write_texts(path: Path, numbers: NDArray[np.int32], originals: NDArray[np.int32], recipes: list[Recipe], random: Random) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for row, number in enumerate(numbers.tolist()):
            recipe = recipes[originals[number]]
            words = phrases(recipe.language)
            body = _body(recipe, words, random, is_trap=number >= len(recipes))
            topic, uses = f"theme-{recipe.theme}", int(random.paretovariate(1.1)) - 1
            writer.writerow((f"M{row:07d}", recipe.product, body, recipe.language, topic, uses, FIRST_DAY.isoformat(), ""))


def _body(recipe: Recipe, words: Phrases, random: Random, *, is_trap: bool) -> str:
    choice = recipe.trap if is_trap else None
    name = f" ({VALUE_BEGINS}{recipe.product}{VALUE_ENDS})"
    texts = [stated(text, place, choice) for place, text in enumerate(recipe.sentences)]
    pieces = [Piece(text=f"{text[:-1]}{name}{text[-1]}", core=place) for place, text in enumerate(texts)]
    return edited(pieces, words, random, keep=choice[0] if choice else None, strength=0.6).body


def _write_vectors(path: Path, families: NDArray[np.int32], recipes: list[Recipe], seed: int) -> None:
    chance = np.random.default_rng(seed)
    common, languages, themes = _directions(chance, 1), _directions(chance, len(LANGUAGES)), _directions(chance, THEMES)
    places = np.array([LANGUAGES.index(recipe.language) for recipe in recipes])
    themed = np.array([recipe.theme for recipe in recipes])
    with path.open("wb") as stream:
        write_array_header_1_0(stream, {"descr": "<f4", "fortran_order": False, "shape": (len(families), DIM)})
        for start in range(0, len(families), BLOCK):
            block = families[start : start + BLOCK]
            shared = np.sqrt(ANY) * common + np.sqrt(LANGUAGE) * languages[places[block]] + np.sqrt(THEME) * themes[themed[block]]
            own = np.concatenate([_directions(np.random.default_rng((seed, int(family))), 1) for family in block])
            centre = _of_norm_1(shared + np.sqrt(1 - ANY - LANGUAGE - THEME) * own)
            cosine = 1 - np.minimum(NOISE_MOST, chance.gamma(NOISE_SHAPE, NOISE_SCALE, size=(len(block), 1)))
            noise = _directions(chance, len(block))
            noise = _of_norm_1(noise - (noise * centre).sum(axis=1, keepdims=True) * centre)
            _of_norm_1(cosine * centre + np.sqrt(1 - cosine**2) * noise).astype("<f4").tofile(stream)


def _directions(chance: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Unit rows, shape (count, DIM)."""
    return _of_norm_1(SPECTRUM * chance.standard_normal((count, DIM), dtype=np.float32))


def _of_norm_1(rows: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
