"""What is shown of a gap: sentences that many of its mails resemble, and the agents' reply that resembles the others most."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from data.phrases import folded
from data.redact import PATTERN, mask
from model.nearness.courtesy import is_courtesy, is_greeting
from model.passages import sentences
from model.prose.reply_phrases import greeted_name
from model.slots import slots_from_mail
from model.statements.values import without_case_values

WORD = re.compile(r"[^\W\d_]{2,40}")
NAME = re.compile(r"(?<=[\w,;:] )[A-ZÀ-ÖØ-ÞŁŚŻŹĆ][\w'’-]{1,40}")
READ_CHARACTERS = 4_000
MOST_TEXTS = 200
TYPICAL = 3
WORDS_OF_SENTENCE = range(4, 41)
# Two sentences that share more of their words say the same.
ALIKE = 0.5
LEAST_REPLIES = 3
SHARED = 0.5
CASE_PLACEHOLDERS = {"⟨name⟩": "<name>", "⟨number⟩": "<id>"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInLanguage:
    """A text and its language."""

    text: str
    language: str


def rarities(texts: Sequence[str]) -> dict[str, float]:
    """How much each word says: log of the inverse share of texts that use it, 0 for one that a single text uses (a name, a slip)."""
    used = Counter(word for text in texts for word in _words(text))
    return {word: math.log((1 + len(texts)) / count) if count > 1 else 0.0 for word, count in used.items()}


def typical_sentences(mails: Sequence[TextInLanguage], rarity: dict[str, float]) -> tuple[str, ...]:
    """Up to three sentences of different texts that share the most telling words with the other texts; personal data masked.

    Args:
        mails: the nearest to the middle first; the first 200 are read.
        rarity: how much each word says, see `rarities`.
    """
    texts = [mail.text for mail in mails[:MOST_TEXTS]]
    sharing = Counter(word for text in texts for word in _words(text))
    weight = {word: rarity.get(word, 0.0) * (count - 1) for word, count in sharing.items()}
    candidates = [(text_number, sentence) for text_number, text in enumerate(texts) for sentence in _candidates(text)]
    scored = sorted(candidates, key=lambda candidate: (-_score(candidate[1], weight), candidate[0]))
    return tuple(_without_names(sentence, mails[number].language) for number, sentence in _different(scored))


def draft_of(replies: Sequence[TextInLanguage]) -> str | None:
    """The reply that shares the most words with the others, its case's values as slots or placeholders; None without replies.

    Nothing is written here: every word was an agent's. What at least half of the replies state (opening hours, a period) stays.
    """
    replies = [reply for reply in replies[:MOST_TEXTS] if reply.text.strip()]
    if not replies:
        return None
    words = [_words(reply.text) for reply in replies]
    closeness = [sum(_overlap(own, other) for other in words) for own in words]
    chosen = replies[max(range(len(replies)), key=lambda number: (closeness[number], -number))]
    return without_case(chosen, _common_values(replies))


def without_case(reply: TextInLanguage, common: frozenset[str]) -> str:
    """A reply with names, case numbers and values of its own as slots or placeholders."""
    text = reply.text
    for slot in slots_from_mail(text, reply.language):
        text = text.replace(slot.text, f"{{{{{slot.name}}}}}")
    lines = [_without_name(line) for line in text.split("\n")]
    text = _without_names("\n".join(lines), reply.language)
    return PATTERN.sub(lambda match: match[0] if _value(match) in common else mask(match[0]), text)


def _without_name(line: str) -> str:
    name = greeted_name(line)
    return line.replace(name, "{{customer_name}}", 1) if name else line


def _common_values(replies: Sequence[TextInLanguage]) -> frozenset[str]:
    """Values that at least half of the replies state, and at least three."""
    stated = Counter(value for reply in replies for value in {_value(match) for match in PATTERN.finditer(reply.text)})
    least = max(LEAST_REPLIES, SHARED * len(replies))
    return frozenset(value for value, count in stated.items() if count >= least)


def _value(match: re.Match[str]) -> str:
    return " ".join(match[0].casefold().split())


def _candidates(text: str) -> list[str]:
    """Sentences worth showing: neither too short nor too long, no greeting, no courtesy, no personal data."""
    found = (" ".join(mask(sentence).split()) for sentence in sentences(text[:READ_CHARACTERS]))
    fit = (sentence for sentence in found if len(sentence.split()) in WORDS_OF_SENTENCE)
    return [sentence for sentence in fit if not is_courtesy(folded(sentence)) and not is_greeting(folded(sentence))]


def _score(sentence: str, weight: dict[str, float]) -> float:
    """Telling words that it shares with others, less for long sentences and for words that only it has."""
    words = _words(sentence)
    return sum(weight.get(word, 0.0) for word in words) / math.sqrt(len(words) + 4 * len(NAME.findall(sentence)) + 1)


def _different(scored: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    chosen: list[tuple[int, str]] = []
    for number, sentence in scored:
        if all(number != other and _overlap(_words(sentence), _words(said)) < ALIKE for other, said in chosen):
            chosen.append((number, sentence))
        if len(chosen) == TYPICAL:
            break
    return chosen


def _without_names(text: str, language: str) -> str:
    text = without_case_values(text, language)
    for placeholder, word in CASE_PLACEHOLDERS.items():
        text = text.replace(placeholder, word)
    return text


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in WORD.findall(text[:READ_CHARACTERS]))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard index."""
    return len(one & other) / len(one | other) if one or other else 0.0
