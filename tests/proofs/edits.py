"""What agents do to an answer before they save it as one of their own: seeded, and never to a value that it states."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

from tests.proofs.banks import VALUE_BEGINS, VALUE_ENDS, Phrases

MARKED = re.compile(f"({VALUE_BEGINS}[^{VALUE_ENDS}]*{VALUE_ENDS})")
SLOT = re.compile(r"<(\w+)>")
UNDECOMPOSED = str.maketrans("łŁøØ", "lLoO")
NEIGHBOURS = dict(zip("abcdefghijklmnoprstuw", "svxfrghjzjkknbniteydyq", strict=False))
PUNCTUATION = (
    *(("„", '"'), ("“", '"'), ("”", '"'), ("'", "’"), (": ", " - "), ("; ", ". "), (", ", " , ")),
    *((". ", "! "), (". ", ".. "), (". ", ".  ")),
)
KEPT = 0.5  # of the characters of the core, at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One sentence of an answer; `core` is its number among the core sentences, None for a standard sentence."""

    text: str
    core: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """An answer as an agent saved it: what is left of the core, and what was done."""

    body: str
    core: tuple[int, ...]
    edits: tuple[str, ...]


PieceEdit = Callable[[list[Piece], Phrases, Random], list[Piece]]
TextEdit = Callable[[str, Phrases, Random], str]


def edited(pieces: list[Piece], words: Phrases, random: Random, *, keep: int | None = None, strength: float = 1.0) -> Edited:
    """A copy with several edits at once; `keep` is a core sentence that has to stay, `strength` scales how much is done."""
    done: list[str] = []
    for name, share, change in PIECE_EDITS:
        if random.random() < share * strength:
            changed = change(pieces, words, random)
            if changed != pieces and _says_enough(changed, pieces, keep):
                pieces, done = changed, [*done, name]
    text = _laid_out(pieces, random)
    for name, share, alter in TEXT_EDITS:
        if random.random() < share * strength:
            altered = alter(text, words, random)
            if altered != text:
                text, done = altered, [*done, name]
    core = tuple(sorted(piece.core for piece in pieces if piece.core is not None))
    return Edited(body=text.replace(VALUE_BEGINS, "").replace(VALUE_ENDS, ""), core=core, edits=tuple(done))


def filled(text: str, words: Phrases, random: Random) -> str:
    """The phrase with people, numbers and dates of some case in its slots."""
    is_woman = random.random() < 0.5
    values = {
        "dear": words.dear[is_woman],
        "title": random.choice(words.women if is_woman else words.men),
        "first": random.choice(words.female if is_woman else words.male),
        "last": random.choice(words.surnames),
        "agent": random.choice(words.female + words.male),
        "agentlast": random.choice(words.surnames),
        **_case_numbers(words, random),
    }
    return SLOT.sub(lambda slot: values[slot[1]], text)


def _case_numbers(words: Phrases, random: Random) -> Mapping[str, str]:
    return {
        "order": random.choice(("{:08d}", "BS-{:07d}", "4{:07d}", "#{:06d}")).format(random.randrange(10**6)),
        "ticket": random.choice(("#{:07d}", "[Ticket#{:08d}]", "2024{:06d}", "CAS-{:06d}")).format(random.randrange(10**6)),
        "customer": random.choice(("{:07d}", "K{:06d}", "10{:06d}")).format(random.randrange(10**6)),
        "invoice": random.choice(("RE-{:06d}", "INV2024-{:05d}", "9{:07d}")).format(random.randrange(10**5)),
        "tracking": random.choice(("JD01460{:09d}", "1Z{:09d}", "00340434{:09d}")).format(random.randrange(10**9)),
        "ext": str(random.randrange(100, 999)),
        "date": f"{random.randrange(1, 29):02d}.{random.randrange(1, 13):02d}.{random.choice((2022, 2023, 2024))}",
    }


def _says_enough(changed: list[Piece], before: list[Piece], keep: int | None) -> bool:
    core = [piece.core for piece in changed if piece.core is not None]
    left = sum(len(piece.text) for piece in changed if piece.core is not None)
    whole = sum(len(piece.text) for piece in before if piece.core is not None)
    return len(core) >= 2 and left >= KEPT * whole and (keep is None or keep in core)


def _drop(pieces: list[Piece], _: Phrases, random: Random) -> list[Piece]:
    gone = random.randrange(len(pieces))
    return pieces[:gone] + pieces[gone + 1 :]


def _quote_part(pieces: list[Piece], _: Phrases, random: Random) -> list[Piece]:
    length = max(2, round(len(pieces) * random.uniform(0.5, 0.8)))
    start = random.randrange(len(pieces) - length + 1)
    return pieces[start : start + length]


def _reorder(pieces: list[Piece], _: Phrases, random: Random) -> list[Piece]:
    if random.random() < 0.2:
        return random.sample(pieces, len(pieces))
    moved = random.randrange(len(pieces))
    rest = pieces[:moved] + pieces[moved + 1 :]
    target = random.randrange(len(rest) + 1)
    return [*rest[:target], pieces[moved], *rest[target:]]


def _reword(pieces: list[Piece], words: Phrases, random: Random) -> list[Piece]:
    standard = dict(words.standard)
    most = random.randrange(1, 5)
    reworded = []
    for piece in pieces:
        text = standard.get(piece.text, piece.text) if piece.core is None else piece.text
        for old, new in random.sample(words.synonyms, len(words.synonyms)):
            if most > 0 and piece.core is not None and old.lower() in text.lower():
                changed = _outside_values(text, partial(_with_word, old=old, new=new))
                most -= changed != text
                text = changed
        reworded.append(Piece(text=text, core=piece.core))
    return reworded


def _with_word(text: str, *, old: str, new: str) -> str:
    found = re.search(rf"\b{re.escape(old)}\b", text, re.IGNORECASE)
    if found is None:
        return text
    put = new[0].upper() + new[1:] if found[0][0].isupper() and not old[0].isupper() else new
    return text[: found.start()] + put + text[found.end() :]


def _add_standard(pieces: list[Piece], words: Phrases, random: Random) -> list[Piece]:
    text = random.choice(random.choice(words.standard))
    place = random.choice((0, len(pieces)))
    return [*pieces[:place], Piece(text=text), *pieces[place:]]


def _lead_in(pieces: list[Piece], words: Phrases, random: Random) -> list[Piece]:
    text = filled(random.choice(words.leadins), words, random)
    return [Piece(text=text[0].upper() + text[1:]), *pieces]


PIECE_EDITS: tuple[tuple[str, float, PieceEdit], ...] = (
    ("part", 0.10, _quote_part),
    ("drop", 0.25, _drop),
    ("reorder", 0.15, _reorder),
    ("reword", 0.30, _reword),
    ("standard", 0.10, _add_standard),
    ("lead-in", 0.35, _lead_in),
)


def _laid_out(pieces: list[Piece], random: Random) -> str:
    """Sentences in one paragraph, in several, or one a line."""
    joint = random.choices((" ", "\n\n", "\n"), weights=(6, 2, 2))[0]
    return joint.join(piece.text for piece in pieces)


def _typos(text: str, _: Phrases, random: Random) -> str:
    for _number in range(random.choice((1, 1, 2, 2, 3, 4))):
        places = [found.span() for found in re.finditer(r"\b[^\W\d_]{4,}\b", _blanked(text))]
        if not places:
            return text
        begin, end = random.choice(places)
        text = text[:begin] + _mistyped(text[begin:end], random) + text[end:]
    return text


def _mistyped(word: str, random: Random) -> str:
    at = random.randrange(1, len(word) - 1)
    wrong = {
        "swap": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        "lose": word[:at] + word[at + 1 :],
        "double": word[: at + 1] + word[at:],
        "neighbour": word[:at] + NEIGHBOURS.get(word[at], "e") + word[at + 1 :],
    }
    return wrong[random.choice(list(wrong))]


def _greet(text: str, words: Phrases, random: Random) -> str:
    greeting = filled(random.choice(words.greetings), words, random)
    return greeting + random.choice(("\n\n", "\n\n", "\n", " ")) + text


def _sign(text: str, words: Phrases, random: Random) -> str:
    parts = [random.choice(words.closings), filled(random.choice(words.signatures), words, random)]
    signed = text + "\n\n" + random.choice(("\n", "\n\n")).join(parts)
    return signed + "\n\n" + random.choice(words.disclaimers) if random.random() < 0.08 else signed


def _no_accents(text: str, _: Phrases, random: Random) -> str:
    if random.random() < 0.4:
        for mark, pair in {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}.items():
            text = text.replace(mark, pair)
    bare = unicodedata.normalize("NFD", text.translate(UNDECOMPOSED))
    return "".join(character for character in bare if not unicodedata.combining(character))


def _other_case(text: str, _: Phrases, random: Random) -> str:
    if random.random() < 0.7:
        return text.lower()
    first, dot, rest = text.partition(".")
    return first.upper() + dot + rest


def _punctuate(text: str, _: Phrases, random: Random) -> str:
    chosen = random.sample(PUNCTUATION, 4)

    def change(part: str) -> str:
        for old, new in chosen:
            part = part.replace(old, new)
        return part

    return _outside_values(text, change)


def _space(text: str, _: Phrases, random: Random) -> str:
    changes = ((". ", ".\n"), (" ", "  "), (" ", "\u00a0"), ("\n", "\r\n"), ("\n\n", "\n \n\n"))
    old, new = random.choice(changes)
    parts = (new if part == old and random.random() < 0.5 else part for part in re.split(f"({re.escape(old)})", text))
    return "".join(parts) + random.choice(("", "\n", "  "))


def _html(text: str, _: Phrases, random: Random) -> str:
    escaped = text.replace("&", "&amp;").replace('"', random.choice(("&quot;", '"')))
    kind = random.randrange(4)
    if kind == 0:
        return "".join(f"<p>{part}</p>" for part in escaped.split("\n\n"))
    if kind == 1:
        return escaped.replace("\n", "<br>\n") + "<br/>"
    if kind == 2:
        return f'<div style="font-family:Arial;font-size:10pt">{escaped.replace("  ", " &nbsp;")}</div>'
    return escaped.replace(". ", ".&nbsp; ").replace("\n", "<br />")


def _mark_quoted(text: str, _: Phrases, random: Random) -> str:
    return "\n".join(f"> {line}" if line or random.random() < 0.5 else line for line in text.split("\n"))


TEXT_EDITS: tuple[tuple[str, float, TextEdit], ...] = (
    ("typos", 0.30, _typos),
    ("greeting", 0.60, _greet),
    ("signature", 0.55, _sign),
    ("accents", 0.05, _no_accents),
    ("case", 0.04, _other_case),
    ("punctuation", 0.12, _punctuate),
    ("space", 0.12, _space),
    ("html", 0.07, _html),
    ("quote", 0.05, _mark_quoted),
)


def _outside_values(text: str, change: Callable[[str], str]) -> str:
    return "".join(part if MARKED.fullmatch(part) else change(part) for part in MARKED.split(text))


def _blanked(text: str) -> str:
    """The text with its values as dots, character by character."""
    return MARKED.sub(lambda found: "." * len(found[0]), text)
