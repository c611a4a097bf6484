"""The heap that agents leave behind: thousands of edited copies of a few hundred answers, with traps among them, from a seed.

An original is one situation in one language. A family is an original and its copies. A trap is a copy that states another rule
value in exactly one place (and its own copies): a family of its own that must never be merged with the original's, and that
contradicts it. The truth says of every row which family it is of, which values it still states, and what was done to it.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.proofs.banks import LANGUAGES, Change, Phrases, Situation, changes, phrases, situations, stated, values_of
from tests.proofs.edits import Edited, Piece, edited, filled

SEED = 17
ROWS, ORIGINALS, TRAPS, QUESTIONS = 15_000, 900, 500, 2_000
SECOND_TRAPS = 0.16  # share of the traps that are the second of their original
COPIED_TRAPS = 0.25
FIRST_DAY, DAYS = date(2021, 1, 4), 1_400
COLUMNS = ("id", "title", "body", "language", "topic", "uses", "updated", "agent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A situation in one language with the standard sentences that its first author put to it."""

    situation: Situation
    language: str
    standard: tuple[str, ...]
    opens_with_standard: bool

    @property
    def id(self) -> str:
        """The name of its family."""
        return f"{self.language}/{self.situation.key}"

    def pieces(self, change: Change | None = None) -> list[Piece]:
        """Its sentences, with one value changed or none."""
        choice = change.choice if change else None
        core = [Piece(text=stated(text, number, choice), core=number) for number, text in enumerate(self.situation.sentences)]
        around = [Piece(text=text) for text in self.standard]
        return around[:1] + core + around[1:] if self.opens_with_standard else core + around


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One saved answer and the truth about it; `stated` is what the core sentences that are left say."""

    title: str
    body: str
    language: str
    topic: str
    uses: int
    updated: date
    agent: str
    family: str
    original: str
    stated: Mapping[str, str]
    edits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """A family that states one value otherwise than its original."""

    family: str
    original: str
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    """A base with its truth. `rows` are shuffled; ids are given in this order."""

    seed: int
    originals: tuple[Original, ...]
    rows: tuple[tuple[str, Row], ...]
    traps: tuple[Trap, ...]
    questions: tuple[tuple[str, str], ...]  # text, family


def make_heap(rows: int = ROWS, seed: int = SEED) -> Heap:
    """The heap of so many copies; smaller ones have fewer originals and traps in proportion, larger ones larger families."""
    random = Random(seed)
    share = min(1.0, rows / ROWS)
    originals = _originals(max(2, round(share * ORIGINALS / len(LANGUAGES))), random)
    traps = _traps(originals, max(5, round(share * TRAPS)), random)
    by_id = {original.id: original for original in originals}
    sizes = family_sizes(len(originals), rows)
    random.shuffle(sizes)
    made = [row for original, size in zip(originals, sizes, strict=True) for row in _family(original, size, random)]
    made += [row for trap in traps for row in _trap_family(by_id[trap.original], trap, random)]
    random.shuffle(made)
    asked = [(question, original.id) for original in originals for question in original.situation.questions]
    random.shuffle(asked)
    return Heap(
        seed=seed,
        originals=originals,
        rows=tuple((f"A{number:06d}", row) for number, row in enumerate(made, start=1)),
        traps=traps,
        questions=tuple(asked[: max(1, round(share * QUESTIONS))]),
    )


def family_sizes(families: int, rows: int) -> list[int]:
    """Sizes that add up to `rows`: a few families of 150 and more, many of three to five."""
    weights = [(rank + families / 22.5) ** -1.4 for rank in range(families)]
    scale = (rows - 1.5 * families) / sum(weights)
    sizes = [max(2, round(1.5 + scale * weight)) for weight in weights]
    for number in range(abs(rows - sum(sizes))):
        sizes[number % families] += 1 if rows > sum(sizes) else -1
    return sizes


def _originals(each: int, random: Random) -> tuple[Original, ...]:
    """The same situations in every language, so that each is a translation of four others."""
    banks = {language: {situation.key: situation for situation in situations(language)} for language in LANGUAGES}
    shared = sorted(set.intersection(*(set(bank) for bank in banks.values())))
    keys = random.sample(shared, min(each, len(shared)))
    return tuple(_original(banks[language][key], language, random) for language in LANGUAGES for key in keys)


def _original(situation: Situation, language: str, random: Random) -> Original:
    fewest = max(1, 3 - len(situation.sentences))
    chosen = random.sample(phrases(language).standard, random.randint(fewest, fewest + 1))
    texts = tuple(first for first, _ in chosen)
    return Original(situation=situation, language=language, standard=texts, opens_with_standard=random.random() < 0.15)


def _traps(originals: Sequence[Original], count: int, random: Random) -> tuple[Trap, ...]:
    options = [(original, list(changes(original.situation, original.language))) for original in originals]
    options = [(original, found) for original, found in options if found]
    random.shuffle(options)
    firsts = min(len(options), round(count * (1 - SECOND_TRAPS)))
    seconds = [option for option in options[:firsts] if len(option[1]) > 1]
    chosen = options[:firsts] + seconds[: count - firsts]
    taken: Counter[str] = Counter()
    traps = []
    for original, found in chosen:
        kind = random.choice(sorted({change.kind for change in found}))
        change = random.choice([change for change in found if change.kind == kind])
        found.remove(change)
        taken[original.id] += 1
        traps.append(Trap(family=f"{original.id}~{taken[original.id]}", original=original.id, change=change))
    return tuple(traps)


def _family(original: Original, size: int, random: Random) -> Iterator[Row]:
    words = phrases(original.language)
    pieces = original.pieces()
    yield _row(original, Edited(body=_plain(pieces), core=tuple(range(len(original.situation.sentences))), edits=()), None, random)
    for _ in range(size - 1):
        yield _row(original, edited(pieces, words, random), None, random)


def _trap_family(original: Original, trap: Trap, random: Random) -> Iterator[Row]:
    """The trap, and for some its own copies; all of them keep the sentence that differs."""
    copies = random.choice((2, 2, 3, 5)) if random.random() < COPIED_TRAPS else 1
    for _ in range(copies):
        yield _row(
            original,
            edited(original.pieces(trap.change), phrases(original.language), random, keep=trap.change.choice[0], strength=0.7),
            trap,
            random,
        )


def _plain(pieces: Sequence[Piece]) -> str:
    return edited(list(pieces), phrases(LANGUAGES[0]), Random(0), strength=0.0).body


def _row(original: Original, copy: Edited, trap: Trap | None, random: Random) -> Row:
    words = phrases(original.language)
    said = values_of(original.situation, trap.change.choice if trap else None)
    return Row(
        title=_title(original.situation.title, words, random) if copy.edits else original.situation.title,
        body=copy.body,
        language=original.language if random.random() > 0.02 else "",
        topic=_topic(original, random),
        uses=int(random.paretovariate(1.1)) - 1,
        updated=FIRST_DAY + timedelta(days=random.randrange(DAYS)),
        agent=filled("<agent> <agentlast>", words, random),
        family=trap.family if trap else original.id,
        original=original.id,
        stated={spot: value for spot, value in said.items() if int(spot.partition(".")[0]) in copy.core},
        edits=copy.edits,
    )


def _title(title: str, words: Phrases, random: Random) -> str:
    kind = random.random()
    if kind < 0.5:
        return title
    if kind < 0.75:
        return filled(random.choice(words.title_marks).replace("<t>", title), words, random)
    if kind < 0.85:
        return title.lower()
    return random.choice(words.vague_titles) if kind < 0.95 else title.split()[0]


def _topic(original: Original, random: Random) -> str:
    kind = random.random()
    if kind < 0.08:
        return ""
    return random.choice(situations(original.language)).theme if kind < 0.12 else original.situation.theme


def write_heap(heap: Heap, folder: Path) -> None:
    """`base.csv` to import, `questions.jsonl` that are not in it, and `truth.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "base.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for identifier, row in heap.rows:
            writer.writerow((identifier, row.title, row.body, row.language, row.topic, row.uses, row.updated.isoformat(), row.agent))
    with (folder / "questions.jsonl").open("w", encoding="utf-8") as stream:
        for text, family in heap.questions:
            stream.write(json.dumps({"text": text, "family": family, "language": family[:2]}, ensure_ascii=False) + "\n")
    (folder / "truth.json").write_text(json.dumps(_truth(heap), ensure_ascii=False) + "\n", encoding="utf-8")


def _truth(heap: Heap) -> dict[str, object]:
    translations: dict[str, list[str]] = {}
    for original in heap.originals:
        translations.setdefault(original.situation.key, []).append(original.id)
    traps = [
        {"family": trap.family, "original": trap.original, "kind": trap.change.kind, "values": [trap.change.was, trap.change.now]}
        for trap in heap.traps
    ]
    rows = {
        identifier: {"family": row.family, "original": row.original, "stated": row.stated, "edits": row.edits}
        for identifier, row in heap.rows
    }
    return {"seed": heap.seed, "rows": rows, "traps": traps, "translations": list(translations.values())}
